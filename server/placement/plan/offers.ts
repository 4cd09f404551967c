/** What there is to fill, for the bound: sizes on sale and the droplets that stand, each with its knapsack. */
import type { MakeMaster } from './bound.ts'
import { type Classes, classesOf } from './classes.ts'
import { type Knapsack, knapsackOf } from './knapsack.ts'
import type { Instance } from './problem.ts'
import { dot } from './rows.ts'

const SEED = 1

/** Droplets of one shape: a size on sale, or existing ones that can take the same. */
export interface Offer {
  kind: number
  price: number
  /** How many there are; sizes on sale have no end. */
  count: number
  /** The master's row that limits it; -1 for a size on sale. */
  row: number
  knapsack: Knapsack
}

/** Above every way to place one item. */
export const dearest = ({ price }: Instance): number => 4 * price.reduce((most, one) => Math.max(most, one), 1)

/** What an existing droplet has room for, and what it keeps away. */
export function shapeOf({ sizes, capacity, dimensions: d, apart }: Instance, kind: number): string {
  return `${capacity.subarray(kind * d, kind * d + d).join()} ${[...(apart.held[kind - sizes] ?? [])].sort().join()}`
}

export function offersOf(instance: Instance, classes: Classes): Offer[] {
  const { sizes, existing, dimensions: d, capacity, price, apart } = instance
  const offers: Offer[] = []
  const byShape = new Map<string, Offer>()
  for (let kind = 0; kind < sizes + existing; kind++) {
    const shape = shapeOf(instance, kind)
    const same = kind < sizes ? undefined : byShape.get(shape)
    if (same) {
      same.count++
      continue
    }
    const offer: Offer = {
      kind,
      price: price[kind] ?? 0,
      count: kind < sizes ? Number.POSITIVE_INFINITY : 1,
      row: kind < sizes ? -1 : classes.classes + byShape.size,
      knapsack: knapsackOf(classes, capacity.slice(kind * d, kind * d + d), SEED + kind, apart.held[kind - sizes]),
    }
    if (kind >= sizes) byShape.set(shape, offer)
    offers.push(offer)
  }
  return offers
}

/** What each item is worth where droplets could be bought by the slice: known in a millisecond. */
export function slicedWorth(instance: Instance, makeMaster: MakeMaster): Float64Array {
  const classes = classesOf(instance)
  const prices = continuous(instance, classes, offersOf(instance, classes), makeMaster)
  return Float64Array.from(classes.of, (j) => prices[j] ?? 0)
}

function totalDemand({ dimensions: d, demand, count }: Classes): Float64Array {
  const sum = new Float64Array(d)
  for (const [j, many] of count.entries())
    for (let k = 0; k < d; k++) sum[k] = (sum[k] ?? 0) + many * (demand[j * d + k] ?? 0)
  return sum
}

/** Prices of items by what their demands cost where droplets could be bought by the slice: a good start. */
export function continuous(
  instance: Instance,
  classes: Classes,
  offers: Offer[],
  makeMaster: MakeMaster,
): Float64Array {
  const { dimensions: d, items } = instance
  const all = totalDemand(classes)
  const existing = offers.filter(({ row }) => row >= 0)
  const master = makeMaster(Float64Array.from([...all, ...existing.map(({ count }) => -count)]))
  master.add(
    offers.map(({ price, row, knapsack }) => {
      const rows = Array.from({ length: d }, (_, k) => k)
      const coefficients = [...knapsack.capacity]
      if (row >= 0) {
        rows.push(d + row - classes.classes)
        coefficients.push(-1)
      }
      return { cost: price, rows, coefficients }
    }),
  )
  // Where nothing on sale has what is needed, everything goes at a price above all.
  master.add([{ cost: items * dearest(instance), rows: [...all.keys()], coefficients: [...all] }])
  const { duals } = master.solve()
  const lambda = duals.slice(0, d).map((price) => Math.max(0, price))
  for (const { knapsack } of offers) knapsack.lambda.set(lambda)
  const prices = Array.from({ length: classes.classes }, (_, j) => dot(lambda, classes.demand, j, d))
  return Float64Array.from([...prices, ...existing.map((_, at) => Math.max(0, duals[d + at] ?? 0))])
}
