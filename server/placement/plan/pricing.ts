/**
 * The most that one droplet can hold by given worths: a knapsack with several capacities. Answers a fill and an upper
 * bound on every fill; the two meet when the search between them ends. From the multipliers' bound, branch and bound
 * takes classes by worth per weighed demand, with the value to beat as its first incumbent.
 */
import type { Knapsack } from './knapsack.ts'
import { tighten } from './multipliers.ts'
import { dot } from './rows.ts'

export interface Fill {
  /** No fill is worth more. */
  atMost: number
  /** Worth of the fill found; 0 when none beats `target`. */
  worth: number
  /** Class and count of what it holds, in ascending order of class. */
  held: [number, number][]
}

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
