/**
 * The fleet map: each droplet as a block whose width is its memory, filled by what its deployments reserve and, at the
 * end, by what its system takes. Room is counted as placement counts it: against what is usable. Pure.
 */
import { formatBytes, formatCpu, formatMonthly } from '#components/ui/format.ts'
import type { DropletView } from '#server/api/views.ts'

export interface Segment {
  deploymentId: string
  name: string
  state: DropletView['deployments'][number]['state']
  /** 0-1 of the droplet's memory. */
  from: number
  width: number
  label: string
}

export interface Block {
  droplet: DropletView
  /** 1-6: how many columns of the map it takes; doubles of memory are one column apart. */
  span: number
  segments: Segment[]
  /** 0-1 of the droplet's memory, at its end; containers can't have it. */
  systemWidth: number
  systemWords: string
  reservedWords: string
  cpuWords: string
}

const GIB = 2 ** 30
const SPAN_MAX = 6
/** A deployment that reserves almost nothing is still seen. */
const WIDTH_MIN = 0.012

export const toBlock = (droplet: DropletView): Block => {
  const systemBytes = Math.max(0, droplet.memoryBytes - droplet.usableMemoryBytes)
  const systemWidth = droplet.memoryBytes > 0 ? systemBytes / droplet.memoryBytes : 0
  let from = 0
  const segments = droplet.deployments.map((deployment) => {
    const width = Math.max(WIDTH_MIN, droplet.memoryBytes > 0 ? deployment.memoryBytes / droplet.memoryBytes : 0)
    const segment: Segment = {
      deploymentId: deployment.deploymentId,
      name: deployment.name,
      state: deployment.state,
      from,
      width: Math.min(width, Math.max(0, 1 - from)),
      label: `${deployment.name} reserves ${formatBytes(deployment.memoryBytes)}`,
    }
    from += width
    return segment
  })
  return {
    droplet,
    span: Math.min(SPAN_MAX, Math.max(1, Math.round(Math.log2(Math.max(1, droplet.memoryBytes / (GIB / 2)))) + 1)),
    segments,
    systemWidth,
    systemWords: `${formatBytes(systemBytes)} for the system`,
    reservedWords: `${formatBytes(droplet.reservedMemoryBytes)} of ${formatBytes(droplet.usableMemoryBytes)} usable`,
    cpuWords: `${vcpus(droplet.reservedCpuMillis)} of ${formatCpu(droplet.usableCpuMillis)} usable`,
  }
}

const vcpus = (millis: number): string => formatCpu(millis).replace(' vCPU', '')

export interface FleetTotals {
  droplets: number
  usableMemoryBytes: number
  reservedMemoryBytes: number
  monthly: string
}

export const totals = (droplets: readonly DropletView[]): FleetTotals => ({
  droplets: droplets.length,
  usableMemoryBytes: sum(droplets, (droplet) => droplet.usableMemoryBytes),
  reservedMemoryBytes: sum(droplets, (droplet) => droplet.reservedMemoryBytes),
  monthly: formatMonthly(sum(droplets, (droplet) => droplet.priceMonthlyMicros)),
})

const sum = <T>(rows: readonly T[], of: (row: T) => number): number => rows.reduce((total, row) => total + of(row), 0)
