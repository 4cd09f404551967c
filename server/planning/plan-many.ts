/** What placement knows of a fleet, as a packing problem: which droplets the cheapest fleet for these containers has. */
import { capacityOf, type PlacementDroplet, type PlacementSize, type Resources } from '../placement/index.ts'
import type { PackProblem } from '../placement/plan/index.ts'

export interface PlannedContainer extends Resources {
  id: string
}

export interface FleetForPlanning {
  droplets: Pick<PlacementDroplet, 'id' | 'free' | 'region' | 'state'>[]
  sizes: PlacementSize[]
  dropletsLeft: number
}

export interface PackingWishes {
  /** Only droplets and sizes there; absent: anywhere. */
  region?: string
  /** Plan as if no droplet were there yet: what the cheapest fleet would be. */
  fromScratch?: boolean
}

/** Prices in micros, memory and disk in bytes, CPU in thousandths: whole numbers, so that sums are exact. */
export function packProblem(
  fleet: FleetForPlanning,
  containers: PlannedContainer[],
  { region, fromScratch = false }: PackingWishes = {},
): PackProblem {
  const usable = fleet.droplets.filter(
    (droplet) => droplet.state === 'ok' && (region === undefined || droplet.region === region),
  )
  return {
    items: containers.map((container) => ({ id: container.id, demand: vector(container) })),
    sizes: fleet.sizes
      .filter((size) => region === undefined || size.regions.includes(region))
      .map((size) => ({ slug: size.slug, capacity: vector(capacityOf(size)), price: size.priceMonthlyMicros })),
    existing: fromScratch ? [] : usable.map(({ id, free }) => ({ id, free: vector(free) })),
    dropletsMax: fromScratch ? undefined : fleet.dropletsLeft,
  }
}

const vector = ({ memoryBytes, cpuMillis, diskBytes }: Resources): number[] =>
  [memoryBytes, cpuMillis, diskBytes].map((amount) => Math.max(0, Math.trunc(amount)))
