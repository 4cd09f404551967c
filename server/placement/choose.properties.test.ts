import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { capacityOf, shortage } from './capacity.ts'
import { choose } from './choose.ts'
import { DEFAULT_PREFERENCES } from './strategies.ts'
import { droplet, GIB, MIB, SIZES } from './testing.ts'
import type { PlacementRequest } from './types.ts'

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
    free: fc.record({
      memoryBytes: fc.integer({ min: -100 * MIB, max: 8 * GIB }),
      cpuMillis: fc.integer({ min: -500, max: 8000 }),
      diskBytes: fc.integer({ min: -GIB, max: 100 * GIB }),
    }),
    containers: fc.integer({ min: 0, max: 9 }),
    templates: fc.dictionary(fc.constantFrom('t1', 't2', 't3'), fc.integer({ min: 1, max: 3 })),
    exclusiveHeld: fc.boolean(),
    state: fc.constantFrom('ok' as const, 'coming' as const, 'unusable' as const, 'held' as const),
  })
  .map(({ n, ...rest }) =>
    droplet(`d${n % 7}`, {
      id: `id${n}`,
      capacity: { memoryBytes: 8 * GIB, cpuMillis: 8000, diskBytes: 100 * GIB },
      ...rest,
    }),
  )
const anySnapshot = fc.record({
  droplets: fc.uniqueArray(anyDroplet, { maxLength: 30, selector: (d) => d.id }),
  sizes: fc.shuffledSubarray(SIZES),
  regions: fc.shuffledSubarray(['ams3', 'fra1', 'nyc3']),
  dropletsLeft: fc.integer({ min: 0, max: 2 }),
  demand: fc.record({ ...resources, containers: fc.integer({ min: 0, max: 99 }) }),
  monthlyCostMicros: fc.integer({ min: 0, max: 1e9 }),
  latencyMs: fc.constant({}),
})
const anyRequest: fc.Arbitrary<PlacementRequest> = fc.record(
  {
    ...resources,
    regions: fc.shuffledSubarray(['ams3', 'fra1', 'nyc3']),
    sizes: fc.shuffledSubarray(SIZES.map((s) => s.slug)),
    templateId: fc.constantFrom('t1', 't2'),
    spread: fc.boolean(),
    exclusive: fc.boolean(),
    existingOnly: fc.boolean(),
    dropletId: fc.integer({ min: 0, max: 40 }).map((n) => `id${n}`),
    preferences: fc.constant(DEFAULT_PREFERENCES),
  },
  { requiredKeys: ['memoryBytes', 'cpuMillis', 'diskBytes', 'preferences'] },
)

describe('properties', () => {
  test('I2: a chosen droplet or size always fits, and is one that the request allows', () => {
    fc.assert(
      fc.property(anySnapshot, anyRequest, (s, r) => {
        const { choice } = choose(s, r)
        if (choice.kind === 'existing') {
          const d = s.droplets.find((x) => x.id === choice.dropletId)
          if (!d) throw new Error('chose a droplet that is not there')
          expect(d.state).toBe('ok')
          expect(d.free.memoryBytes).toBeGreaterThanOrEqual(r.memoryBytes)
          expect(d.free.cpuMillis).toBeGreaterThanOrEqual(r.cpuMillis)
          expect(d.free.diskBytes).toBeGreaterThanOrEqual(r.diskBytes)
          if (r.regions) expect(r.regions).toContain(d.region)
          if (r.dropletId) expect(d.id).toBe(r.dropletId)
          expect(d.exclusiveHeld).toBe(false)
          if (r.exclusive) expect(d.containers).toBe(0)
          if (r.spread && r.templateId) expect(d.templates[r.templateId] ?? 0).toBe(0)
        }
        if (choice.kind === 'create') {
          expect(r.existingOnly).not.toBe(true)
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
          demand: fc.constant(s.demand),
          monthlyCostMicros: fc.constant(s.monthlyCostMicros),
          latencyMs: fc.constant(s.latencyMs),
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
