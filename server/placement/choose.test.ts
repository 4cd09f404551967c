import { describe, expect, test } from 'vitest'
import { choose } from './choose.ts'
import { droplet, GIB, MIB, request, snapshot } from './testing.ts'
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
      'of two alike, the one with fewer deployments',
      'y fits best of 2 droplets with room.',
      () => sentence({ droplets: [droplet('y', { containers: 0 }), droplet('x', { containers: 5 })] }),
    ],
    [
      'the cheapest size for an empty fleet',
      'The fleet is empty: a new s-1vcpu-1gb in ams3 for $6.00 a month.',
      () => sentence({}),
    ],
    [
      'the smallest size only when the system leaves room',
      'The fleet is empty: a new s-1vcpu-512mb-10gb in ams3 for $4.00 a month.',
      () => sentence({}, { memoryBytes: 128 * MIB }),
    ],
    [
      'the region where the fleet already is',
      'No droplet has room (1 short of memory): a new s-1vcpu-1gb in nyc3 for $6.00 a month.',
      () => sentence({ droplets: [droplet('far', { region: 'nyc3', free: { memoryBytes: 0 } })] }),
    ],
    [
      'an allowed region',
      'No droplet has room (2 in another region): a new s-1vcpu-1gb in nyc3 for $6.00 a month.',
      () => sentence({ droplets: [a, b] }, { regions: ['nyc3'] }),
    ],
    [
      'another droplet than one with the same template, when it spreads',
      'b is the only droplet with room.',
      () => sentence({ droplets: [droplet('a', { templates: { t: 1 } }), b] }, { spread: true, templateId: 't' }),
    ],
    [
      'a new droplet when all have the template already',
      'No droplet has room (1 with this template already): a new s-1vcpu-1gb in fra1 for $6.00 a month.',
      () => sentence({ droplets: [droplet('a', { templates: { t: 1 } })] }, { spread: true, templateId: 't' }),
    ],
    [
      'an empty droplet for what wants one for itself',
      'y is the only droplet with room.',
      () => sentence({ droplets: [a, droplet('y', { containers: 0, templates: {} })] }, { exclusive: true }),
    ],
    [
      'a new droplet rather than one that is not to be shared',
      'No droplet has room (1 not to be shared): a new s-1vcpu-1gb in fra1 for $6.00 a month.',
      () => sentence({ droplets: [droplet('mine', { exclusiveHeld: true })] }),
    ],
    [
      'nothing when it may not create a droplet',
      'No droplet that runs has room, and this may not create one.',
      () => sentence({ droplets: [a] }, { memoryBytes: 900 * MIB, existingOnly: true }),
    ],
    [
      'an allowed size',
      'The fleet is empty: a new s-2vcpu-4gb in ams3 for $24.00 a month.',
      () => sentence({}, { sizes: ['s-2vcpu-4gb'] }),
    ],
    [
      'nothing when the account is full',
      'No droplet has room, and the cloud account may not create another one.',
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
  ])('%s', (_, expected, run) => expect(run()).toBe(expected))
})

test('I10: a decision names the winner with its factors and each loser with its constraint', () => {
  const decision = choose(
    snapshot({
      droplets: [
        droplet('fits'),
        droplet('full', { free: { memoryBytes: 100 * MIB } }),
        droplet('busy', { free: { cpuMillis: 100 } }),
        droplet('crammed', { free: { diskBytes: 0 } }),
        droplet('gone', { state: 'unusable', reason: 'unreachable' }),
        droplet('far', { region: 'nyc3' }),
        droplet('twin', { templates: { t: 1 } }),
        droplet('reserved', { exclusiveHeld: true }),
      ],
    }),
    request({ regions: ['fra1'], templateId: 't', spread: true }),
  )
  expect(decision).toMatchInlineSnapshot(`
    {
      "candidates": [
        {
          "dropletId": "id-fits",
          "factors": [
            {
              "detail": "768 MB of memory left over",
              "name": "memory-fit",
              "score": 0.625,
            },
            {
              "detail": "0.65 vCPU left over",
              "name": "cpu-headroom",
              "score": 0.393939,
            },
            {
              "detail": "1 deployment there",
              "name": "quiet",
              "score": 0.5,
            },
          ],
          "name": "fits",
          "score": 0.553788,
        },
      ],
      "choice": {
        "dropletId": "id-fits",
        "kind": "existing",
        "name": "fits",
      },
      "ruledOut": [
        {
          "constraint": "cpu",
          "detail": "0.10 vCPU free, 0.25 vCPU needed.",
          "dropletId": "id-busy",
          "name": "busy",
        },
        {
          "constraint": "disk",
          "detail": "0 MB disk free, 1024 MB needed.",
          "dropletId": "id-crammed",
          "name": "crammed",
        },
        {
          "constraint": "region",
          "detail": "It is in nyc3, not in fra1.",
          "dropletId": "id-far",
          "name": "far",
        },
        {
          "constraint": "memory",
          "detail": "100 MB memory free, 256 MB needed.",
          "dropletId": "id-full",
          "name": "full",
        },
        {
          "constraint": "unusable",
          "detail": "It is unreachable.",
          "dropletId": "id-gone",
          "name": "gone",
        },
        {
          "constraint": "exclusive",
          "detail": "Another deployment has it for itself.",
          "dropletId": "id-reserved",
          "name": "reserved",
        },
        {
          "constraint": "spread",
          "detail": "Another deployment of this template is there.",
          "dropletId": "id-twin",
          "name": "twin",
        },
      ],
      "ruledOutCounts": {
        "cpu": 1,
        "disk": 1,
        "exclusive": 1,
        "memory": 1,
        "region": 1,
        "spread": 1,
        "unusable": 1,
      },
      "summary": "fits is the only droplet with room.",
    }
  `)
})
