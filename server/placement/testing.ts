/** Droplets, sizes and requests that placement's tests vary. */
import { DEFAULT_PREFERENCES } from './strategies.ts'
import type {
  FactorName,
  PlacementDroplet,
  PlacementPreferences,
  PlacementRequest,
  PlacementSize,
  Provisioning,
  Resources,
  Snapshot,
} from './types.ts'

export const MIB = 2 ** 20
export const GIB = 2 ** 30

type SomeDroplet = Partial<Omit<PlacementDroplet, 'free'>> & { free?: Partial<Resources> }

/** A paid 2 GB droplet with one deployment on it and room for more. */
export const droplet = (name: string, o: SomeDroplet = {}): PlacementDroplet => ({
  id: `id-${name}`,
  name,
  region: 'fra1',
  size: 's-1vcpu-2gb',
  capacity: { memoryBytes: 1657 * MIB, cpuMillis: 900, diskBytes: 46 * GIB },
  used: null,
  containers: 1,
  templates: { 'template-1': 1 },
  exclusiveHeld: false,
  state: 'ok',
  failures: 0,
  priceMonthlyMicros: 12e6,
  ...o,
  free: { memoryBytes: 1024 * MIB, cpuMillis: 600, diskBytes: 20 * GIB, ...o.free },
})
const size = (slug: string, vcpus: number, memoryMib: number, diskGib: number, dollars: number): PlacementSize => ({
  slug,
  vcpus,
  memoryBytes: memoryMib * MIB,
  diskBytes: diskGib * GIB,
  priceMonthlyMicros: dollars * 1e6,
  regions: ['ams3', 'fra1', 'nyc3'],
})
export const SIZES = [
  size('s-1vcpu-512mb-10gb', 1, 512, 10, 4),
  size('s-1vcpu-1gb', 1, 1024, 25, 6),
  size('s-1vcpu-2gb', 1, 2048, 50, 12),
  size('s-2vcpu-4gb', 2, 4096, 80, 24),
  size('s-4vcpu-8gb', 4, 8192, 160, 48),
  size('s-8vcpu-16gb', 8, 16384, 320, 96),
]
/** Ten deployments of 512 MiB and 0.15 vCPU each, for $36 a month. */
export const snapshot = (o: Partial<Snapshot> = {}): Snapshot => ({
  droplets: [],
  sizes: SIZES,
  regions: ['ams3', 'fra1', 'nyc3'],
  dropletsLeft: 3,
  demand: { memoryBytes: 5 * GIB, cpuMillis: 1500, diskBytes: 10 * GIB, containers: 10, left: 10 },
  monthlyCostMicros: 36e6,
  latencyMs: {},
  ...o,
})
export const NOTHING_YET = {
  demand: { memoryBytes: 0, cpuMillis: 0, diskBytes: 0, containers: 0, left: 0 },
  monthlyCostMicros: 0,
}
type SomeWishes = Partial<Omit<PlacementPreferences, 'provisioning'>> & { provisioning?: Partial<Provisioning> }
export const wishes = ({ provisioning, ...rest }: SomeWishes): { preferences: PlacementPreferences } => ({
  preferences: {
    ...DEFAULT_PREFERENCES,
    ...rest,
    provisioning: { ...DEFAULT_PREFERENCES.provisioning, ...provisioning },
  },
})
/** All weight on one factor. */
export const onlyBy = (name: FactorName): Record<FactorName, number> => ({
  resources: 0,
  load: 0,
  location: 0,
  cost: 0,
  redundancy: 0,
  preferences: 0,
  [name]: 1,
})
export const request = (o: Partial<PlacementRequest> = {}): PlacementRequest => ({
  memoryBytes: 256 * MIB,
  cpuMillis: 250,
  diskBytes: GIB,
  preferences: DEFAULT_PREFERENCES,
  ...o,
})
