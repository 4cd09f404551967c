/** Droplets for tests: plain, with what a test wants different. */
import type { DropletView } from '#server/api/views.ts'

const GIB = 2 ** 30

export const droplet = (over: Partial<DropletView> = {}): DropletView => ({
  id: 'd',
  name: 'nyc3-1',
  state: 'active',
  region: 'nyc3',
  size: 's-1vcpu-1gb',
  vcpus: 1,
  memoryBytes: GIB,
  diskBytes: 25 * GIB,
  usableMemoryBytes: 0.75 * GIB,
  usableCpuMillis: 900,
  reservedMemoryBytes: GIB / 2,
  reservedCpuMillis: 250,
  priceMonthlyMicros: 6_000_000,
  publicIp: null,
  createdAt: new Date(0),
  lastSeenAt: null,
  engineLacks: [],
  engineVersion: null,
  hold: null,
  alarms: [],
  deployments: [
    { deploymentId: 'a', name: 'a', state: 'healthy', memoryBytes: GIB / 4 },
    { deploymentId: 'b', name: 'b', state: 'healthy', memoryBytes: GIB / 4 },
  ],
  ...over,
})
