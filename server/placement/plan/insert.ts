/**
 * Where one item goes: into the droplet where it adds least to the price, which is nothing where it fits, else the step
 * to the next size, else a droplet of its own. Among equals the tightest fit, weighed by `weights`. Never beside what it
 * must stand apart from.
 */
import { type Bins, CLOSED } from './bins.ts'
import type { Random } from './random.ts'
import { EVEN } from './reach.ts'
import { fitsBeside } from './rows.ts'

/** `blink`: the chance to overlook a droplet, which keeps the search from repeating itself. */
export function insert(bins: Bins, item: number, weights: Float64Array, blink: number, random: Random): void {
  const { instance, kind: kinds, load, reach, worth, nowhere } = bins
  const { capacity, demand, price, sizes, dimensions: d, apart } = instance
  // A droplet of its own first: its price is the most that any other place may add.
  const vacant = bins.vacant()
  let bestKind = vacant < 0 ? CLOSED : bins.sizeAlone(vacant, item)
  let best = bestKind < 0 ? -1 : vacant
  let leastAdded = best < 0 ? Number.POSITIVE_INFINITY : (price[bestKind] ?? 0)
  let tightest = Number.POSITIVE_INFINITY
  // The smallest step of prices that is not below `leastAdded`.
  let step = best < 0 ? sizes : bestKind
  for (let bin = 0; bin < bins.end; bin++) {
    const now = kinds[bin] ?? CLOSED
    if (now < 0 || !fitsBeside(reach, now * (sizes + 1) + step, load, bin, demand, item, d)) continue
    if (apart.any && !bins.admits(bin, item)) continue
    let kind = now
    let added = 0
    if (!fitsBeside(capacity, now, load, bin, demand, item, d)) {
      if (bin < nowhere) continue
      // Sizes stand in the order of their prices: none before this one holds what it holds and more.
      kind = bins.sizeFor(bin, item, now + 1, (price[now] ?? 0) + leastAdded + EVEN)
      if (kind < 0) continue
      added = (price[kind] ?? 0) - (price[now] ?? 0)
    }
    if (blink > 0 && random() < blink) continue
    let slack = 0
    for (let k = 0; k < d; k++) {
      const room = capacity[kind * d + k] ?? 0
      if (room <= 0) continue
      const free = 1 - ((load[bin * d + k] ?? 0) + (demand[item * d + k] ?? 0)) / room
      slack += free * free * (weights[k] ?? 1)
    }
    slack *= worth[kind] ?? 1
    if (added < leastAdded - EVEN || (slack < tightest && added <= leastAdded + EVEN)) {
      while (step > 0 && (price[step - 1] ?? 0) >= added) step--
      leastAdded = added
      tightest = slack
      best = bin
      bestKind = kind
    }
  }
  if (best < 0) bins.put(item, nowhere, CLOSED)
  else bins.put(item, best, bestKind)
}
