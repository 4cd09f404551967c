/** A solution as numbers, and how it becomes the plan that people read. */
import type { Instance, PackPlan, PlannedDroplet } from './problem.ts'

/** For each item its bin; a bin's kind stands in `kinds`. Item in no bin: -1. */
export interface Assignment {
  bin: Int32Array
  kinds: Int32Array
  /** What the search compares: what is paid, and more than any droplet costs for each item in no bin. */
  cost: number
  paid: number
  unplaced: number
}

export function planOf(instance: Instance, assignment: Assignment): PackPlan {
  const { problem, sizes, slugs, price } = instance
  const contents: string[][] = Array.from(assignment.kinds, () => [])
  const unplaced: string[] = []
  for (const [i, item] of problem.items.entries()) {
    const bin = assignment.bin[i] ?? -1
    ;(bin < 0 ? unplaced : (contents[bin] ?? unplaced)).push(item.id)
  }
  const existing: [number, PlannedDroplet][] = []
  const made: [number, PlannedDroplet][] = []
  for (const [bin, kind] of assignment.kinds.entries()) {
    const items = contents[bin] ?? []
    if (items.length === 0) continue
    if (kind >= sizes) {
      existing.push([kind, { kind: 'existing', id: problem.existing[kind - sizes]?.id ?? '', items }])
    } else {
      made.push([kind, { kind: 'new', size: slugs[kind] ?? '', price: price[kind] ?? 0, items }])
    }
  }
  const byKind = (a: [number, PlannedDroplet], b: [number, PlannedDroplet]) => a[0] - b[0]
  const droplets = [...existing.sort(byKind), ...made.sort(byKind)].map(([, droplet]) => droplet)
  return { droplets, unplaced, cost: costOf(droplets) }
}

export const costOf = (droplets: PlannedDroplet[]): number =>
  droplets.reduce((sum, droplet) => sum + (droplet.kind === 'new' ? droplet.price : 0), 0)
