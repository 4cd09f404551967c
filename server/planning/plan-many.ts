/** What placement knows of a fleet, as a packing problem: which droplets the cheapest fleet for these containers has. */
import { capacityOf, type PlacementDroplet, type PlacementSize, type Resources } from '../placement/index.ts'
import type { PackExisting, PackProblem } from '../placement/plan/index.ts'

export interface PlannedContainer extends Resources {
  id: string
  templateId?: string
  /** Never beside another one of its template. */
  spread?: boolean
  /** Never beside any other. */
  exclusive?: boolean
}

type DropletForPlanning = Pick<
  PlacementDroplet,
  'id' | 'free' | 'region' | 'state' | 'containers' | 'templates' | 'exclusiveHeld'
>

export interface FleetForPlanning {
  droplets: DropletForPlanning[]
  sizes: PlacementSize[]
  dropletsLeft: number
}

export interface PackingWishes {
  /** Only droplets and sizes there; absent: anywhere. */
  region?: string
  /** Plan as if no droplet were there yet: what the cheapest fleet would be. */
  fromScratch?: boolean
  /** New droplets at most; absent: `dropletsLeft`, or from scratch as many as wanted. */
  dropletsMax?: number
}

/**
 * Prices in micros, memory and disk in bytes, CPU in thousandths: whole numbers, so that sums are exact. A template of
 * which any container is to be spread is a group, with all its containers: none may come beside that one either.
 */
export function packProblem(
  fleet: FleetForPlanning,
  containers: PlannedContainer[],
  { region, fromScratch = false, dropletsMax }: PackingWishes = {},
): PackProblem {
  const usable = fleet.droplets.filter(
    ({ state, exclusiveHeld, region: at }) =>
      state === 'ok' && !exclusiveHeld && (region === undefined || at === region),
  )
  const spread = new Set(containers.filter((container) => container.spread).map(({ templateId }) => templateId))
  return {
    items: containers.map((container) => ({
      id: container.id,
      demand: vector(container),
      ...(container.templateId !== undefined && spread.has(container.templateId) && { group: container.templateId }),
      ...(container.exclusive && { alone: true }),
    })),
    sizes: fleet.sizes
      .filter((size) => region === undefined || size.regions.includes(region))
      .map((size) => ({ slug: size.slug, capacity: vector(capacityOf(size)), price: size.priceMonthlyMicros })),
    existing: fromScratch ? [] : usable.map(asExisting),
    dropletsMax: dropletsMax ?? (fromScratch ? undefined : fleet.dropletsLeft),
  }
}

const asExisting = ({ id, free, containers, templates }: DropletForPlanning): PackExisting => ({
  id,
  free: vector(free),
  groups: Object.keys(templates),
  occupied: containers > 0,
})

const vector = ({ memoryBytes, cpuMillis, diskBytes }: Resources): number[] =>
  [memoryBytes, cpuMillis, diskBytes].map((amount) => Math.max(0, Math.trunc(amount)))
