import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { capacityOf, shortage } from './capacity.ts'
import { choose } from './choose.ts'
import type { PlacementDroplet, PlacementRequest, PlacementSize, Snapshot } from './types.ts'

const MIB = 2 ** 20
const GIB = 2 ** 30

const droplet = (name: string, o: Partial<PlacementDroplet> = {}): PlacementDroplet => ({
  id: `id-${name}`,
  name,
  region: 'fra1',
  size: 's-1vcpu-2gb',
  freeMemoryBytes: 1024 * MIB,
  freeCpuMillis: 900,
  freeDiskBytes: 20 * GIB,
  memoryBytes: 2 * GIB,
  deployments: 1,
  usable: true,
  ...o,
})
const size = (slug: string, vcpus: number, memoryMib: number, diskGib: number, dollars: number): PlacementSize => ({
  slug,
  vcpus,
  memoryBytes: memoryMib * MIB,
  diskBytes: diskGib * GIB,
  priceMonthlyMicros: dollars * 1e6,
  regions: ['ams3', 'fra1', 'nyc3'],
})
const SIZES = [
  size('s-1vcpu-512mb-10gb', 1, 512, 10, 4),
  size('s-1vcpu-1gb', 1, 1024, 25, 6),
  size('s-1vcpu-2gb', 1, 2048, 50, 12),
  size('s-2vcpu-4gb', 2, 4096, 80, 24),
]
const snapshot = (o: Partial<Snapshot> = {}): Snapshot => ({
  droplets: [],
  sizes: SIZES,
  regions: ['ams3', 'fra1', 'nyc3'],
  dropletsLeft: 3,
  ...o,
})
const request = (o: Partial<PlacementRequest> = {}): PlacementRequest => ({
  memoryBytes: 256 * MIB,
  cpuMillis: 250,
  diskBytes: GIB,
  ...o,
})

describe('what is chosen, as sentences', () => {
  const a = droplet('a', { freeMemoryBytes: 300 * MIB })
  const b = droplet('b', { freeMemoryBytes: 1500 * MIB })
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
      () => sentence({ droplets: [droplet('y', { deployments: 0 }), droplet('x', { deployments: 5 })] }),
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
      () => sentence({ droplets: [droplet('far', { region: 'nyc3', freeMemoryBytes: 0 })] }),
    ],
    [
      'an allowed region',
      'No droplet has room (2 in another region): a new s-1vcpu-1gb in nyc3 for $6.00 a month.',
      () => sentence({ droplets: [a, b] }, { regions: ['nyc3'] }),
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
      'None of the sizes on sale in ams3, fra1, nyc3 has 62 GiB memory, 0.25 vCPU and 1024 MiB disk beside what the system takes.',
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
      "a can't take it. 300 MiB memory free, 900 MiB needed.",
      () => sentence({ droplets: [a, b] }, { dropletId: a.id, memoryBytes: 900 * MIB }),
    ],
  ])('%s', (_, expected, run) => expect(run()).toBe(expected))
})

test('I10: a decision names the winner with its factors and each loser with its constraint', () => {
  const decision = choose(
    snapshot({
      droplets: [
        droplet('fits'),
        droplet('full', { freeMemoryBytes: 100 * MIB }),
        droplet('busy', { freeCpuMillis: 100 }),
        droplet('crammed', { freeDiskBytes: 0 }),
        droplet('gone', { usable: false, unusableReason: 'unreachable' }),
        droplet('far', { region: 'nyc3' }),
      ],
    }),
    request({ regions: ['fra1'] }),
  )
  expect(decision).toMatchInlineSnapshot(`
    {
      "candidates": [
        {
          "dropletId": "id-fits",
          "factors": [
            {
              "detail": "768 MiB of memory left over",
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
          "detail": "0 MiB disk free, 1024 MiB needed.",
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
          "detail": "100 MiB memory free, 256 MiB needed.",
          "dropletId": "id-full",
          "name": "full",
        },
        {
          "constraint": "unusable",
          "detail": "It is unreachable.",
          "dropletId": "id-gone",
          "name": "gone",
        },
      ],
      "ruledOutCounts": {
        "cpu": 1,
        "disk": 1,
        "memory": 1,
        "region": 1,
        "unusable": 1,
      },
      "summary": "fits is the only droplet with room.",
    }
  `)
})

const resources = {
  memoryBytes: fc.integer({ min: 16 * MIB, max: 6 * GIB }),
  cpuMillis: fc.integer({ min: 10, max: 4000 }),
  diskBytes: fc.integer({ min: 0, max: 90 * GIB }),
}
const regions = fc.constantFrom('ams3', 'fra1', 'nyc3')
const anyDroplet = fc
  .record({
    n: fc.integer({ min: 0, max: 40 }),
    region: regions,
    freeMemoryBytes: fc.integer({ min: -100 * MIB, max: 8 * GIB }),
    freeCpuMillis: fc.integer({ min: -500, max: 8000 }),
    freeDiskBytes: fc.integer({ min: -GIB, max: 100 * GIB }),
    deployments: fc.integer({ min: 0, max: 9 }),
    usable: fc.boolean(),
  })
  .map(({ n, ...rest }) => droplet(`d${n % 7}`, { id: `id${n}`, memoryBytes: 8 * GIB, ...rest }))
const anySnapshot = fc.record({
  droplets: fc.uniqueArray(anyDroplet, { maxLength: 30, selector: (d) => d.id }),
  sizes: fc.shuffledSubarray(SIZES),
  regions: fc.shuffledSubarray(['ams3', 'fra1', 'nyc3']),
  dropletsLeft: fc.integer({ min: 0, max: 2 }),
})
const anyRequest: fc.Arbitrary<PlacementRequest> = fc.record(
  {
    ...resources,
    regions: fc.shuffledSubarray(['ams3', 'fra1', 'nyc3']),
    sizes: fc.shuffledSubarray(SIZES.map((s) => s.slug)),
    dropletId: fc.integer({ min: 0, max: 40 }).map((n) => `id${n}`),
  },
  { requiredKeys: ['memoryBytes', 'cpuMillis', 'diskBytes'] },
)

describe('properties', () => {
  test('I2: a chosen droplet or size always fits, and is one that the request allows', () => {
    fc.assert(
      fc.property(anySnapshot, anyRequest, (s, r) => {
        const { choice } = choose(s, r)
        if (choice.kind === 'existing') {
          const d = s.droplets.find((x) => x.id === choice.dropletId)
          if (!d) throw new Error('chose a droplet that is not there')
          expect(d.usable).toBe(true)
          expect(d.freeMemoryBytes).toBeGreaterThanOrEqual(r.memoryBytes)
          expect(d.freeCpuMillis).toBeGreaterThanOrEqual(r.cpuMillis)
          expect(d.freeDiskBytes).toBeGreaterThanOrEqual(r.diskBytes)
          if (r.regions) expect(r.regions).toContain(d.region)
          if (r.dropletId) expect(d.id).toBe(r.dropletId)
        }
        if (choice.kind === 'create') {
          const chosen = s.sizes.find((x) => x.slug === choice.size)
          if (!chosen) throw new Error('chose a size that is not on sale')
          expect(shortage(capacityOf(chosen), r)).toBeNull()
          expect(chosen.regions).toContain(choice.region)
          expect(s.regions).toContain(choice.region)
          expect(s.dropletsLeft).toBeGreaterThan(0)
          expect(r.dropletId).toBeUndefined()
          if (r.regions) expect(r.regions).toContain(choice.region)
          for (const other of s.sizes)
            if (
              (!r.sizes || r.sizes.includes(other.slug)) &&
              shortage(capacityOf(other), r) === null &&
              other.regions.some((x) => s.regions.includes(x) && (!r.regions || r.regions.includes(x)))
            )
              expect(chosen.priceMonthlyMicros).toBeLessThanOrEqual(other.priceMonthlyMicros)
        }
      }),
    )
  })

  test('I10: every droplet is either a candidate or counted under one constraint', () => {
    fc.assert(
      fc.property(anySnapshot, anyRequest, (s, r) => {
        const decision = choose(s, r)
        const counted = Object.values(decision.ruledOutCounts).reduce((a, b) => a + b, 0)
        const fitting = s.droplets.length - counted
        expect(decision.candidates.length).toBe(Math.min(20, fitting))
        expect(decision.ruledOut.length).toBe(Math.min(20, counted))
        expect(decision.choice.kind === 'existing').toBe(fitting > 0)
        for (const c of decision.candidates)
          for (const f of c.factors) {
            expect(f.score).toBeGreaterThanOrEqual(0)
            expect(f.score).toBeLessThanOrEqual(1)
          }
        if (decision.choice.kind === 'none') expect(decision.choice.reason).not.toBe('')
      }),
    )
  })

  test('the order of the snapshot changes nothing', () => {
    const shuffled = anySnapshot.chain((s) =>
      fc.tuple(
        fc.constant(s),
        fc.record({
          droplets: fc.shuffledSubarray(s.droplets, { minLength: s.droplets.length }),
          sizes: fc.shuffledSubarray(s.sizes, { minLength: s.sizes.length }),
          regions: fc.shuffledSubarray(s.regions, { minLength: s.regions.length }),
          dropletsLeft: fc.constant(s.dropletsLeft),
        }),
      ),
    )
    fc.assert(
      fc.property(shuffled, anyRequest, ([a, b], r) => {
        expect(choose(b, r)).toEqual(choose(a, r))
      }),
    )
  })
})
