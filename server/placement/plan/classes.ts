/**
 * Items with equal demands are one class: the bound's linear programme has a row a class, not an item. Those that must
 * stand apart from each other are a class by themselves, of which a droplet takes one; items that must be alone and
 * items that nothing could ever take are in none.
 */
import { hopelessOf } from './apart.ts'
import type { Assignment } from './assignment.ts'
import type { Instance } from './problem.ts'
import { add, fits } from './rows.ts'

export interface Classes {
  classes: number
  dimensions: number
  /** classes × dimensions */
  demand: Float64Array
  /** How many items a class has. */
  count: Int32Array
  /** Class → the group of its items; -1: none. */
  group: Int32Array
  /** Item → class; -1: none. */
  of: Int32Array
}

export function classesOf(instance: Instance): Classes {
  const { items, dimensions: d, demand, apart } = instance
  const hopeless = hopelessOf(instance)
  const alike = new Map<string, number[]>()
  for (let i = 0; i < items; i++) {
    if (hopeless[i] || apart.alone[i]) continue
    const key = `${demand.subarray(i * d, i * d + d).join()} ${apart.group[i]}`
    const members = alike.get(key)
    if (members) members.push(i)
    else alike.set(key, [i])
  }
  const classes = alike.size
  const result: Classes = {
    classes,
    dimensions: d,
    demand: new Float64Array(classes * d),
    count: new Int32Array(classes),
    group: new Int32Array(classes),
    of: new Int32Array(items).fill(-1),
  }
  for (const [j, members] of [...alike.values()].entries()) {
    result.count[j] = members.length
    result.group[j] = apart.group[members[0] ?? 0] ?? -1
    add(result.demand, j, demand, members[0] ?? 0, d)
    for (const i of members) result.of[i] = j
  }
  return result
}

/** What one droplet may hold: how many of which classes, in ascending order of class. */
export interface Pattern {
  kind: number
  classes: number[]
  counts: number[]
}

/** The patterns that an assignment uses. */
export function patternsOf({ of }: Classes, assignment: Assignment): Pattern[] {
  const bins = new Map<number, Map<number, number>>()
  for (const [i, bin] of assignment.bin.entries()) {
    const j = of[i] ?? -1
    if (bin < 0 || j < 0) continue
    const held = bins.get(bin) ?? new Map<number, number>()
    bins.set(bin, held)
    held.set(j, (held.get(j) ?? 0) + 1)
  }
  return [...bins].map(([bin, held]) => {
    const sorted = [...held].sort(([a], [b]) => a - b)
    return { kind: assignment.kinds[bin] ?? 0, classes: sorted.map(([j]) => j), counts: sorted.map(([, c]) => c) }
  })
}

/** The cheapest size that holds one item of a class; -1 when none does. */
export function smallestSize({ sizes, capacity, dimensions: d }: Instance, { demand }: Classes, j: number): number {
  for (let size = 0; size < sizes; size++) if (fits(capacity, size, demand, j, d)) return size
  return -1
}
