import { expect, test } from 'vitest'
import { capacityOf } from './capacity.ts'

const MIB = 2 ** 20
const GIB = 2 ** 30

test.each([
  ['512 MB', { vcpus: 1, memoryBytes: 512 * MIB, diskBytes: 10 * GIB }, '198 MiB, 900 milli-vCPU, 6 GiB'],
  ['1 GB', { vcpus: 1, memoryBytes: GIB, diskBytes: 25 * GIB }, '684 MiB, 900 milli-vCPU, 21 GiB'],
  ['2 GB', { vcpus: 1, memoryBytes: 2 * GIB, diskBytes: 50 * GIB }, '1657 MiB, 900 milli-vCPU, 46 GiB'],
  ['8 GB', { vcpus: 4, memoryBytes: 8 * GIB, diskBytes: 160 * GIB }, '7494 MiB, 3900 milli-vCPU, 156 GiB'],
  ['nothing', { vcpus: 0, memoryBytes: 0, diskBytes: 0 }, '0 MiB, 0 milli-vCPU, 0 GiB'],
])('a droplet of %s has this for containers', (_, shape, expected) => {
  const c = capacityOf(shape)
  const text = `${Math.floor(c.memoryBytes / MIB)} MiB, ${c.cpuMillis} milli-vCPU, ${Math.floor(c.diskBytes / GIB)} GiB`
  expect(text).toBe(expected)
})
