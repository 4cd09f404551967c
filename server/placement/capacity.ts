/**
 * What a droplet has for containers. Choosing a size, showing free space and holding a reservation all use this one
 * function, so they can't disagree (I2).
 */
import type { Resources } from './types.ts'

const MIB = 2 ** 20
const GIB = 2 ** 30

/**
 * Measured on a droplet of the `host` driver under test: dockerd 80-88 MB, containerd 38-44 MB, sshd 8 MB and 10 MB a
 * connection, 11-12 MB for each container's shim, which no container limit counts. Ubuntu 24.04 itself with journald
 * rests at about 150 MB: that part is assumed, the driver boots no system of its own.
 */
export const SYSTEM_MEMORY_BYTES = 288 * MIB
/** The kernel keeps this share of the nominal memory: `MemTotal` of a "1 GB" droplet reads about 960 MiB. */
export const KERNEL_MEMORY_SHARE = 0.05
/** dockerd, sshd and the log writers while containers are busy. */
export const SYSTEM_CPU_MILLIS = 100
/** Image 2 GiB, docker.io 0.4 GiB, swap file 0.5 GiB, journal and rotated container logs up to 1 GiB. */
export const SYSTEM_DISK_BYTES = 4 * GIB

export interface Shape {
  vcpus: number
  memoryBytes: number
  diskBytes: number
}

export type Capacity = Resources

/** Never negative: a size that the system alone fills has nothing for containers. */
export function capacityOf(shape: Shape): Capacity {
  const memoryBytes = Math.floor(shape.memoryBytes * (1 - KERNEL_MEMORY_SHARE)) - SYSTEM_MEMORY_BYTES
  return {
    memoryBytes: Math.max(0, memoryBytes),
    cpuMillis: Math.max(0, shape.vcpus * 1000 - SYSTEM_CPU_MILLIS),
    diskBytes: Math.max(0, shape.diskBytes - SYSTEM_DISK_BYTES),
  }
}

export type Shortage = 'memory' | 'cpu' | 'disk'

/** The first resource of which there is too little, in a fixed order; null when all fit. */
export function shortage(free: Capacity, wanted: Capacity): Shortage | null {
  if (wanted.memoryBytes > free.memoryBytes) return 'memory'
  if (wanted.cpuMillis > free.cpuMillis) return 'cpu'
  if (wanted.diskBytes > free.diskBytes) return 'disk'
  return null
}

/** Bytes as the pages write them: whole MB (2^20) below 10 GB, else GB. */
export const readableBytes = (bytes: number): string =>
  bytes < 10 * GIB ? `${Math.floor(bytes / MIB)} MB` : `${Math.floor(bytes / GIB)} GB`
