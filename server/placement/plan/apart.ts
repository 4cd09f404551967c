/**
 * Who may not stand beside whom: items of one group never two on a droplet, an item that must be alone beside nothing.
 * The search asks before every insertion, so no plan of it breaks either; `verifyPlan` looks on its own.
 */
import type { Instance, PackProblem } from './problem.ts'
import { fits } from './rows.ts'

/** The rules as numbers. */
export interface Apart {
  /** There is at least one rule: else nobody needs to ask. */
  any: boolean
  /** Item → its group; -1: none. */
  group: Int32Array
  /** Item → 1 when it must be alone. */
  alone: Uint8Array
  /** By existing droplet: the groups that it holds already. */
  held: ReadonlySet<number>[]
  /** Existing droplet → 1 when something is there already. */
  occupied: Uint8Array
}

export function apartOf({ items, existing }: PackProblem): Apart {
  const groups = new Map<string, number>()
  for (const { group } of items) if (group !== undefined && !groups.has(group)) groups.set(group, groups.size)
  const numberOf = (group: string | undefined) => (group === undefined ? -1 : (groups.get(group) ?? -1))
  const alone = Uint8Array.from(items, (item) => (item.alone ? 1 : 0))
  return {
    any: groups.size > 0 || alone.includes(1),
    group: Int32Array.from(items, ({ group }) => numberOf(group)),
    alone,
    held: existing.map((droplet) => new Set((droplet.groups ?? []).map(numberOf).filter((group) => group >= 0))),
    occupied: Uint8Array.from(existing, (droplet) => (droplet.occupied ? 1 : 0)),
  }
}

/** May an item come onto a droplet with these others? `existing`: its number among those that stand; -1: a new one. */
export function mayJoin(apart: Apart, item: number, others: readonly number[], existing: number): boolean {
  const { group, alone, held, occupied } = apart
  const own = group[item] ?? -1
  if (own >= 0 && existing >= 0 && held[existing]?.has(own)) return false
  const [first] = others
  if (alone[item]) return first === undefined && (existing < 0 || !occupied[existing])
  if (first !== undefined && alone[first]) return false
  if (own < 0) return true
  for (const other of others) if (group[other] === own) return false
  return true
}

/** The cheapest size that holds an item; -1 when none does. */
export function cheapestSize({ sizes, capacity, demand, dimensions: d }: Instance, item: number): number {
  for (let size = 0; size < sizes; size++) if (fits(capacity, size, demand, item, d)) return size
  return -1
}

/** Items that nothing on sale and nothing that stands could ever take: 1 each. */
export function hopelessOf(instance: Instance): Uint8Array {
  const { items, sizes, existing, capacity, demand, dimensions: d, apart } = instance
  return Uint8Array.from({ length: items }, (_, item) => {
    if (cheapestSize(instance, item) >= 0) return 0
    for (let at = 0; at < existing; at++)
      if (fits(capacity, sizes + at, demand, item, d) && mayJoin(apart, item, [], at)) return 0
    return 1
  })
}

/**
 * What the items that must be alone need at least: each a droplet of its own. One that stands empty is free, and as many
 * of them as there are such droplets are counted as free, the dearest first.
 */
export function aloneNeeds(instance: Instance): { cost: number; droplets: number } {
  const { items, sizes, existing, capacity, demand, price, dimensions: d, apart } = instance
  const lone = Array.from(Array(items).keys()).filter((item) => apart.alone[item])
  const into = (item: number, at: number) => fits(capacity, sizes + at, demand, item, d) && mayJoin(apart, item, [], at)
  const empties = Array.from(Array(existing).keys()).filter((at) => lone.some((item) => into(item, at)))
  let [cost, droplets] = [0, 0]
  const spared: number[] = []
  for (const item of lone) {
    const size = cheapestSize(instance, item)
    if (size < 0) continue
    cost += price[size] ?? 0
    droplets++
    if (empties.some((at) => into(item, at))) spared.push(price[size] ?? 0)
  }
  spared.sort((a, b) => b - a)
  for (const free of spared.slice(0, empties.length)) {
    cost -= free
    droplets--
  }
  return { cost, droplets }
}
