import { afterAll, expect, test } from 'vitest'
import { type PackProblem, seeded } from '../placement/plan/index.ts'
import { loadSolver, type Solver, SolverStuck } from './master.ts'
import { solve } from './solve.ts'

const solver = await loadSolver()
afterAll(() => solver.close())

const random = seeded(7)
const problem: PackProblem = {
  items: Array.from({ length: 200 }, (_, i) => ({
    id: `i${i}`,
    demand: [1 + Math.floor(random() * 40), 1 + Math.floor(random() * 30)],
  })),
  sizes: [
    { slug: 'small', capacity: [50, 40], price: 601 },
    { slug: 'large', capacity: [110, 80], price: 1193 },
  ],
  existing: [],
}

/** A solver that is lost from its n-th programme on. */
const stuckFrom = (n: number, error: Error): Solver => {
  let solved = 0
  return {
    ...solver,
    makeMaster: (needs) => {
      const master = solver.makeMaster(needs)
      return {
        add: master.add,
        solve: () => {
          if (++solved >= n) throw error
          return master.solve()
        },
      }
    },
  }
}

const last = (with_: Solver) => [...solve(problem, with_, { budgetMs: 1200, seed: 1 })].at(-1)

test('a plan outlives a solver that loses its way: what was proven until then holds', () => {
  const answer = last(stuckFrom(4, new SolverStuck(15)))
  expect(answer?.plan.unplaced).toEqual([])
  expect(answer?.certificate?.bound).toBeGreaterThan(0)
  expect(answer?.certificate?.bound).toBeLessThanOrEqual(answer?.plan.cost ?? 0)
})

test('any other mistake is not passed over', () => {
  expect(() => last(stuckFrom(4, new Error('a mistake')))).toThrow('a mistake')
})
