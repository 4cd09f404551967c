/** One instance at a time: a plan within its budget, or a bound within its seconds. */
import { parentPort } from 'node:worker_threads'
import { Bound, compile, improve, proven } from '#server/placement/plan/index.ts'
import { loadSolver, solve } from '#server/planning/index.ts'
import { CHECK_NODES_MAX, PRICE_UNIT } from './bounds.ts'
import { mixInstance } from './instances.ts'
import type { Mix } from './mixes.ts'

export interface StaticTask {
  mix: Mix
  count: number
  seed: number
  seconds: number
  prove: boolean
}

export interface StaticResult {
  name: string
  /** Micros a month. */
  firstCost: number
  firstMs: number
  cost: number
  bound: number
  /** The prices of classes that prove the bound; empty for a plan. */
  prices: number[]
}

const FIRST_BY_MS = 1000
/** The bound can rise no further by more than this share: enough. */
const CLOSE = 2e-4
const solver = await loadSolver()

function planned(task: StaticTask): StaticResult {
  const { name, problem } = mixInstance(task.mix, task.count, task.seed)
  const result: StaticResult = { name, firstCost: 0, firstMs: 0, cost: 0, bound: 0, prices: [] }
  for (const { plan, certificate, elapsedMs } of solve(problem, solver, { budgetMs: task.seconds * 1000, seed: 1 })) {
    if (plan.unplaced.length > 0) throw new Error(`${name}: ${plan.unplaced.length} containers unplaced`)
    if (elapsedMs <= FIRST_BY_MS || result.firstCost === 0)
      Object.assign(result, { firstCost: plan.cost, firstMs: elapsedMs })
    Object.assign(result, { cost: plan.cost, bound: certificate?.bound ?? result.bound })
  }
  return result
}

function proved(task: StaticTask): StaticResult {
  const started = performance.now()
  const { name, problem } = mixInstance(task.mix, task.count, task.seed)
  const instance = compile(problem)
  const search = improve(instance, { seed: 1 })
  let best = search.next(0).value
  for (let step = 0; step < 100; step++) best = search.next(step / 100).value
  const prover = new Bound(instance, { makeMaster: solver.makeMaster, starts: [best] })
  let last = prover.step()
  while (
    !last.done &&
    last.ceiling > last.certificate.bound * (1 + CLOSE) &&
    performance.now() - started < task.seconds * 1000
  )
    last = prover.step()
  // Kept short, so what is kept is what the short prices prove.
  const prices = last.certificate.prices.map((price) => Math.floor(price / PRICE_UNIT) * PRICE_UNIT)
  const bound = proven(instance, prices, CHECK_NODES_MAX)
  return { name, firstCost: 0, firstMs: 0, cost: best.cost, bound, prices: [...prices] }
}

parentPort?.on('message', (task: StaticTask) => {
  parentPort?.postMessage(task.prove ? proved(task) : planned(task))
  solver.close()
})
