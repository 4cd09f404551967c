import { describe, expect, test } from 'vitest'
import { type PackProblem, seeded, verifyPlan } from '../placement/plan/index.ts'
import { planFleet, planFleetToEnd } from './plan-fleet.ts'

const LONG_MS = 120_000

function problemOf(count: number): PackProblem {
  const random = seeded(count)
  const upTo = (most: number) => 1 + Math.floor(random() * most)
  return {
    items: Array.from({ length: count }, (_, i) => ({ id: `i${i}`, demand: [upTo(40), upTo(30)] })),
    sizes: [
      { slug: 'small', capacity: [50, 40], price: 600 },
      { slug: 'large', capacity: [110, 80], price: 1200 },
      { slug: 'wide', capacity: [220, 90], price: 1800 },
    ],
    existing: [{ id: 'd1', free: [60, 60] }],
  }
}

const threads = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length

describe('planning a fleet', () => {
  test('answers come with a plan that keeps every rule; the last has a certificate', async () => {
    const problem = problemOf(60)
    const costs: number[] = []
    for await (const answer of planFleet(problem, { budgetMs: 1500 })) {
      expect(verifyPlan(problem, answer.plan)).toEqual([])
      costs.push(answer.plan.cost)
      if (!answer.final) continue
      expect(answer.certificate?.cost).toBe(answer.plan.cost)
      expect(answer.certificate?.bound).toBeGreaterThan(0)
      expect(answer.certificate?.bound).toBeLessThanOrEqual(answer.plan.cost)
    }
    expect(costs).toEqual(costs.toSorted((a, b) => b - a))
  })

  test('it ends before its time when the plan is proven to be the cheapest', async () => {
    const problem: PackProblem = {
      items: [{ id: 'a', demand: [1] }],
      sizes: [{ slug: 's', capacity: [1], price: 600 }],
      existing: [],
    }
    const { plan, certificate } = await planFleetToEnd(problem, { budgetMs: LONG_MS })
    expect(plan.droplets).toEqual([{ kind: 'new', size: 's', price: 600, items: ['a'] }])
    expect(certificate).toEqual({ cost: 600, bound: 600, gap: 0 })
  })

  test('containers that fit nowhere are named, and there is no certificate where there is no other', async () => {
    const problem = { ...problemOf(3), items: [{ id: 'huge', demand: [999, 1] }] }
    const { plan, certificate, hopeless } = await planFleetToEnd(problem, { budgetMs: LONG_MS })
    expect([plan.unplaced, hopeless]).toEqual([['huge'], ['huge']])
    expect(certificate).toBeNull()
  })

  test('what fits nowhere does not keep the rest from having a certificate', async () => {
    const { sizes } = problemOf(3)
    const items = [
      { id: 'huge', demand: [999, 1] },
      { id: 'a', demand: [50, 40] },
    ]
    const { plan, certificate } = await planFleetToEnd({ items, sizes, existing: [] }, { budgetMs: LONG_MS })
    expect(plan.unplaced).toEqual(['huge'])
    expect(certificate).toEqual({ cost: 600, bound: 600, gap: 0 })
  })

  test('nothing is claimed when a droplet more could hold what is unplaced', async () => {
    const problem = { ...problemOf(60), existing: [], dropletsMax: 1 }
    const { plan, certificate, hopeless } = await planFleetToEnd(problem, { budgetMs: 300 })
    expect(plan.unplaced).not.toEqual([])
    expect([certificate, hopeless]).toEqual([null, []])
  })

  test('what room that is paid for holds is proven to be the cheapest at once', async () => {
    const problem = { ...problemOf(1), items: [{ id: 'a', demand: [60, 60] }] }
    const { plan, certificate } = await planFleetToEnd(problem, { budgetMs: LONG_MS })
    expect(plan.droplets).toEqual([{ kind: 'existing', id: 'd1', items: ['a'] }])
    expect(certificate).toEqual({ cost: 0, bound: 0, gap: 0 })
  })

  test('what must stand apart does, and counts as such in what is proven', async () => {
    const { sizes } = problemOf(1)
    const many = (count: number, rest: object) =>
      Array.from({ length: count }, (_, i) => ({ id: `${Object.keys(rest)}${i}`, demand: [1, 1], ...rest }))
    const items = [...many(5, { group: 'g' }), ...many(3, { alone: true }), ...many(20, {})]
    const existing = [
      { id: 'empty', free: [60, 60] },
      { id: 'held', free: [60, 60], groups: ['g'], occupied: true },
    ]
    const { plan, certificate } = await planFleetToEnd({ items, sizes, existing }, { budgetMs: 1500 })
    // 5 of the group on 5 droplets, 3 alone on 3, of which one is there.
    expect([plan.unplaced, plan.cost]).toEqual([[], 7 * 600])
    // The bound may count the empty droplet for the group and for one that must be alone.
    expect(certificate).toEqual({ cost: 4200, bound: 3600, gap: 4200 / 3600 - 1 })
    const without = await planFleetToEnd({ items, sizes, existing: [] }, { budgetMs: LONG_MS })
    expect(without.certificate).toEqual({ cost: 4800, bound: 4800, gap: 0 })
  })

  test('an abort ends the thread and tells its reason', async () => {
    const before = threads()
    const abort = new AbortController()
    const planning = planFleetToEnd(problemOf(200), {
      budgetMs: LONG_MS,
      signal: abort.signal,
      onImproved: () => abort.abort(new Error('enough')),
    })
    await expect(planning).rejects.toThrow('enough')
    expect(threads()).toBe(before)
  })

  test('leaving the loop ends the thread', async () => {
    const before = threads()
    for await (const answer of planFleet(problemOf(200), { budgetMs: LONG_MS })) {
      expect(answer.plan.cost).toBeGreaterThan(0)
      break
    }
    expect(threads()).toBe(before)
  })

  test('more plans than may run at once wait for their turn, and can be called off while they wait', async () => {
    const stop = new AbortController()
    const running = [1, 2].map(() => planFleet(problemOf(100), { budgetMs: LONG_MS, signal: stop.signal }))
    for (const plan of running) await plan.next()
    const abort = new AbortController()
    const third = planFleetToEnd(problemOf(100), { budgetMs: LONG_MS, signal: abort.signal })
    abort.abort(new Error('changed my mind'))
    await expect(third).rejects.toThrow('changed my mind')
    const fourth = planFleet(problemOf(100), { budgetMs: LONG_MS }).next()
    for (const plan of running) await plan.return()
    expect((await fourth).done).toBe(false)
    stop.abort()
  })
})
