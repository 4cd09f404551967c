/**
 * The upper bound on a knapsack that weighs each capacity by a multiplier λ ≥ 0 (Lagrange): any fill is worth at most
 * λ·capacity + Σ count·max(0, worth − λ·demand). `tighten` lowers it by exact line searches.
 */
import type { Knapsack } from './knapsack.ts'
import { dot } from './rows.ts'

/** Directions drawn for each sweep over the axes. */
const DRAWN = 6

/** The Lagrangian bound at the multipliers as they are. */
function lagrangian({ members, dimensions: d, demand, count, worth, capacity, lambda }: Knapsack): number {
  let bound = dot(lambda, capacity, 0, d)
  for (let j = 0; j < members.length; j++) {
    const gain = (worth[j] ?? 0) - dot(lambda, demand, j, d)
    if (gain > 0) bound += gain * (count[j] ?? 0)
  }
  return bound
}

/**
 * Along each axis, then along drawn directions. The bound is linear between its kinks, and a plain direction soon ends
 * at one from which only a step along the ridge leads down: so most draws are kept level with the last kinks met.
 */
export function tighten(knapsack: Knapsack, sweeps: number): number {
  const { dimensions: d, capacity, lambda, random } = knapsack
  const direction = new Float64Array(d)
  const line = lineSearch(knapsack, direction)
  // Normals of the last kinks, in units of the capacity, newest first.
  const kinks: Float64Array[] = []
  const search = () => {
    const normal = line()
    if (normal) kinks.unshift(normal)
    if (kinks.length >= d) kinks.pop()
  }
  const perUnit = (k: number) => ((capacity[k] ?? 0) > 0 ? 1 / (capacity[k] ?? 1) : 0)
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (let axis = 0; axis < d; axis++) {
      direction.fill(0)
      direction[axis] = perUnit(axis)
      search()
    }
    for (let drawn = 0; drawn < DRAWN && d > 1; drawn++) {
      // A capacity that is not scarce has no part in most ridges.
      const scarce = (k: number) => drawn % 3 === 2 || (lambda[k] ?? 0) > 0
      for (let k = 0; k < d; k++) direction[k] = scarce(k) ? random() - 0.5 : 0
      const normals = kinks.slice(0, drawn % d).map((normal) => normal.map((value, k) => (scarce(k) ? value : 0)))
      level(direction, normals)
      for (let k = 0; k < d; k++) direction[k] = (direction[k] ?? 0) * perUnit(k)
      search()
    }
  }
  return lagrangian(knapsack)
}

/** Takes out of a direction what is not at right angles to the normals. */
function level(direction: Float64Array, normals: Float64Array[]): void {
  const against: Float64Array[] = []
  for (const normal of normals) {
    const own = normal.slice()
    for (const other of against) project(own, other)
    against.push(own)
  }
  for (const own of against) project(direction, own)
}

function project(vector: Float64Array, normal: Float64Array): void {
  const length = dot(normal, normal, 0, normal.length)
  if (length < 1e-18) return
  const share = dot(normal, vector, 0, normal.length) / length
  for (let k = 0; k < vector.length; k++) vector[k] = (vector[k] ?? 0) - share * (normal[k] ?? 0)
}

/**
 * Moves λ to the least point along `direction` within λ ≥ 0, the bound being convex and linear between its kinks.
 * Answers the normal of the kink where it stopped.
 */
function lineSearch(knapsack: Knapsack, direction: Float64Array): () => Float64Array | null {
  const { members, dimensions: d, demand, count, worth, capacity, lambda } = knapsack
  const kinks = new Float64Array(members.length)
  const slopes = new Float64Array(members.length)
  const whose = new Int32Array(members.length)
  const at = new Int32Array(members.length)
  return () => {
    let low = -1e18
    let high = Number.POSITIVE_INFINITY
    let lowAxis = -1
    let highAxis = -1
    for (let k = 0; k < d; k++) {
      const by = direction[k] ?? 0
      const edge = -(lambda[k] ?? 0) / by
      if (by > 0 && edge > low) [low, lowAxis] = [edge, k]
      else if (by < 0 && edge < high) [high, highAxis] = [edge, k]
    }
    let slope = dot(direction, capacity, 0, d)
    let met = 0
    for (let j = 0; j < members.length; j++) {
      const value = worth[j] ?? 0
      if (value <= 0) continue
      const falls = dot(direction, demand, j, d)
      if (falls === 0) continue
      const gain = value - dot(lambda, demand, j, d)
      const kink = gain / falls
      const many = count[j] ?? 0
      const gainsAtLow = gain - low * falls > 0
      if (gainsAtLow) slope -= many * falls
      if (gainsAtLow === falls > 0 && kink < high) {
        kinks[met] = kink
        slopes[met] = many * Math.abs(falls)
        whose[met] = j
        at[met] = met++
      }
    }
    let step = low
    let axis = lowAxis
    let item = -1
    if (slope < 0) {
      step = high
      axis = highAxis
      const sorted = at.subarray(0, met).sort((a, b) => (kinks[a] ?? 0) - (kinks[b] ?? 0))
      for (const next of sorted) {
        slope += slopes[next] ?? 0
        if (slope >= 0) {
          step = kinks[next] ?? 0
          item = whose[next] ?? -1
          break
        }
      }
    }
    if (!Number.isFinite(step) || step <= -1e18) return null
    for (let k = 0; k < d; k++) lambda[k] = Math.max(0, (lambda[k] ?? 0) + step * (direction[k] ?? 0))
    if (item < 0) return Float64Array.from({ length: d }, (_, k) => (k === axis ? 1 : 0))
    return Float64Array.from({ length: d }, (_, k) => (demand[item * d + k] ?? 0) / (capacity[k] || 1))
  }
}
