/**
 * (b) Plan many: all containers of an instance at once, on an empty fleet, in dollars over the proven lower bound.
 * Shown are the plan after one second and the plan after `--seconds`, as means over the reported seeds.
 */
import { certificateOf, compile, verifyPlan } from '#server/placement/plan/index.ts'
import type { Metric } from '../measure.ts'
import { BATCH_BASELINES } from './batch-baselines.ts'
import { type KeptBound, keepBounds, keptBounds, PRICE_UNIT } from './bounds.ts'
import { type MixInstance, mixInstances } from './instances.ts'
import { COUNTS, MIXES, REPORTED_SEEDS } from './mixes.ts'
import { inThreads } from './pool.ts'
import type { StaticResult, StaticTask } from './static-worker.ts'

const WORKER = new URL('./static-worker.ts', import.meta.url)
/** Proves bounds for some seconds an instance, missing ones first, and keeps the better of old and new. */
export async function proveBounds(seconds: number, seeds: number[]): Promise<void> {
  const bounds = keptBounds()
  const tasks = mixInstances(seeds)
    .sort((a, b) => Number(bounds.has(a.name)) - Number(bounds.has(b.name)) || a.count - b.count)
    .map(({ mix, count, seed }) => ({ mix, count, seed, seconds, prove: true }))
  await inThreads<StaticTask, StaticResult>(WORKER, tasks, ({ name, bound, prices }) => {
    const kept: KeptBound = { bound: bound / 1e6, prices: prices.map((price) => price / PRICE_UNIT) }
    if (kept.bound > (bounds.get(name)?.bound ?? 0)) bounds.set(name, kept)
    keepBounds(bounds)
  })
}

/** The lower bound of an instance in micros, lifted to a whole step of prices below the cost at hand. */
export function boundOf(instance: MixInstance, bounds: Map<string, KeptBound>, cost: number): number {
  const kept = bounds.get(instance.name)
  if (!kept) throw new Error(`no bound is kept for ${instance.name}: run with --bounds 30`)
  if (kept.bound * 1e6 > cost * (1 + 1e-9)) throw new Error(`${instance.name}: ${cost} is below its bound`)
  return certificateOf(compile(instance.problem), cost, kept.bound * 1e6).bound
}

export async function staticPlans(seconds: number): Promise<Record<string, Metric>> {
  const bounds = keptBounds()
  const results = new Map<string, StaticResult>()
  const instances = mixInstances(REPORTED_SEEDS)
  await inThreads<StaticTask, StaticResult>(
    WORKER,
    instances.map(({ mix, count, seed }) => ({ mix, count, seed, seconds, prove: false })),
    (result) => results.set(result.name, result),
  )
  const over = (instance: MixInstance, cost: 'firstCost' | 'cost') => {
    const dollars = results.get(instance.name)?.[cost] ?? 0
    return (dollars / boundOf(instance, bounds, results.get(instance.name)?.cost ?? 0) - 1) * 100
  }
  process.stdout.write(`\nplan many, % over the bound     after 1 s   after ${seconds} s\n`)
  for (const mix of MIXES)
    for (const count of COUNTS) {
      const some = instances.filter((one) => one.mix === mix && one.count === count)
      const shown = (cost: 'firstCost' | 'cost') => mean(some.map((one) => over(one, cost))).toFixed(2)
      process.stdout.write(
        `${mix.padEnd(10)} ${String(count).padStart(4)}             ${shown('firstCost').padStart(12)} ${shown('cost').padStart(11)}\n`,
      )
    }
  baselineTable(instances, bounds)
  const many = instances.filter(({ count }) => count === 500)
  const percent = (value: number): Metric => ({ value, unit: 'percent' })
  return {
    static_over_bound: percent(mean(instances.map((one) => over(one, 'cost')))),
    static_over_bound_500: percent(mean(many.map((one) => over(one, 'cost')))),
    static_first_over_bound: percent(mean(instances.map((one) => over(one, 'firstCost')))),
    static_first_over_bound_500: percent(mean(many.map((one) => over(one, 'firstCost')))),
    static_first_over_bound_max: percent(Math.max(...many.map((one) => over(one, 'firstCost')))),
    static_first_answer: { value: Math.max(...[...results.values()].map(({ firstMs }) => firstMs)), unit: 'ms' },
  }
}

/** Mean over the bound by mix of what others do with the same instances; answers none of ours. */
function baselineTable(instances: MixInstance[], bounds: Map<string, KeptBound>): void {
  process.stdout.write(`\nothers, % over the bound by mix   ${MIXES.map((mix) => mix.padStart(8)).join('')}\n`)
  for (const [name, plan] of Object.entries(BATCH_BASELINES)) {
    const cells = MIXES.map((mix) => {
      const over = instances
        .filter((one) => one.mix === mix)
        .map((one) => {
          const made = plan(one.problem)
          const wrong = verifyPlan(one.problem, made)
          if (wrong.length > 0) throw new Error(`${name}: ${wrong[0]}`)
          return (made.cost / boundOf(one, bounds, made.cost) - 1) * 100
        })
      return mean(over).toFixed(1).padStart(8)
    })
    process.stdout.write(`${name.padEnd(34)}${cells.join('')}\n`)
  }
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
