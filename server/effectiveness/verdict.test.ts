import { describe, expect, test } from 'vitest'
import { DEFAULT_PREFERENCES } from '#server/placement/index.ts'
import { droplet, GIB, MIB, snapshot } from '#server/placement/testing.ts'
import type { Choice, PlacementRequest } from '#server/placement/types.ts'
import { factorEffect, judge, type Outcome, regretOf } from './verdict.ts'

const MONTH_HOURS = 730.5
const decidedAt = new Date('2026-11-01T00:00:00Z')
const outcome = (o: Partial<Outcome> = {}): Outcome => ({
  ...{
    decidedAt,
    healthyAt: decidedAt,
    failureCode: null,
    leftAt: null,
    p95: null,
    costMicros: 0,
    costedAt: decidedAt,
  },
  reserved: { memoryBytes: 1500 * MIB, cpuMillis: 250, diskBytes: GIB },
  ...o,
})
const request: PlacementRequest = { ...outcome().reserved, preferences: DEFAULT_PREFERENCES }
const made: Choice = { kind: 'create', size: 's-2vcpu-4gb', region: 'fra1', priceMonthlyMicros: 24_000_000 }
const dollars = (micros: number) => Math.round(micros / 1e4) / 100

describe('regret', () => {
  const alone = snapshot()
  const beside = snapshot({ droplets: [droplet('a')] })

  test('is nothing for a slot on a droplet that is paid already', () => {
    const choice: Choice = { kind: 'existing', dropletId: 'id-a', name: 'a' }
    expect(regretOf(choice, outcome(), { snapshot: beside, request }, MONTH_HOURS)).toBe(0)
  })

  test('is what a size that would have done costs less', () => {
    expect(dollars(regretOf(made, outcome(), { snapshot: alone, request }, MONTH_HOURS))).toBe(12)
  })

  test('looks at what was used, where enough was sampled', () => {
    const p95 = { memoryBytes: 300 * MIB, cpuMillis: 20 }
    expect(dollars(regretOf(made, outcome({ p95 }), { snapshot: alone, request }, MONTH_HOURS))).toBe(18)
    expect(dollars(regretOf(made, outcome({ p95 }), { snapshot: beside, request }, MONTH_HOURS))).toBe(24)
  })

  test('a larger droplet that others filled is no waste', () => {
    const costedAt = new Date(decidedAt.getTime() + 730.5 * 3_600_000)
    const shared = outcome({ costedAt, costMicros: 24_000_000 / 4 })
    expect(regretOf(made, shared, { snapshot: alone, request }, MONTH_HOURS)).toBe(0)
  })

  test('allows in hindsight what was allowed then', () => {
    const forbidding = { ...DEFAULT_PREFERENCES, forbiddenSizes: ['s-1vcpu-2gb'] }
    const input = { snapshot: alone, request: { ...request, preferences: forbidding } }
    expect(regretOf(made, outcome(), input, MONTH_HOURS)).toBe(0)
  })
})

test.each<[string, Partial<Outcome>, number, string]>([
  ['healthy and nothing cheaper', {}, 0, 'hit'],
  ['healthy, but dearer', {}, 2_000_000, 'dearer'],
  ['less than a cent is no regret', {}, 9_999, 'hit'],
  ['the droplet did not answer', { healthyAt: null, failureCode: 'SSH_UNREACHABLE' }, 0, 'fault'],
  ['the server ended by itself', { healthyAt: null, failureCode: 'CONTAINER_EXITED' }, 0, 'unjudged'],
  ['still on its way', { healthyAt: null }, 0, 'unjudged'],
])('%s', (_, o, regret, expected) => {
  expect(judge(outcome(o), { wished: false, regretMicros: regret })).toBe(expected)
})

test('what the person asked for is no evidence for or against Berth, whatever came of it', () => {
  for (const failureCode of [null, 'SSH_UNREACHABLE'])
    expect(judge(outcome({ failureCode }), { wished: true, regretMicros: 0 })).toBe('unjudged')
})

describe('a factor', () => {
  const seen = (n: number, of: (i: number) => { score: number; good: boolean }) =>
    Array.from({ length: n }, (_, i) => of(i))

  test('is not judged by fewer than twenty decisions', () => {
    expect(
      factorEffect(
        'cost',
        seen(19, (i) => ({ score: i / 19, good: i < 10 })),
      ),
    ).toEqual({
      ...{ name: 'cost', n: 19, correlation: null, verdict: 'too-few' },
    })
  })

  test('misleads when what it praised turned out worse, helps when better, beyond chance', () => {
    expect(
      factorEffect(
        'load',
        seen(40, (i) => ({ score: i / 40, good: i < 20 })),
      ),
    ).toMatchObject({ verdict: 'misleads' })
    expect(
      factorEffect(
        'load',
        seen(40, (i) => ({ score: i / 40, good: i >= 20 })),
      ),
    ).toMatchObject({ verdict: 'helps' })
    expect(
      factorEffect(
        'load',
        seen(40, (i) => ({ score: i / 40, good: i % 2 === 0 })),
      ),
    ).toMatchObject({ verdict: 'unclear' })
  })

  test('that says the same of all, or whose outcomes are all alike, says nothing', () => {
    expect(
      factorEffect(
        'cost',
        seen(40, (i) => ({ score: 0.5, good: i < 20 })),
      ),
    ).toMatchObject({ correlation: null, verdict: 'unclear' })
    expect(
      factorEffect(
        'cost',
        seen(40, (i) => ({ score: i, good: true })),
      ),
    ).toMatchObject({ correlation: null, verdict: 'unclear' })
  })
})
