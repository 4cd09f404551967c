import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { capacityOf, shortage } from './capacity.ts'
import { choose } from './choose.ts'
import { DEFAULT_PREFERENCES } from './strategies.ts'
import { droplet, GIB, MIB, SIZES } from './testing.ts'
import { type Decision, FACTOR_NAMES, type PlacementRequest, type Snapshot, STRATEGIES } from './types.ts'
import { wishable } from './wished-droplet.ts'

const REGIONS = ['ams3', 'fra1', 'nyc3']
const IDS = Array.from({ length: 41 }, (_, n) => `id${n}`)
const anyRegions = fc.shuffledSubarray(REGIONS)
const anySizes = fc.shuffledSubarray(SIZES.map((s) => s.slug))
const resources = {
  memoryBytes: fc.integer({ min: 16 * MIB, max: 6 * GIB }),
  cpuMillis: fc.integer({ min: 10, max: 4000 }),
  diskBytes: fc.integer({ min: 0, max: 90 * GIB }),
}
const anyDroplet = fc
  .record({
    n: fc.integer({ min: 0, max: 40 }),
    region: fc.constantFrom(...REGIONS),
    size: fc.constantFrom(...SIZES.map((s) => s.slug)),
    free: fc.record({
      memoryBytes: fc.integer({ min: -100 * MIB, max: 8 * GIB }),
      cpuMillis: fc.integer({ min: -500, max: 8000 }),
      diskBytes: fc.integer({ min: -GIB, max: 100 * GIB }),
    }),
    used: fc.option(fc.record(resources)),
    containers: fc.integer({ min: 0, max: 9 }),
    templates: fc.dictionary(fc.constantFrom('t1', 't2', 't3'), fc.integer({ min: 1, max: 3 })),
    exclusiveHeld: fc.boolean(),
    failures: fc.integer({ min: 0, max: 3 }),
    state: fc.constantFrom('ok' as const, 'ok' as const, 'coming' as const, 'unusable' as const, 'held' as const),
  })
  .map(({ n, ...rest }) =>
    droplet(`d${n % 7}`, {
      id: `id${n}`,
      capacity: { memoryBytes: 8 * GIB, cpuMillis: 8000, diskBytes: 100 * GIB },
      ...rest,
    }),
  )
const anySnapshot: fc.Arbitrary<Snapshot> = fc.record({
  droplets: fc.uniqueArray(anyDroplet, { maxLength: 30, selector: (d) => d.id }),
  sizes: fc.shuffledSubarray(SIZES),
  regions: anyRegions,
  dropletsLeft: fc.integer({ min: 0, max: 2 }),
  demand: fc.record({ ...resources, containers: fc.integer({ min: 0, max: 99 }), left: fc.nat({ max: 99 }) }),
  monthlyCostMicros: fc.integer({ min: 0, max: 1e9 }),
  latencyMs: fc.dictionary(fc.constantFrom(...REGIONS), fc.integer({ min: 1, max: 300 })),
})
const anyPreferences = fc.record({
  strategy: fc.constantFrom(...STRATEGIES),
  weights: fc.dictionary(fc.constantFrom(...FACTOR_NAMES), fc.double({ min: 0, max: 100, noNaN: true })),
  place: fc.constantFrom(
    null,
    { lat: 48.1, lon: 11.6, label: 'Munich' },
    { lat: -36.8, lon: 174.8, label: 'Auckland' },
  ),
  preferredRegions: anyRegions,
  forbiddenRegions: fc.subarray(REGIONS, { maxLength: 1 }),
  preferredDroplets: fc.subarray(IDS, { maxLength: 3 }),
  forbiddenDroplets: fc.subarray(IDS, { maxLength: 5 }),
  preferredSizes: anySizes,
  forbiddenSizes: fc.subarray(
    SIZES.map((s) => s.slug),
    { maxLength: 1 },
  ),
  provisioning: fc.record({
    enabled: fc.constantFrom(true, true, false),
    maxDropletsPerUser: fc.option(fc.integer({ min: 0, max: 30 })),
    preferredRegions: fc.constantFrom<string[]>([], ['fra1']),
    defaultSize: fc.constantFrom(null, 's-1vcpu-2gb'),
    autoScaleEnabled: fc.boolean(),
    monthlyBudgetMicros: fc.option(fc.integer({ min: 0, max: 1.2e9 })),
  }),
})
const anyWish = fc.record({
  size: fc.constantFrom(...SIZES.map((s) => s.slug), 's-gone'),
  region: fc.constantFrom(...REGIONS, 'mars1'),
})
const anyRequest: fc.Arbitrary<PlacementRequest> = fc.record(
  {
    ...resources,
    regions: anyRegions,
    sizes: anySizes,
    templateId: fc.constantFrom('t1', 't2'),
    spread: fc.boolean(),
    exclusive: fc.boolean(),
    existingOnly: fc.constantFrom(true, false, false),
    dropletId: fc.constantFrom(...IDS),
    excludeDropletIds: fc.subarray(IDS, { maxLength: 5 }),
    preferences: fc.oneof(fc.constant(DEFAULT_PREFERENCES), anyPreferences),
  },
  { requiredKeys: ['memoryBytes', 'cpuMillis', 'diskBytes', 'preferences'] },
)
/** Half of them leave out what most often forbids a new droplet: else hardly one would ever be made. */
const anyCase: fc.Arbitrary<[Snapshot, PlacementRequest]> = fc.oneof(
  fc.tuple(anySnapshot, anyRequest),
  fc
    .tuple(anySnapshot, anyRequest, fc.option(anyWish, { freq: 2 }))
    .map(([s, { dropletId: _, ...r }, wish]): [Snapshot, PlacementRequest] => [
      { ...s, sizes: SIZES, regions: REGIONS, dropletsLeft: 1, monthlyCostMicros: s.monthlyCostMicros / 100 },
      {
        ...r,
        ...(wish && { newDroplet: wish }),
        memoryBytes: r.memoryBytes / 4,
        cpuMillis: r.cpuMillis / 4,
        existingOnly: false,
      },
    ]),
)
const RUNS = { numRuns: 400 }
const bestScore = (decision: Decision) => decision.candidates[0]?.score ?? -1

describe('properties', () => {
  test('I2: whatever is chosen fits, and breaks no hard constraint', () => {
    fc.assert(
      fc.property(anyCase, ([s, r]) => {
        const { choice } = choose(s, r)
        const { preferences: p } = r
        if (choice.kind === 'existing') {
          const d = s.droplets.find((x) => x.id === choice.dropletId)
          if (!d) throw new Error('chose a droplet that is not there')
          expect(d.state).toBe('ok')
          expect(r.newDroplet).toBeUndefined()
          expect(shortage(d.free, r)).toBeNull()
          expect(d.exclusiveHeld).toBe(false)
          expect(r.excludeDropletIds ?? []).not.toContain(d.id)
          if (r.regions) expect(r.regions).toContain(d.region)
          if (r.exclusive) expect(d.containers).toBe(0)
          if (r.spread && r.templateId) expect(d.templates[r.templateId] ?? 0).toBe(0)
          if (r.dropletId) expect(d.id).toBe(r.dropletId)
          else {
            expect(p.forbiddenDroplets).not.toContain(d.id)
            expect(p.forbiddenRegions).not.toContain(d.region)
            expect(p.forbiddenSizes).not.toContain(d.size)
          }
        }
        if (choice.kind === 'create') {
          expect(r.existingOnly).not.toBe(true)
          expect(r.dropletId).toBeUndefined()
          if (r.newDroplet) expect(choice).toMatchObject(r.newDroplet)
          expect(p.provisioning.enabled).toBe(true)
          expect(s.dropletsLeft).toBeGreaterThan(0)
          expect(s.droplets.length).toBeLessThan(p.provisioning.maxDropletsPerUser ?? 1e9)
          expect(s.monthlyCostMicros + choice.priceMonthlyMicros).toBeLessThanOrEqual(
            p.provisioning.monthlyBudgetMicros ?? Number.MAX_VALUE,
          )
          const size = s.sizes.find((x) => x.slug === choice.size)
          if (!size) throw new Error('chose a size that is not on sale')
          expect(shortage(capacityOf(size), r)).toBeNull()
          expect(p.forbiddenSizes).not.toContain(size.slug)
          if (r.sizes) expect(r.sizes).toContain(size.slug)
          expect(size.regions).toContain(choice.region)
          expect(s.regions).toContain(choice.region)
          expect(p.forbiddenRegions).not.toContain(choice.region)
          if (r.regions) expect(r.regions).toContain(choice.region)
        }
      }),
      RUNS,
    )
  })

  test('a wish for a new droplet is met or refused by its name, and those that are offered are those that are met', () => {
    fc.assert(
      fc.property(anyCase, anyWish, ([s, r], newDroplet) => {
        const { choice, candidates, ruledOutCounts, noNewDroplet } = choose(s, { ...r, newDroplet })
        const isOffered = wishable(s, r).some(
          (o) => o.size === newDroplet.size && o.regions.includes(newDroplet.region),
        )
        expect(choice.kind).toBe(isOffered ? 'create' : 'none')
        expect(candidates).toHaveLength(isOffered ? 1 : 0)
        expect(ruledOutCounts).toEqual(s.droplets.length > 0 ? { 'not-requested': s.droplets.length } : {})
        if (isOffered) expect(choice).toMatchObject(newDroplet)
        else expect(noNewDroplet?.detail).toContain(`a new ${newDroplet.size} in ${newDroplet.region}. `)
      }),
      RUNS,
    )
  })

  test('a wish scores what the same droplet scores unasked, and what Berth would buy may be asked for', () => {
    fc.assert(
      fc.property(anyCase, ([s, { newDroplet: _, ...free }]) => {
        const bought = choose(s, free).candidates.filter((candidate) => candidate.kind === 'create')
        for (const candidate of bought) {
          const { size, region } = candidate
          expect(choose(s, { ...free, newDroplet: { size, region } }).candidates).toEqual([candidate])
        }
      }),
      RUNS,
    )
  })

  test('one more droplet never makes the best score worse, while there may be one more', () => {
    fc.assert(
      fc.property(anySnapshot, anyRequest, anyDroplet, (s, r, extra) => {
        const uncounted: PlacementRequest = {
          ...r,
          preferences: {
            ...r.preferences,
            provisioning: { ...r.preferences.provisioning, maxDropletsPerUser: null },
          },
        }
        const more = { ...s, droplets: [...s.droplets, { ...extra, id: 'extra' }] }
        expect(bestScore(choose(more, uncounted))).toBeGreaterThanOrEqual(bestScore(choose(s, uncounted)))
      }),
      RUNS,
    )
  })

  test('I10: every droplet is a candidate or counted, and points add up to the last digit', () => {
    fc.assert(
      fc.property(anySnapshot, anyRequest, (s, r) => {
        const decision = choose(s, r)
        const counted = Object.values(decision.ruledOutCounts).reduce((a, b) => a + b, 0)
        const fitting = s.droplets.length - counted
        expect(decision.candidates.length).toBeGreaterThanOrEqual(Math.min(20, fitting))
        expect(decision.candidates.length).toBeLessThanOrEqual(20)
        expect(decision.ruledOut.length).toBe(Math.min(20, counted))
        for (const c of decision.candidates) {
          expect(c.score).toBe(c.factors.reduce((sum, { points }) => sum + points, 0))
          for (const f of c.factors) {
            expect(f.score).toBeGreaterThanOrEqual(0)
            expect(f.score).toBeLessThanOrEqual(1)
            expect(f.points).toBe(Math.round(f.score * f.weight * 1e6))
            expect(f.weight).toBe(decision.weights[f.name])
            expect(f.detail).not.toBe('')
          }
        }
        const scores = decision.candidates.map((c) => c.score)
        expect(scores).toEqual([...scores].sort((a, b) => b - a))
        const { choice, forecast, noNewDroplet } = decision
        if (choice.kind === 'none') {
          expect(fitting).toBe(0)
          expect(choice.reason).not.toBe('')
          expect(choice.change).not.toBe('')
          expect(noNewDroplet).not.toBeNull()
          expect(forecast).toBeNull()
        } else expect(forecast?.memoryShareAfter).toBeGreaterThan(0)
      }),
      RUNS,
    )
  })

  test('the same input gives the same decision, in whatever order it comes', () => {
    const shuffled = anySnapshot.chain((s) =>
      fc.tuple(
        fc.constant(s),
        fc
          .record({
            droplets: fc.shuffledSubarray(s.droplets, { minLength: s.droplets.length }),
            sizes: fc.shuffledSubarray(s.sizes, { minLength: s.sizes.length }),
            regions: fc.shuffledSubarray(s.regions, { minLength: s.regions.length }),
          })
          .map((lists) => ({ ...s, ...lists })),
      ),
    )
    fc.assert(
      fc.property(shuffled, anyRequest, ([a, b], r) => {
        expect(choose(b, r)).toEqual(choose(a, r))
      }),
      RUNS,
    )
  })
})
