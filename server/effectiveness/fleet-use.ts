/**
 * How well a fleet is used now, and what of it is stranded: free room that no container of its owner's mix can use,
 * because another resource of that droplet is used up. Pure.
 */
import type { Resources } from '#server/placement/types.ts'

const NAMES = ['memoryBytes', 'cpuMillis', 'diskBytes'] as const
type Name = (typeof NAMES)[number]

export interface DropletUse {
  capacity: Resources
  reserved: Resources
  /** Disk is not measured. */
  used: Pick<Resources, 'memoryBytes' | 'cpuMillis'> | null
  priceMonthlyMicros: number
}

export interface ResourceUse {
  capacity: number
  reserved: number
  /** Of droplets that were measured; null when none was, and for disk. */
  used: number | null
  stranded: number
}

export interface FleetUse {
  droplets: number
  monthlyMicros: number
  resources: Record<Name, ResourceUse>
}

/** @param mix what the owner's containers reserve, each shape once */
export function fleetUse(fleet: DropletUse[], mix: Resources[]): FleetUse {
  const empty = (): ResourceUse => ({ capacity: 0, reserved: 0, used: null, stranded: 0 })
  const resources = { memoryBytes: empty(), cpuMillis: empty(), diskBytes: empty() }
  for (const { capacity, reserved, used } of fleet) {
    const free = {
      memoryBytes: Math.max(0, capacity.memoryBytes - reserved.memoryBytes),
      cpuMillis: Math.max(0, capacity.cpuMillis - reserved.cpuMillis),
      diskBytes: Math.max(0, capacity.diskBytes - reserved.diskBytes),
    }
    const usable = usableOf(free, mix)
    for (const name of NAMES) {
      const sum = resources[name]
      sum.capacity += capacity[name]
      sum.reserved += reserved[name]
      sum.stranded += free[name] - usable[name]
      if (used && name !== 'diskBytes') sum.used = (sum.used ?? 0) + used[name]
    }
  }
  return {
    droplets: fleet.length,
    monthlyMicros: fleet.reduce((sum, { priceMonthlyMicros }) => sum + priceMonthlyMicros, 0),
    resources,
  }
}

/** The most of each resource that containers of any one shape would take; with nothing to compare with, all of it. */
function usableOf(free: Resources, mix: Resources[]): Resources {
  if (mix.length === 0) return free
  const usable = { memoryBytes: 0, cpuMillis: 0, diskBytes: 0 }
  for (const shape of mix) {
    const fit = Math.min(...NAMES.map((name) => (shape[name] > 0 ? Math.floor(free[name] / shape[name]) : Infinity)))
    if (!Number.isFinite(fit)) continue
    for (const name of NAMES) usable[name] = Math.max(usable[name], fit * shape[name])
  }
  return usable
}

export const addUse = (a: FleetUse, b: FleetUse): FleetUse => {
  const both = (name: Name): ResourceUse => ({
    capacity: a.resources[name].capacity + b.resources[name].capacity,
    reserved: a.resources[name].reserved + b.resources[name].reserved,
    stranded: a.resources[name].stranded + b.resources[name].stranded,
    used:
      a.resources[name].used === null && b.resources[name].used === null
        ? null
        : (a.resources[name].used ?? 0) + (b.resources[name].used ?? 0),
  })
  return {
    droplets: a.droplets + b.droplets,
    monthlyMicros: a.monthlyMicros + b.monthlyMicros,
    resources: { memoryBytes: both('memoryBytes'), cpuMillis: both('cpuMillis'), diskBytes: both('diskBytes') },
  }
}
