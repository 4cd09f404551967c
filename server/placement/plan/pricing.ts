/**
 * The most that one droplet can hold by given worths: a knapsack with several capacities. Answers a fill and an upper
 * bound on every fill; the two meet when the search below them ends.
 *
 * The upper bound weighs each capacity by a multiplier λ ≥ 0 (Lagrange): any fill is worth at most
 * λ·capacity + Σ count·max(0, worth − λ·demand). `tighten` lowers it by exact line searches, each along one direction;
 * from there branch and bound takes classes by worth per weighed demand, with the value to beat as its first incumbent.
 */
import type { Classes } from './classes.ts'
import { type Random, seeded } from './random.ts'
import { add, dot, fits } from './rows.ts'

/** One capacity and the classes of which at least one item fits. */
export interface Knapsack {
  dimensions: number
  /** Its own numbers → classes. */
  members: Int32Array
  demand: Float64Array
  /** How many of each there are and fit. */
  count: Int32Array
  capacity: Float64Array
  /** Worth of one item of each member. */
  worth: Float64Array
  /** Multipliers: kept from one question to the next, which are alike. */
  lambda: Float64Array
  random: Random
}

export interface Fill {
  /** No fill is worth more. */
  atMost: number
  /** Worth of the fill found; 0 when none beats `target`. */
  worth: number
  /** Class and count of what it holds, in ascending order of class. */
  held: [number, number][]
}

export function knapsackOf(
  { classes, count, demand, dimensions: d }: Classes,
  capacity: Float64Array,
  seed: number,
): Knapsack {
  const members = Int32Array.from(Array(classes).keys()).filter((j) => fits(capacity, 0, demand, j, d))
  const own = new Float64Array(members.length * d)
  for (const [q, j] of members.entries()) add(own, q, demand, j, d)
  const copies = members.map((j, q) => {
    let most = count[j] ?? 0
    for (let k = 0; k < d; k++) {
      const each = own[q * d + k] ?? 0
      if (each > 0) most = Math.min(most, Math.floor((capacity[k] ?? 0) / each))
    }
    return most
  })
  return {
    dimensions: d,
    members,
    demand: own,
    count: copies,
    capacity,
    worth: new Float64Array(members.length),
    lambda: new Float64Array(d),
    random: seeded(seed),
  }
}

/** Directions drawn for each sweep over the axes. */
const DRAWN = 6
const TOLERANCE = 1e-9

/**
 * The best fill by `prices` of classes. `target`: fills worth no more are of no interest. `nodesMax`: how far to search
 * before settling for the bound.
 */
export function bestFill(
  knapsack: Knapsack,
  prices: Float64Array,
  { target, nodesMax, sweeps }: { target: number; nodesMax: number; sweeps: number },
): Fill {
  const { members, worth } = knapsack
  for (const [q, j] of members.entries()) worth[q] = prices[j] ?? 0
  const root = tighten(knapsack, sweeps)
  if (root <= target * (1 + TOLERANCE)) return { atMost: root, worth: 0, held: [] }
  return branch(knapsack, root, target, nodesMax)
}

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
function tighten(knapsack: Knapsack, sweeps: number): number {
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

/** How finely `relaxed` measures room along its axis. */
const GRID = 1024

/**
 * The most that the classes from a position of `order` on are worth above what the multipliers charge, by room left on
 * one axis: exact along that axis (demands rounded down to a grid), the other capacities left to their multipliers.
 * Never looser than the multipliers alone but for the rounding.
 */
function relaxed(knapsack: Knapsack, order: number[], axis: number): { units: Int32Array; table: Float64Array[] } {
  const { members, dimensions: d, demand, count, worth, capacity, lambda } = knapsack
  const room = capacity[axis] ?? 0
  const units = new Int32Array(members.length)
  const table: Float64Array[] = []
  let after = new Float64Array(GRID + 1)
  table[order.length] = after
  for (let q = order.length - 1; q >= 0; q--) {
    const j = order[q] ?? 0
    const each = room > 0 ? Math.floor(((demand[j * d + axis] ?? 0) / room) * GRID * (1 - TOLERANCE)) : 0
    units[j] = each
    const gain = (worth[j] ?? 0) - dot(lambda, demand, j, d) + (lambda[axis] ?? 0) * (demand[j * d + axis] ?? 0)
    const here = after.slice()
    for (let copy = 0; gain > 0 && copy < (count[j] ?? 0); copy++)
      for (let left = GRID; left >= each; left--) {
        const taking = (here[left - each] ?? 0) + gain
        if (taking > (here[left] ?? 0)) here[left] = taking
      }
    table[q] = here
    after = here
  }
  return { units, table }
}

function branch(knapsack: Knapsack, root: number, target: number, nodesMax: number): Fill {
  const { members, dimensions: d, demand, count, worth, capacity, lambda } = knapsack
  const order: number[] = []
  const density = new Float64Array(members.length)
  for (let j = 0; j < members.length; j++) {
    const value = worth[j] ?? 0
    if (value <= 1e-12) continue
    density[j] = value / (dot(lambda, demand, j, d) + 1e-12)
    order.push(j)
  }
  order.sort((a, b) => (density[b] ?? 0) - (density[a] ?? 0))
  const axis = scarcest(knapsack)
  const { units, table } = relaxed(knapsack, order, axis)
  const charged = lambda.slice()
  charged[axis] = 0
  const room = capacity.slice()
  let gridRoom = GRID
  const taken = new Int32Array(order.length)
  let best = target
  let found: Int32Array | null = null
  let nodes = 0

  /** The most that any fill of this subtree is worth, or `best` when it can't beat that. */
  const search = (from: number, value: number): number => {
    if (value > best + TOLERANCE) {
      best = value
      found = taken.slice()
    }
    let q = from
    while (q < order.length && !fitsRoom(order[q] ?? 0)) q++
    if (q >= order.length) return value
    const most = value + dot(charged, room, 0, d) + (table[q]?.[gridRoom] ?? 0)
    if (most <= best + TOLERANCE || ++nodes > nodesMax) return most
    const j = order[q] ?? 0
    let reached = 0
    for (let copies = copiesFit(j); copies >= 0; copies--) {
      move(j, q, copies)
      reached = Math.max(reached, search(q + 1, value + copies * (worth[j] ?? 0)))
      move(j, q, -copies)
      // What is left of this node unseen is worth no more than the whole node.
      if (nodes > nodesMax) return copies > 0 ? most : reached
    }
    return reached
  }
  const move = (j: number, q: number, copies: number) => {
    taken[q] = copies > 0 ? copies : 0
    gridRoom -= copies * (units[j] ?? 0)
    for (let k = 0; k < d; k++) room[k] = (room[k] ?? 0) - copies * (demand[j * d + k] ?? 0)
  }
  const fitsRoom = (j: number): boolean => {
    for (let k = 0; k < d; k++) if ((demand[j * d + k] ?? 0) > (room[k] ?? 0)) return false
    return true
  }
  const copiesFit = (j: number): number => {
    let copies = count[j] ?? 0
    for (let k = 0; k < d; k++) {
      const each = demand[j * d + k] ?? 0
      if (each > 0) copies = Math.min(copies, Math.floor((room[k] ?? 0) / each))
    }
    return copies
  }

  const reached = search(0, 0)
  const held: [number, number][] = []
  for (const [q, copies] of (found ?? new Int32Array()).entries())
    if (copies > 0) held.push([members[order[q] ?? 0] ?? 0, copies])
  held.sort(([a], [b]) => a - b)
  return { atMost: Math.min(root, Math.max(reached, best)), worth: found ? best : 0, held }
}

/** The axis that the multipliers charge most for. */
function scarcest({ dimensions: d, capacity, lambda }: Knapsack): number {
  let axis = 0
  for (let k = 1; k < d; k++)
    if ((lambda[k] ?? 0) * (capacity[k] ?? 0) > (lambda[axis] ?? 0) * (capacity[axis] ?? 0)) axis = k
  return axis
}
