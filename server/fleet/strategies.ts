/** What each strategy weighs, for the page whose sliders begin there. */
import { choose, DEFAULT_PREFERENCES, type Decision } from '#server/placement/index.ts'
import { STRATEGIES, type Strategy } from '#server/placement/types.ts'

/** Asked of placement itself, so that what is shown is what decides. */
export function strategyWeights(): Record<Strategy, Decision['weights']> {
  const nothing = { memoryBytes: 0, cpuMillis: 0, diskBytes: 0 }
  const empty = { droplets: [], sizes: [], regions: [], dropletsLeft: 0, monthlyCostMicros: 0, latencyMs: {} }
  const snapshot = { ...empty, demand: { ...nothing, containers: 0, left: 0 } }
  const weightsOf = (strategy: Strategy) =>
    choose(snapshot, { ...nothing, preferences: { ...DEFAULT_PREFERENCES, strategy } }).weights
  return Object.fromEntries(STRATEGIES.map((strategy) => [strategy, weightsOf(strategy)])) as ReturnType<
    typeof strategyWeights
  >
}
