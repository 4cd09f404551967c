/** A simulated fleet of one region, kept as the snapshot that placement sees, for policies that place one by one. */
import { capacityOf, type PlacementDroplet, type PlacementSize, type Snapshot } from '#server/placement/index.ts'
import type { Container } from './mixes.ts'

export interface Fleet {
  snapshot: Snapshot
  place(container: Container, on: PlacementDroplet): void
  remove(container: Container, from: PlacementDroplet): void
  /** An empty droplet, paid from now on. */
  create(size: PlacementSize): PlacementDroplet
  destroy(droplet: PlacementDroplet): void
}

/** A policy answers with a droplet that has room, or a size to make. */
export interface Policy {
  name: string
  /** One that keeps state between its decisions starts afresh with each run. */
  start(): (fleet: Fleet, container: Container) => PlacementDroplet | PlacementSize
}

export const isSize = (answer: PlacementDroplet | PlacementSize): answer is PlacementSize => 'slug' in answer

export function emptyFleet(sizes: PlacementSize[]): Fleet {
  let made = 0
  const snapshot: Snapshot = {
    droplets: [],
    sizes,
    regions: ['fra1'],
    dropletsLeft: 1e6,
    demand: { memoryBytes: 0, cpuMillis: 0, diskBytes: 0, containers: 0, left: 0 },
    monthlyCostMicros: 0,
    latencyMs: {},
  }
  const change = (container: Container, droplet: PlacementDroplet, sign: 1 | -1) => {
    for (const key of ['memoryBytes', 'cpuMillis', 'diskBytes'] as const) {
      droplet.free[key] -= sign * container[key]
      snapshot.demand[key] += sign * container[key]
    }
    droplet.containers += sign
    snapshot.demand.containers += sign
    const { memoryBytes, cpuMillis, diskBytes } = droplet.free
    if (Math.min(memoryBytes, cpuMillis, diskBytes) < 0) throw new Error(`overcommitted: ${droplet.name}`)
  }
  return {
    snapshot,
    place: (container, droplet) => change(container, droplet, 1),
    remove: (container, droplet) => change(container, droplet, -1),
    create(size) {
      const capacity = capacityOf(size)
      made++
      const droplet: PlacementDroplet = {
        id: `d${made}`,
        name: `droplet-${String(made).padStart(6, '0')}`,
        region: 'fra1',
        size: size.slug,
        capacity,
        free: { ...capacity },
        used: null,
        containers: 0,
        templates: {},
        exclusiveHeld: false,
        state: 'ok',
        failures: 0,
        priceMonthlyMicros: size.priceMonthlyMicros,
      }
      snapshot.droplets.push(droplet)
      snapshot.monthlyCostMicros += size.priceMonthlyMicros
      return droplet
    },
    destroy(droplet) {
      snapshot.droplets.splice(snapshot.droplets.indexOf(droplet), 1)
      snapshot.monthlyCostMicros -= droplet.priceMonthlyMicros
    },
  }
}
