/**
 * (c) Two weeks of coming and going at about 100 live containers, billed by the second with the monthly cap, empty
 * droplets deleted at once: mean dollars a month, over the integrated bound. That bound is what the live containers
 * would cost at least if they were planned anew, with no move counted, at each of the sampled instants (every twelve
 * hours), each proven by column generation and kept in `data/dynamic-bounds.json`; between two instants it is taken as
 * their mean. `npm run bench -- placement --bounds SECONDS` proves those that are missing.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Metric } from '../measure.ts'
import type { InstantTask } from './dynamic-worker.ts'
import type { Policy } from './fleet.ts'
import { MIXES, type Mix } from './mixes.ts'
import { clusterAutoscaler, consolidating } from './movers.ts'
import { BASELINES, berth, knowsWhoLeaves } from './policies.ts'
import { inThreads } from './pool.ts'
import { type Mover, simulate } from './simulate.ts'
import { MEASURED_UNTIL, type Stay, timeline } from './timeline.ts'

const FILE = path.join(import.meta.dirname, 'data/dynamic-bounds.json')
const EVERY_HOURS = 12
/** Seeds 1-6 tuned what is measured here. */
const SEEDS = [11, 12, 13]
const MOVES_PER_CONTAINER_DAY = 0.2
const DOLLARS_PER_MOVE = 3

const instants = Array.from({ length: MEASURED_UNTIL / EVERY_HOURS + 1 }, (_, i) => i * EVERY_HOURS)
const keptInstants = (): Record<string, number> => (existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {})

/** Proves what is missing. */
export async function proveInstants(seconds: number): Promise<void> {
  const kept = keptInstants()
  const tasks = MIXES.flatMap((mix) =>
    SEEDS.flatMap((seed) => instants.map((hour): InstantTask => ({ mix, seed, hour, seconds }))),
  ).filter(({ mix, seed, hour }) => kept[`${mix}-${seed}-${hour}`] === undefined)
  await inThreads<InstantTask, { key: string; bound: number }>(
    new URL('./dynamic-worker.ts', import.meta.url),
    tasks,
    ({ key, bound }) => {
      // Rounded down: a bound may be too low, never too high.
      kept[key] = Math.floor(bound * 1000) / 1000
      writeFileSync(FILE, `${JSON.stringify(kept, null, 1)}\n`)
    },
  )
}

/** Trapezoids over the sampled instants. */
function integratedBound(mix: Mix, seed: number, kept: Record<string, number>): number {
  const bounds = instants.map((hour) => {
    const bound = kept[`${mix}-${seed}-${hour}`]
    if (bound === undefined) throw new Error(`no bound is kept for ${mix}-${seed}-${hour}`)
    return bound
  })
  const areas = bounds.slice(1).map((bound, i) => (bound + (bounds[i] ?? bound)) / 2)
  return mean(areas)
}

interface Row {
  name: string
  over: Record<Mix, number>
  moves: number
}

export function dynamic(): Record<string, Metric> {
  const kept = keptInstants()
  const timelines = MIXES.flatMap((mix) =>
    SEEDS.map((seed) => ({ mix, stays: timeline(mix, seed), bound: integratedBound(mix, seed, kept) })),
  )
  const played = (policy: Policy, makeMover?: () => Mover, suffix = ''): Row => {
    const results = timelines.map(({ mix, stays, bound }) => {
      const { monthly, movesPerContainerDay } = simulate(policy, stays as Stay[], makeMover)
      return { mix, over: (monthly / bound - 1) * 100, movesPerContainerDay }
    })
    const over = Object.fromEntries(
      MIXES.map((mix) => [mix, mean(results.filter((one) => one.mix === mix).map((one) => one.over))]),
    ) as Record<Mix, number>
    return { name: policy.name + suffix, over, moves: mean(results.map((one) => one.movesPerContainerDay)) }
  }
  const consolidates = consolidating({
    movesPerContainerDay: MOVES_PER_CONTAINER_DAY,
    dollarsPerMove: DOLLARS_PER_MOVE,
  })
  const unmoved = played(berth('balanced'))
  const moved = played(berth('balanced'), consolidates, ', consolidating')
  const others = BASELINES.map((policy) => played(policy))
  const autoscaled = BASELINES.filter(({ name }) => !name.endsWith('largest')).map((policy) =>
    played(policy, clusterAutoscaler, ', Cluster Autoscaler'),
  )
  const clairvoyant = played(knowsWhoLeaves)
  table([unmoved, moved, clairvoyant, ...others, ...autoscaled])
  const bestOther = Math.min(...others.map(meanOver))
  const bestAutoscaled = Math.min(...autoscaled.map(meanOver))
  const metric = (row: Row, baseline: number): Metric => ({
    value: meanOver(row),
    unit: 'percent',
    baseline,
    ratio: meanOver(row) / baseline,
  })
  return {
    dynamic_over_bound: metric(moved, bestAutoscaled),
    dynamic_unmoved_over_bound: metric(unmoved, bestOther),
    dynamic_clairvoyant_over_bound: { value: meanOver(clairvoyant), unit: 'percent' },
    dynamic_moves: { value: moved.moves, unit: 'a container-day' },
  }
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const meanOver = ({ over }: Row): number => mean(Object.values(over))

function table(rows: Row[]): void {
  const line = (name: string, values: string[]) => `${name.padEnd(54)}${values.map((v) => v.padStart(9)).join('')}\n`
  process.stdout.write(`\ntwo weeks, % over the integrated bound\n${line('', [...MIXES, 'mean', 'moves'])}`)
  for (const row of rows) {
    const over = [...MIXES.map((mix) => row.over[mix]), meanOver(row)].map((v) => v.toFixed(1))
    process.stdout.write(line(row.name, [...over, row.moves.toFixed(2)]))
  }
}
