/** Droplets, sizes and requests that placement's tests vary. */
import type { PlacementDroplet, PlacementRequest, PlacementSize, Snapshot } from './types.ts'

export const MIB = 2 ** 20
export const GIB = 2 ** 30

export const droplet = (name: string, o: Partial<PlacementDroplet> = {}): PlacementDroplet => ({
  id: `id-${name}`,
  name,
  region: 'fra1',
  size: 's-1vcpu-2gb',
  freeMemoryBytes: 1024 * MIB,
  freeCpuMillis: 900,
  freeDiskBytes: 20 * GIB,
  memoryBytes: 2 * GIB,
  deployments: 1,
  templates: ['template-1'],
  exclusiveHeld: false,
  usable: true,
  ...o,
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
]
export const snapshot = (o: Partial<Snapshot> = {}): Snapshot => ({
  droplets: [],
  sizes: SIZES,
  regions: ['ams3', 'fra1', 'nyc3'],
  dropletsLeft: 3,
  ...o,
})
export const request = (o: Partial<PlacementRequest> = {}): PlacementRequest => ({
  memoryBytes: 256 * MIB,
  cpuMillis: 250,
  diskBytes: GIB,
  ...o,
})
