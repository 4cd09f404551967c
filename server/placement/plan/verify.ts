/**
 * Checks a plan against its problem from the ground up, sharing nothing with the search: what the worker hands out has
 * passed this, and a test that trusts it trusts only these lines.
 */
import type { PackExisting, PackItem, PackPlan, PackProblem, PlannedDroplet } from './problem.ts'

/** What is wrong with the plan, as sentences; empty when nothing is. */
export function verifyPlan(problem: PackProblem, plan: PackPlan): string[] {
  const wrong: string[] = []
  const items = new Map(problem.items.map((item) => [item.id, item]))
  const sizes = new Map(problem.sizes.map((size) => [size.slug, size]))
  const existing = new Map(problem.existing.map((droplet) => [droplet.id, droplet]))
  const seen = new Set<string>()
  const once = (id: string) => {
    if (!items.has(id)) wrong.push(`item ${id} is not in the problem`)
    if (seen.has(id)) wrong.push(`item ${id} appears twice`)
    seen.add(id)
  }
  const bought = new Map<string, number>()
  const filled = new Set<string>()
  let cost = 0
  for (const droplet of plan.droplets) {
    let capacity: readonly number[] = []
    if (droplet.kind === 'existing') {
      const known = existing.get(droplet.id)
      if (!known) wrong.push(`droplet ${droplet.id} does not exist`)
      if (filled.has(droplet.id)) wrong.push(`droplet ${droplet.id} appears twice`)
      filled.add(droplet.id)
      capacity = known?.free ?? []
    } else {
      const known = sizes.get(droplet.size)
      if (!known) wrong.push(`size ${droplet.size} is not on sale`)
      if (known && known.price !== droplet.price) wrong.push(`size ${droplet.size} does not cost ${droplet.price}`)
      bought.set(droplet.size, (bought.get(droplet.size) ?? 0) + 1)
      cost += known?.price ?? 0
      capacity = known?.capacity ?? []
    }
    if (droplet.items.length === 0) wrong.push('a droplet holds nothing')
    for (const id of droplet.items) once(id)
    wrong.push(...tooClose(droplet, items, existing))
    for (const [k, most] of capacity.entries()) {
      const load = droplet.items.reduce((sum, id) => sum + (items.get(id)?.demand[k] ?? 0), 0)
      if (load > most) wrong.push(`dimension ${k}: ${load} on a droplet that has ${most}`)
    }
  }
  for (const id of plan.unplaced) once(id)
  for (const id of items.keys()) if (!seen.has(id)) wrong.push(`item ${id} is lost`)
  for (const [slug, count] of bought)
    if (count > (sizes.get(slug)?.max ?? count)) wrong.push(`${count} droplets of size ${slug}, which is too many`)
  const made = [...bought.values()].reduce((sum, count) => sum + count, 0)
  if (made > (problem.dropletsMax ?? made)) wrong.push(`${made} new droplets, which is too many`)
  if (Math.abs(cost - plan.cost) > 1e-9 * Math.max(1, cost)) wrong.push(`costs ${cost}, not ${plan.cost}`)
  return wrong
}

/** Who stands beside whom although they must not. */
function tooClose(
  droplet: PlannedDroplet,
  items: Map<string, PackItem>,
  existing: Map<string, PackExisting>,
): string[] {
  const wrong: string[] = []
  const there = droplet.kind === 'existing' ? existing.get(droplet.id) : undefined
  const groups = new Set(there?.groups)
  for (const id of droplet.items) {
    const item = items.get(id)
    if (item?.alone && (droplet.items.length > 1 || there?.occupied)) wrong.push(`item ${id} is not alone`)
    if (item?.group === undefined) continue
    if (groups.has(item.group)) wrong.push(`item ${id} is beside another of group ${item.group}`)
    groups.add(item.group)
  }
  return wrong
}
