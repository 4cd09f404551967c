/**
 * A container's use of memory and CPU as `docker stats` shows it.
 * @see https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerStats
 */
import type Dockerode from 'dockerode'
import type { ContainerStats } from './port.ts'

const MILLIS_PER_CPU = 1000

/** @param sample of `stream=false`, which holds two measurements a second apart */
export function containerStats(sample: Dockerode.ContainerStats): ContainerStats {
  const memory = sample.memory_stats ?? {}
  const cache = (memory.stats ?? {}) as { inactive_file?: number; total_inactive_file?: number }
  // Page cache that the kernel drops first is no use of memory; cgroup v1 calls it total_inactive_file.
  const inactive = cache.total_inactive_file ?? cache.inactive_file ?? 0
  return {
    at: new Date(sample.read),
    memoryBytes: Math.max(0, (memory.usage ?? 0) - inactive),
    memoryLimitBytes: memory.limit ?? 0,
    cpuMillis: cpuMillis(sample),
    pids: sample.pids_stats?.current ?? 0,
  }
}

/** "cpu_delta / system_cpu_delta * number_cpus", times 1000 in place of 100. */
function cpuMillis({ cpu_stats: now, precpu_stats: before }: Dockerode.ContainerStats): number {
  const cpuDelta = (now?.cpu_usage?.total_usage ?? 0) - (before?.cpu_usage?.total_usage ?? 0)
  const systemDelta = (now?.system_cpu_usage ?? 0) - (before?.system_cpu_usage ?? 0)
  const cpus = now?.online_cpus || now?.cpu_usage?.percpu_usage?.length || 1
  if (!(cpuDelta > 0) || !(systemDelta > 0)) return 0
  return Math.round((cpuDelta / systemDelta) * cpus * MILLIS_PER_CPU)
}
