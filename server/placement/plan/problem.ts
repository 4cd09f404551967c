/**
 * Many containers at once: which droplets to have and what to put on each, for the least money.
 *
 *   PackProblem ── compile ──▶ Instance (flat arrays) ── greedy, improve ──▶ Assignment ── planOf ──▶ PackPlan
 *                                                     └─ bound ──▶ what no plan can cost less than
 *
 * Items and sizes are plain vectors: the solver knows no units, only that the k-th demand counts against the k-th
 * capacity. Droplets that exist are paid already and cost nothing here. Nothing in this folder reads a clock or draws
 * randomness of its own: the caller steps the search and passes the seed, so the same steps give the same plan.
 */
import { type Apart, apartOf } from './apart.ts'

export interface PackItem {
  id: string
  demand: readonly number[]
  /** Never on one droplet with another item of this group. */
  group?: string
  /** Never on one droplet with anything else. */
  alone?: boolean
}

export interface PackSize {
  slug: string
  capacity: readonly number[]
  /** For one droplet of this size, in any one unit of money. */
  price: number
  /** How many of this size may be had; absent: as many as wanted. */
  max?: number
}

export interface PackExisting {
  id: string
  free: readonly number[]
  /** Groups of which one is there already. */
  groups?: readonly string[]
  /** Something is there already, so that nothing which must be alone may come. */
  occupied?: boolean
}

export interface PackProblem {
  items: readonly PackItem[]
  sizes: readonly PackSize[]
  existing: readonly PackExisting[]
  /** How many new droplets may be made in all; absent: as many as wanted. */
  dropletsMax?: number
}

export type PlannedDroplet =
  | { kind: 'existing'; id: string; items: string[] }
  | { kind: 'new'; size: string; price: number; items: string[] }

export interface PackPlan {
  /** Existing droplets that get something, in the problem's order, then new ones. */
  droplets: PlannedDroplet[]
  /** What no size and no existing droplet can take, or what is beyond the limits on new droplets. */
  unplaced: string[]
  cost: number
}

/**
 * A problem as flat arrays. Kinds `0 … sizes-1` are sizes on sale, cheapest first, without those that another one beats;
 * kinds `sizes … sizes+existing-1` are the droplets that exist.
 */
export interface Instance {
  problem: PackProblem
  items: number
  dimensions: number
  /** items × dimensions */
  demand: Float64Array
  sizes: number
  existing: number
  /** kinds × dimensions */
  capacity: Float64Array
  /** By kind; 0 for what exists. */
  price: Float64Array
  slugs: string[]
  /** By size: how many may be had. */
  available: Float64Array
  dropletsMax: number
  apart: Apart
}

export function compile(problem: PackProblem): Instance {
  const dimensions = problem.items[0]?.demand.length ?? problem.sizes[0]?.capacity.length ?? 0
  const offered = problem.sizes.toSorted((a, b) => a.price - b.price || total(b.capacity) - total(a.capacity))
  const sizes = offered.filter((size, i) => !offered.slice(0, i).some((cheaper) => beats(cheaper, size)))
  const kinds = [
    ...sizes.map(({ capacity, price }) => ({ capacity, price })),
    ...problem.existing.map(({ free }) => ({ capacity: free, price: 0 })),
  ]
  return {
    problem,
    items: problem.items.length,
    dimensions,
    demand: flat(problem.items.map((item) => item.demand)),
    sizes: sizes.length,
    existing: problem.existing.length,
    capacity: flat(kinds.map((kind) => kind.capacity)),
    price: Float64Array.from(kinds, (kind) => kind.price),
    slugs: sizes.map((size) => size.slug),
    available: Float64Array.from(sizes, (size) => size.max ?? Number.POSITIVE_INFINITY),
    dropletsMax: problem.dropletsMax ?? Number.POSITIVE_INFINITY,
    apart: apartOf(problem),
  }
}

/** A size that holds as much for no more money makes the other needless, as long as it can't be sold out. */
const beats = (cheaper: PackSize, size: PackSize): boolean =>
  cheaper.max === undefined && cheaper.capacity.every((capacity, k) => capacity >= (size.capacity[k] ?? 0))

const total = (vector: readonly number[]): number => vector.reduce((sum, value) => sum + value, 0)

const flat = (rows: (readonly number[])[]): Float64Array => Float64Array.from(rows.flat())
