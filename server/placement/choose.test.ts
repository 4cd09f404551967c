import { describe, expect, test } from 'vitest'
import { choose } from './choose.ts'
import { droplet, GIB, MIB, NOTHING_YET, request, snapshot, wishes } from './testing.ts'
import type { PlacementRequest, Snapshot } from './types.ts'

describe('what is chosen, as sentences', () => {
  const a = droplet('a', { free: { memoryBytes: 300 * MIB } })
  const b = droplet('b', { free: { memoryBytes: 1500 * MIB } })
  const sentence = (s: Partial<Snapshot>, r: Partial<PlacementRequest> = {}) => choose(snapshot(s), request(r)).summary

  test.each<[string, string, () => string]>([
    ['the tighter fit', 'a fits best of 2 droplets with room.', () => sentence({ droplets: [b, a] })],
    [
      'the only one with room',
      'b is the only droplet with room.',
      () => sentence({ droplets: [a, b] }, { memoryBytes: 900 * MIB }),
    ],
    [
      'of two alike, the first by name',
      'x fits best of 2 droplets with room.',
      () => sentence({ droplets: [droplet('y'), droplet('x')] }),
    ],
    [
      'of two alike, not the one that would else soon be empty',
      'y fits best of 2 droplets with room.',
      () => sentence({ droplets: [droplet('y', { containers: 5 }), droplet('x', { containers: 1 })] }),
    ],
    [
      'of two alike, the first by name, for somebody whose deployments never end',
      'x fits best of 2 droplets with room.',
      () => {
        const droplets = [droplet('y', { containers: 5 }), droplet('x', { containers: 1 })]
        return sentence({ droplets, demand: { ...snapshot().demand, left: 0 } })
      },
    ],
    [
      'the cheapest size for an empty fleet',
      'The fleet is empty: a new s-1vcpu-1gb in ams3 for $6.00 a month.',
      () => sentence(NOTHING_YET),
    ],
    [
      'the smallest size when nothing is to be bought for later',
      'The fleet is empty: a new s-1vcpu-512mb-10gb in ams3 for $4.00 a month.',
      () => sentence(NOTHING_YET, { memoryBytes: 128 * MIB, ...wishes({ provisioning: { autoScaleEnabled: false } }) }),
    ],
    [
      'the region where the fleet already is',
      'No droplet has room (1 short of memory): a new s-2vcpu-4gb in nyc3 for $24.00 a month.',
      () => sentence({ droplets: [droplet('far', { region: 'nyc3', free: { memoryBytes: 0 } })] }),
    ],
    [
      'an allowed region',
      'No droplet has room (2 in another region): a new s-2vcpu-4gb in nyc3 for $24.00 a month.',
      () => sentence({ droplets: [a, b] }, { regions: ['nyc3'] }),
    ],
    [
      'another droplet than one with the same template, when it spreads',
      'b is the only droplet with room.',
      () => sentence({ droplets: [droplet('a', { templates: { t: 1 } }), b] }, { spread: true, templateId: 't' }),
    ],
    [
      'a new droplet when all have the template already',
      'No droplet has room (1 with this template already): a new s-2vcpu-4gb in fra1 for $24.00 a month.',
      () => sentence({ droplets: [droplet('a', { templates: { t: 1 } })] }, { spread: true, templateId: 't' }),
    ],
    [
      'an empty droplet for what wants one for itself',
      'y is the only droplet with room.',
      () => sentence({ droplets: [a, droplet('y', { containers: 0, templates: {} })] }, { exclusive: true }),
    ],
    [
      'a new droplet rather than one that is not to be shared',
      'No droplet has room (1 not to be shared): a new s-2vcpu-4gb in fra1 for $24.00 a month.',
      () => sentence({ droplets: [droplet('mine', { exclusiveHeld: true })] }),
    ],
    [
      'nothing when it may not create a droplet',
      'No droplet has room (1 short of memory). This may not create one.',
      () => sentence({ droplets: [a] }, { memoryBytes: 900 * MIB, existingOnly: true }),
    ],
    [
      'an allowed size',
      'The fleet is empty: a new s-2vcpu-4gb in ams3 for $24.00 a month.',
      () => sentence({}, { sizes: ['s-2vcpu-4gb'] }),
    ],
    [
      'nothing when the account is full',
      'The cloud account may not create another one.',
      () => sentence({ dropletsLeft: 0 }),
    ],
    [
      'nothing when no size is big enough',
      'None of the sizes on sale in ams3, fra1, nyc3 has 62 GB memory, 0.25 vCPU and 1024 MB disk beside what the system takes.',
      () => sentence({}, { memoryBytes: 62 * GIB }),
    ],
    ['nothing in an unknown region', 'No droplet can be created in mars1.', () => sentence({}, { regions: ['mars1'] })],
    [
      'nothing for a foreign droplet',
      'The droplet asked for is not in the fleet.',
      () => sentence({ droplets: [a] }, { dropletId: 'zz' }),
    ],
    [
      'never another than the droplet asked for',
      "a can't take it. 300 MB memory free, 900 MB needed.",
      () => sentence({ droplets: [a, b] }, { dropletId: a.id, memoryBytes: 900 * MIB }),
    ],
    [
      'the droplet asked for, and that it was',
      'b was asked for, and has room.',
      () => sentence({ droplets: [a, b] }, { dropletId: b.id }),
    ],
    [
      'the droplet of its earlier copy, and that it stays',
      'It stays on b, which has room.',
      () => sentence({ droplets: [a, b] }, { dropletId: b.id, earlierCopy: 'gone' }),
    ],
    [
      'nothing when both copies don’t fit',
      "b can't take it. 512 MB memory free, 700 MB needed.",
      () =>
        sentence(
          { droplets: [a, { ...b, free: { ...b.free, memoryBytes: 512 * MIB } }] },
          { dropletId: b.id, earlierCopy: 'serving', memoryBytes: 700 * MIB },
        ),
    ],
  ])('%s', (_, expected, run) => expect(run()).toBe(expected))
})

test('what finds no room beside its own earlier copy is told to stop that copy first', () => {
  const short = droplet('a', { free: { memoryBytes: 100 * MIB } })
  const redeploy = (earlierCopy: 'serving' | 'gone') =>
    choose(snapshot({ droplets: [short] }), request({ dropletId: short.id, earlierCopy })).choice
  expect(redeploy('serving')).toMatchObject({
    change: 'Stop it, then redeploy it: there is no room for both copies at once.',
  })
  expect(redeploy('gone')).toMatchObject({ change: 'Free 156 MB of memory there, or ask for less.' })
})

test('I10: a decision names the winner with its points and each loser with its constraint and its remedy', () => {
  const decision = choose(
    snapshot({
      droplets: [
        droplet('fits'),
        droplet('full', { free: { memoryBytes: 100 * MIB } }),
        droplet('busy', { free: { cpuMillis: 100 } }),
        droplet('crammed', { free: { diskBytes: 0 } }),
        droplet('gone', { state: 'unusable', reason: 'unreachable' }),
        droplet('sick', { state: 'held', reason: 'three deployments failed there' }),
        droplet('far', { region: 'nyc3' }),
        droplet('twin', { templates: { t: 1 } }),
        droplet('reserved', { exclusiveHeld: true }),
        droplet('disliked'),
        droplet('left'),
        droplet('odd', { size: 's-odd' }),
      ],
      sizes: [],
    }),
    request({
      ...{ regions: ['fra1'], templateId: 't', spread: true, excludeDropletIds: ['id-left'] },
      ...wishes({ forbiddenDroplets: ['id-disliked'], forbiddenSizes: ['s-odd'] }),
    }),
  )
  const { candidates, ruledOut, ...rest } = decision
  expect(ruledOut.map((r) => `${r.name}: ${r.constraint}. ${r.detail} ${r.change}`)).toMatchInlineSnapshot(`
    [
      "busy: cpu. 0.10 vCPU free, 0.25 vCPU needed. Free 0.15 vCPU there, or ask for less.",
      "crammed: disk. 0 MB disk free, 1024 MB needed. Free 1024 MB of disk there, or ask for less.",
      "disliked: forbidden-droplet. You have forbidden this droplet. Allow it in your placement settings.",
      "far: region. It is in nyc3, not in fra1. Allow nyc3.",
      "full: memory. 100 MB memory free, 256 MB needed. Free 156 MB of memory there, or ask for less.",
      "gone: unusable. It is unreachable. See to it on its page.",
      "left: excluded. This deployment is not to go there. Leave it out of the excluded droplets.",
      "odd: forbidden-size. You have forbidden s-odd. Allow s-odd in your placement settings.",
      "reserved: exclusive. Another deployment has it for itself. Remove that deployment, or let it share.",
      "sick: held. It is held back: three deployments failed there. It opens again by itself once it is well, or you release it on its page.",
      "twin: spread. Another deployment of this template is there. Let two of them stand on one droplet.",
    ]
  `)
  expect(candidates).toMatchInlineSnapshot(`
    [
      {
        "dropletId": "id-fits",
        "factors": [
          {
            "detail": "768 MB of memory and 0.35 vCPU stay free, worth $2.78 a month, $0.01 of it of no use to deployments like yours",
            "name": "resources",
            "points": 117427,
            "score": 0.587137,
            "weight": 0.2,
          },
          {
            "detail": "Its use is not measured yet, 1 deployment there",
            "name": "load",
            "points": 100000,
            "score": 1,
            "weight": 0.1,
          },
          {
            "detail": "In fra1; you have named no place to be near to",
            "name": "location",
            "points": 100000,
            "score": 1,
            "weight": 0.1,
          },
          {
            "detail": "Adds nothing: the droplet is paid already",
            "name": "cost",
            "points": 400000,
            "score": 1,
            "weight": 0.4,
          },
          {
            "detail": "18 % of your deployments would fall with it",
            "name": "redundancy",
            "points": 94546,
            "score": 0.945455,
            "weight": 0.1,
          },
          {
            "detail": "You prefer no region, size or droplet",
            "name": "preferences",
            "points": 100000,
            "score": 1,
            "weight": 0.1,
          },
        ],
        "kind": "existing",
        "name": "fits",
        "region": "fra1",
        "score": 911973,
        "size": "s-1vcpu-2gb",
      },
    ]
  `)
  expect(rest).toMatchInlineSnapshot(`
    {
      "choice": {
        "dropletId": "id-fits",
        "kind": "existing",
        "name": "fits",
      },
      "forecast": {
        "cpuShareAfter": 0.611111,
        "latencyMs": null,
        "memoryShareAfter": 0.536512,
        "monthlyMicros": 36000000,
      },
      "noNewDroplet": {
        "change": "Try again in a minute, or make room.",
        "constraint": "size",
        "detail": "The cloud’s sizes and prices can’t be read right now.",
      },
      "ruledOutCounts": {
        "cpu": 1,
        "disk": 1,
        "excluded": 1,
        "exclusive": 1,
        "forbidden-droplet": 1,
        "forbidden-size": 1,
        "held": 1,
        "memory": 1,
        "region": 1,
        "spread": 1,
        "unusable": 1,
      },
      "strategy": "balanced",
      "summary": "fits is the only droplet with room.",
      "weights": {
        "cost": 0.4,
        "load": 0.1,
        "location": 0.1,
        "preferences": 0.1,
        "redundancy": 0.1,
        "resources": 0.2,
      },
    }
  `)
})
