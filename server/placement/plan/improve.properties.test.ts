import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planOf } from './assignment.ts'
import { improve } from './improve.ts'
import { compile, type PackProblem } from './problem.ts'
import { anyProblem, cheapest } from './testing.ts'
import { verifyPlan } from './verify.ts'

function planned(problem: PackProblem, seed: number, steps: number) {
  const instance = compile(problem)
  const search = improve(instance, { seed })
  let best = search.next(0).value
  for (let step = 1; step <= steps; step++) best = search.next(step / steps).value
  return planOf(instance, best)
}

describe('properties of a plan', () => {
  test('I2: no droplet holds more than it has, no limit is broken, and nothing is lost', () => {
    fc.assert(
      fc.property(anyProblem(14), fc.integer(), (problem, seed) => {
        expect(verifyPlan(problem, planned(problem, seed, 4))).toEqual([])
      }),
    )
  })

  test('no plan puts two of a group together, or anything beside what must be alone', () => {
    fc.assert(
      fc.property(anyProblem(60), fc.integer(), ({ items, sizes, existing }, seed) => {
        const roomy = { items, sizes: sizes.map(({ max: _, ...size }) => size), existing }
        const { droplets } = planned(roomy, seed, 6)
        const known = new Map(items.map((item) => [item.id, item]))
        for (const droplet of droplets) {
          const holds = droplet.items.map((id) => known.get(id))
          const there = droplet.kind === 'existing' ? existing.find(({ id }) => id === droplet.id) : undefined
          const groups = [...(there?.groups ?? []), ...holds.flatMap((item) => item?.group ?? [])]
          expect(new Set(groups).size).toBe(groups.length)
          if (holds.some((item) => item?.alone)) expect([holds.length, there?.occupied ?? false]).toEqual([1, false])
        }
      }),
    )
  })

  test('the same problem, seed and steps give the same plan', () => {
    fc.assert(
      fc.property(anyProblem(14), fc.integer(), (problem, seed) => {
        expect(planned(problem, seed, 3)).toEqual(planned(problem, seed, 3))
      }),
      { numRuns: 30 },
    )
  })

  test('a plan of a few containers places them all when that can be done', () => {
    fc.assert(
      fc.property(anyProblem(5), fc.integer(), (problem, seed) => {
        const least = cheapest(problem)
        const plan = planned(problem, seed, 10)
        if (least === null) expect(plan.unplaced).not.toEqual([])
        else if (plan.unplaced.length === 0) expect(plan.cost).toBeGreaterThanOrEqual(least)
      }),
    )
  })

  test('without limits, what fits some droplet is never left out', () => {
    fc.assert(
      fc.property(anyProblem(14), fc.integer(), ({ items, sizes }, seed) => {
        const unlimited = {
          items,
          sizes: sizes.map(({ slug, capacity, price }) => ({ slug, capacity, price })),
          existing: [],
        }
        const tooBig = items.filter(
          ({ demand }) => !sizes.some(({ capacity }) => demand.every((wanted, k) => wanted <= (capacity[k] ?? 0))),
        )
        expect(planned(unlimited, seed, 4).unplaced).toEqual(tooBig.map(({ id }) => id))
      }),
    )
  })
})
