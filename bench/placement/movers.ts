/** Who moves containers: Berth's consolidation within its allowance, and Kubernetes' Cluster Autoscaler. */
import { consolidate, DEFAULT_PREFERENCES, type PlacementDroplet, shortage } from '#server/placement/index.ts'
import type { Mover, World } from './simulate.ts'
import type { Stay } from './timeline.ts'

export interface Allowance {
  movesPerContainerDay: number
  dollarsPerMove: number
}

const HOURS_BETWEEN = 1
/** What is not spent is kept for a while: a good plan may need several moves at once. */
const SAVED_DAYS = 1

export const consolidating =
  ({ movesPerContainerDay, dollarsPerMove }: Allowance) =>
  (): Mover => {
    let allowed = 0
    let next = Number.NEGATIVE_INFINITY
    let before: number | null = null
    return (world) => {
      const daily = movesPerContainerDay * world.live.size
      allowed = Math.min(daily * SAVED_DAYS, allowed + (daily * (world.hour - (before ?? world.hour))) / 24)
      before = world.hour
      if (world.hour < next) return
      next = world.hour + HOURS_BETWEEN
      for (;;) {
        const containers = [...world.live.values()].map((stay) => ({ ...stay, dropletId: dropletOf(world, stay).id }))
        const plan = consolidate(world.fleet.snapshot, containers, DEFAULT_PREFERENCES, {
          microsPerMove: dollarsPerMove * 1e6,
          movesMax: Math.floor(allowed),
        })
        if (!plan) return
        allowed -= plan.moves.length
        const made = plan.create && world.create(plan.create.size)
        for (const { id, to } of plan.moves) {
          const target = to === null ? made : world.fleet.snapshot.droplets.find((one) => one.id === to)
          world.move(world.live.get(id) as Stay, target as PlacementDroplet)
        }
      }
    }
  }

const dropletOf = (world: World, stay: Stay): PlacementDroplet => {
  const droplet = world.on.get(stay.id)
  if (!droplet) throw new Error(`${stay.id} is nowhere`)
  return droplet
}

/**
 * Cluster Autoscaler's scale-down with its default flags (cluster-autoscaler/FAQ.md, "How does scale-down work?"): a
 * node is unneeded while the larger of its CPU and memory requests is below half (--scale-down-utilization-threshold)
 * and all its pods fit elsewhere; unneeded for ten minutes, it goes, one at a time, none within ten minutes of growth.
 */
export const clusterAutoscaler = (): Mover => {
  const THRESHOLD = 0.5
  const UNNEEDED_HOURS = 1 / 6
  const since = new Map<string, number>()
  return (world) => {
    const { droplets } = world.fleet.snapshot
    const grewAt = Math.max(...droplets.map(({ id }) => world.bornAt.get(id) ?? 0))
    const unneeded = new Set<string>()
    for (const droplet of droplets) {
      if (utilisation(droplet) >= THRESHOLD || !targetsFor(world, droplet)) continue
      unneeded.add(droplet.id)
      if (!since.has(droplet.id)) since.set(droplet.id, world.hour)
    }
    for (const id of since.keys()) if (!unneeded.has(id)) since.delete(id)
    if (world.hour - grewAt < UNNEEDED_HOURS) return
    const due = droplets
      .filter(({ id }) => world.hour - (since.get(id) ?? Number.POSITIVE_INFINITY) >= UNNEEDED_HOURS - 1e-9)
      .sort((a, b) => utilisation(a) - utilisation(b))
    for (const droplet of due) {
      const targets = targetsFor(world, droplet)
      if (!targets) continue
      for (const [stay, to] of targets) world.move(stay, to)
      return
    }
  }
}

const utilisation = ({ free, capacity }: PlacementDroplet): number =>
  Math.max(1 - free.memoryBytes / capacity.memoryBytes, 1 - free.cpuMillis / capacity.cpuMillis)

/** First fit, as its simulation does; null when one of them fits nowhere. */
function targetsFor(world: World, droplet: PlacementDroplet): [Stay, PlacementDroplet][] | null {
  const others = world.fleet.snapshot.droplets.filter((one) => one !== droplet)
  const room = new Map(others.map((one) => [one, { ...one.free }]))
  const targets: [Stay, PlacementDroplet][] = []
  for (const stay of world.live.values()) {
    if (world.on.get(stay.id) !== droplet) continue
    const found = others.find((one) => shortage(room.get(one) ?? one.free, stay) === null)
    const free = found && room.get(found)
    if (!found || !free) return null
    free.memoryBytes -= stay.memoryBytes
    free.cpuMillis -= stay.cpuMillis
    free.diskBytes -= stay.diskBytes
    targets.push([stay, found])
  }
  return targets
}
