/**
 * What the resources of a droplet are worth to this user, in dollars of the price list.
 *
 *   sizes + the mix that the user runs ─▶ worthOf ─▶ dollars a unit of memory, CPU and disk
 *
 * The cheapest way to buy the whole mix, if sizes could be bought in fractions, is a small linear program; its dual
 * prices say what each resource adds. By construction no size is worth more than it costs, and free memory beside no
 * free CPU is worth nothing that this mix could use. Solved exactly, by pivoting a tableau of three columns.
 */
import { capacityOf } from './capacity.ts'
import type { PlacementSize, Resources, Snapshot } from './types.ts'

export type Vector = readonly [memory: number, cpu: number, disk: number]

export interface Worth {
  /** Micro-dollars a month of one byte, one milli-vCPU, one byte. */
  unit: Vector
  /** The average container of the mix. */
  average: Vector
  averageMicros: number
  /** The whole mix. */
  mixMicros: number
}

/**
 * Somebody's first deployments say little about what follows, so the mix begins with some servers like these: half a GB,
 * a third of a vCPU, a GB of disk, which is what most templates of the catalogue ask for.
 */
const TYPICAL_COUNT = 9
const TYPICAL: Vector = [512 * 2 ** 20, 300, 2 ** 30]
const WITHOUT_PRICES = [0.8, 0.2, 0]
/** Cycling is impossible to rule out in floating point; three columns need a handful. */
const PIVOTS_MAX = 60
const EPSILON = 1e-12

export const vectorOf = (r: Resources): Vector => [r.memoryBytes, r.cpuMillis, r.diskBytes]

export const microsOf = (worth: Worth, [memory, cpu, disk]: Vector): number =>
  worth.unit[0] * memory + worth.unit[1] * cpu + worth.unit[2] * disk

/** How many average containers fit, in fractions; negative where something is over-full. */
export const copiesIn = (worth: Worth, [memory, cpu, disk]: Vector): number =>
  Math.min(memory / worth.average[0], cpu / worth.average[1], disk / worth.average[2])

export function worthOf({ sizes, demand, monthlyCostMicros }: Snapshot, request: Resources): Worth {
  const count = demand.containers + 1 + TYPICAL_COUNT
  const asked = vectorOf(request)
  const held = vectorOf(demand)
  const total = [0, 1, 2].map((k) => Math.max(1, (held[k] ?? 0) + (asked[k] ?? 0) + TYPICAL_COUNT * (TYPICAL[k] ?? 0)))
  const [memory = 1, cpu = 1, disk = 1] = total
  const [memoryMicros = 0, cpuMicros = 0, diskMicros = 0] =
    sizes.length > 0
      ? dualShares(sizes, [memory, cpu, disk])
      : // Without a price list, what most lists come to: memory decides the price, disk comes with it.
        WITHOUT_PRICES.map((share) => share * Math.max(monthlyCostMicros, 1e6))
  const mixMicros = Math.max(1, memoryMicros + cpuMicros + diskMicros)
  return {
    unit: [memoryMicros / memory, cpuMicros / cpu, diskMicros / disk],
    average: [memory / count, cpu / count, disk / count],
    averageMicros: mixMicros / count,
    mixMicros,
  }
}

/** Maximizes v₀+v₁+v₂ so that for each size Σ capacity_k/total_k·v_k ≤ price: the shares of the mix's cost. */
function dualShares(sizes: PlacementSize[], total: Vector): number[] {
  const rows = sizes
    .map((size) => {
      const c = capacityOf(size)
      return [c.memoryBytes / total[0], c.cpuMillis / total[1], c.diskBytes / total[2], size.priceMonthlyMicros]
    })
    .filter((row) => row.some((v, k) => k < 3 && v > 0))
  const goal = [-1, -1, -1, 0]
  const columns = [0, 1, 2]
  const basis = rows.map((_, i) => 3 + i)
  for (let pivots = 0; pivots < PIVOTS_MAX; pivots++) {
    const column = mostNegative(goal)
    const row = column === null ? null : tightest(rows, column)
    if (column === null || row === null) break
    pivot(rows, goal, row, column)
    const entering = columns[column] ?? 0
    columns[column] = basis[row] ?? 0
    basis[row] = entering
  }
  const shares = [0, 0, 0]
  basis.forEach((variable, i) => {
    if (variable < 3) shares[variable] = Math.max(0, rows[i]?.[3] ?? 0)
  })
  return shares
}

function mostNegative(goal: number[]): number | null {
  let found: number | null = null
  let least = -EPSILON
  for (let k = 0; k < 3; k++) {
    const value = goal[k] ?? 0
    if (value < least) {
      least = value
      found = k
    }
  }
  return found
}

function tightest(rows: number[][], column: number): number | null {
  let found: number | null = null
  let least = Number.POSITIVE_INFINITY
  rows.forEach((row, i) => {
    const factor = row[column] ?? 0
    if (factor <= EPSILON) return
    const ratio = (row[3] ?? 0) / factor
    if (ratio < least) {
      least = ratio
      found = i
    }
  })
  return found
}

/** One exchange of a column with a row, in place. */
function pivot(rows: number[][], goal: number[], at: number, column: number): void {
  const pivotRow = rows[at] as number[]
  const by = pivotRow[column] as number
  for (let k = 0; k < 4; k++) pivotRow[k] = (k === column ? 1 : (pivotRow[k] as number)) / by
  for (const row of [...rows, goal]) {
    if (row === pivotRow) continue
    const factor = row[column] as number
    if (factor === 0) continue
    for (let k = 0; k < 4; k++)
      row[k] = k === column ? -factor / by : (row[k] as number) - factor * (pivotRow[k] as number)
  }
}
