import fc from 'fast-check'
import { expect, test } from 'vitest'
import { classesOf } from './classes.ts'
import { knapsackOf } from './knapsack.ts'
import { bestFill } from './pricing.ts'
import { compile } from './problem.ts'

const row = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 3, maxLength: 3 })

/** The most that fits, by trying every subset. */
function most(demands: number[][], worth: number[], capacity: number[]): number {
  const from = (i: number, room: number[]): number => {
    const demand = demands[i]
    if (!demand) return 0
    const without = from(i + 1, room)
    if (demand.some((wanted, k) => wanted > (room[k] ?? 0))) return without
    const left = room.map((free, k) => free - (demand[k] ?? 0))
    return Math.max(without, (worth[i] ?? 0) + from(i + 1, left))
  }
  return from(0, capacity)
}

test('a fill fits, is worth what it says, and nothing that fits is worth more than the bound', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(row, fc.integer({ min: 0, max: 50 })), { minLength: 1, maxLength: 9 }),
      row,
      fc.integer({ min: 0, max: 60 }),
      (drawn, capacity, target) => {
        const demands = drawn.map(([demand]) => demand)
        const instance = compile({
          items: demands.map((demand, i) => ({ id: String(i), demand })),
          sizes: [{ slug: 's', capacity, price: 1 }],
          existing: [],
        })
        const classes = classesOf(instance)
        const prices = new Float64Array(classes.classes)
        for (const [i, [, worth]] of drawn.entries()) prices[classes.of[i] ?? 0] = worth
        const worthOf = demands.map((_, i) => prices[classes.of[i] ?? 0] ?? 0)
        const best = most(demands, worthOf, capacity)
        const fill = bestFill(knapsackOf(classes, Float64Array.from(capacity), 1), prices, {
          target,
          nodesMax: 5000,
          sweeps: 2,
        })
        expect(fill.atMost).toBeGreaterThanOrEqual(best - 1e-6)
        if (best > target) expect(fill.worth).toBeCloseTo(best)
        let value = 0
        const load = capacity.map(() => 0)
        for (const [j, copies] of fill.held) {
          expect(copies).toBeLessThanOrEqual(classes.count[j] ?? 0)
          value += copies * (prices[j] ?? 0)
          for (const k of load.keys()) load[k] = (load[k] ?? 0) + copies * (classes.demand[j * 3 + k] ?? 0)
        }
        if (fill.worth > 0) expect(value).toBeCloseTo(fill.worth)
        for (const [k, used] of load.entries()) expect(used).toBeLessThanOrEqual(capacity[k] ?? 0)
      },
    ),
  )
})
