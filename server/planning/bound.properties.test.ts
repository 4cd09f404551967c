import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { Bound, certificateOf, compile, improve, type PackProblem, planOf, proven } from '../placement/plan/index.ts'
import { anyProblem, cheapest } from '../placement/plan/testing.ts'
import { loadSolver } from './master.ts'

const solver = await loadSolver()
afterAll(() => solver.close())

const ROUNDS_MAX = 60

function provenAfter(bound: Bound, rounds: number) {
  let last = bound.step()
  for (let round = 1; round < rounds && !last.done; round++) last = bound.step()
  return last
}

describe('the proven lower bound', () => {
  test('is never above the cheapest plan, found by trying them all', () => {
    fc.assert(
      fc.property(anyProblem(5), (problem) => {
        const least = cheapest(problem)
        if (least === null) return
        const instance = compile(problem)
        const { certificate } = provenAfter(new Bound(instance, { makeMaster: solver.makeMaster }), ROUNDS_MAX)
        expect(certificate.bound).toBeLessThanOrEqual(least + 1e-6)
        expect(certificateOf(instance, least, certificate.bound).bound).toBeLessThanOrEqual(least)
        solver.close()
      }),
    )
  })

  test('is never above the cost of any plan, whose droplets it may start from', () => {
    fc.assert(
      fc.property(anyProblem(40), fc.integer(), (problem, seed) => {
        const instance = compile(problem)
        const search = improve(instance, { seed })
        search.next(0)
        const best = search.next(1).value
        if (best.unplaced > 0) return
        const { certificate } = provenAfter(new Bound(instance, { makeMaster: solver.makeMaster, starts: [best] }), 20)
        const { cost } = planOf(instance, best)
        const said = certificateOf(instance, cost, certificate.bound)
        expect(certificate.bound).toBeLessThanOrEqual(cost + 1e-6)
        expect(said.bound).toBeLessThanOrEqual(cost)
        expect(said.gap).toBeGreaterThanOrEqual(0)
        solver.close()
      }),
    )
  })

  test('follows from its prices in one round of pricing, whatever the prices', () => {
    fc.assert(
      fc.property(anyProblem(5), fc.array(fc.double({ min: 0, max: 40, noNaN: true })), (problem, drawn) => {
        const least = cheapest(problem)
        if (least === null) return
        const instance = compile(problem)
        const prices = Float64Array.from({ length: problem.items.length }, (_, i) => drawn[i] ?? 0)
        expect(proven(instance, prices)).toBeLessThanOrEqual(least + 1e-6)
      }),
    )
  })

  test.each([
    // Three small ones; a small and a middling one; a large one.
    [3, 18],
    [2, 29],
    [1, 60],
  ])('counts a limit of %i droplets', (dropletsMax, least) => {
    const problem: PackProblem = {
      items: ['a', 'b', 'c'].map((id) => ({ id, demand: [5] })),
      sizes: [
        { slug: 'small', capacity: [5], price: 6 },
        { slug: 'middling', capacity: [10], price: 23 },
        { slug: 'large', capacity: [15], price: 60 },
      ],
      existing: [],
      dropletsMax,
    }
    expect(cheapest(problem)).toBe(least)
    const { certificate } = provenAfter(new Bound(compile(problem), { makeMaster: solver.makeMaster }), ROUNDS_MAX)
    expect(certificate.bound).toBeCloseTo(least)
  })

  test('the same problem gives the same bound', () => {
    fc.assert(
      fc.property(anyProblem(20), (problem) => {
        const once = () => provenAfter(new Bound(compile(problem), { makeMaster: solver.makeMaster }), 10).certificate
        expect(once()).toEqual(once())
        solver.close()
      }),
      { numRuns: 20 },
    )
  })
})
