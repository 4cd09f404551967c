/** What a search asks of sizes over and over, worked out once. */
import { cheapestSize } from './apart.ts'
import type { Instance } from './problem.ts'
import { fits } from './rows.ts'

/** Prices this close are equal. */
export const EVEN = 1e-9

/** By kind: its price. What exists is worth the cheapest size that has its room, so that it is filled with the same care. */
export function worthOf({ sizes, existing, price, capacity, dimensions: d }: Instance): Float64Array {
  const worth = price.slice()
  for (let kind = sizes; kind < sizes + existing; kind++) {
    let size = 0
    while (size < sizes - 1 && !fits(capacity, size, capacity, kind, d)) size++
    worth[kind] = price[size] ?? 1
  }
  return worth
}

/**
 * kinds × (sizes + 1) × dimensions: the most of each dimension that a droplet of a kind may come to have by growing for
 * at most the price of a size, or, in the last row, for any money. One look tells most droplets that can't take an item
 * apart from those worth a search over sizes; what exists does not grow.
 */
export function reachOf({ sizes, existing, price, capacity, dimensions: d }: Instance): Float64Array {
  const reach = new Float64Array((sizes + existing) * (sizes + 1) * d)
  for (let kind = 0; kind < sizes + existing; kind++)
    for (let step = 0; step <= sizes; step++) {
      const row = (kind * (sizes + 1) + step) * d
      const most = (price[kind] ?? 0) + (price[step] ?? Number.POSITIVE_INFINITY) + EVEN
      for (let k = 0; k < d; k++) reach[row + k] = capacity[kind * d + k] ?? 0
      if (kind >= sizes) continue
      for (let size = kind + 1; size < sizes && (price[size] ?? 0) <= most; size++)
        for (let k = 0; k < d; k++) reach[row + k] = Math.max(reach[row + k] ?? 0, capacity[size * d + k] ?? 0)
    }
  return reach
}

/** Item → the cheapest size that holds it; -1 when none does. */
export const cheapestSizes = (instance: Instance): Int32Array =>
  Int32Array.from({ length: instance.items }, (_, item) => cheapestSize(instance, item))
