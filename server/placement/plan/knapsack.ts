/** One droplet's room as a knapsack: what may go into it, and what the search for its best fill keeps between questions. */
import type { Classes } from './classes.ts'
import { type Random, seeded } from './random.ts'
import { add, fits } from './rows.ts'

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

/** `held`: groups that the droplet holds already, so that no more of them may come. */
export function knapsackOf(
  { classes, count, demand, group, dimensions: d }: Classes,
  capacity: Float64Array,
  seed: number,
  held?: ReadonlySet<number>,
): Knapsack {
  const members = Int32Array.from(Array(classes).keys()).filter(
    (j) => fits(capacity, 0, demand, j, d) && !held?.has(group[j] ?? -1),
  )
  const own = new Float64Array(members.length * d)
  for (const [q, j] of members.entries()) add(own, q, demand, j, d)
  const copies = members.map((j, q) => {
    let most = (group[j] ?? -1) < 0 ? (count[j] ?? 0) : 1
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
