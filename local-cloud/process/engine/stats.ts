/** `GET /containers/{id}/stats` in the shape of cgroup v2 engines. */
import { cpus } from 'node:os'
import { type Usage, usageOf } from '../usage.ts'
import type { EngineContext } from './context.ts'
import type { StoredContainer } from './state.ts'

interface Sample extends Usage {
  read: string
  systemSeconds: number
}

const NANOSECONDS = 1e9

export async function sampleStats(ctx: EngineContext, container: StoredContainer): Promise<Sample> {
  const usage = await usageOf(containerPids(ctx, container))
  const systemSeconds =
    cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.idle + times.irq, 0) / 1000
  return { ...usage, read: new Date().toISOString(), systemSeconds }
}

/** The main process and those of running execs. */
export function containerPids(ctx: EngineContext, container: StoredContainer): number[] {
  const execs = [...ctx.execs.values()].filter((exec) => exec.running && exec.containerId === container.id)
  return [container.pid, ...execs.map((exec) => exec.pid)].filter((pid) => pid > 0)
}

export function statsBody(ctx: EngineContext, container: StoredContainer, now: Sample, before: Sample | null) {
  const limit = container.hostConfig.Memory || ctx.options.memoryBytes
  return {
    id: container.id,
    name: `/${container.name}`,
    read: now.read,
    preread: before?.read ?? '0001-01-01T00:00:00Z',
    num_procs: 0,
    pids_stats: { current: now.pids },
    cpu_stats: cpuStats(now),
    precpu_stats: before
      ? cpuStats(before)
      : { cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 } },
    memory_stats: { usage: now.memoryBytes, limit, stats: { inactive_file: 0, anon: now.memoryBytes } },
    blkio_stats: { io_service_bytes_recursive: null },
    storage_stats: {},
    networks: {},
  }
}

function cpuStats(sample: Sample) {
  const total = Math.round(sample.cpuSeconds * NANOSECONDS)
  return {
    cpu_usage: { total_usage: total, usage_in_kernelmode: 0, usage_in_usermode: total },
    system_cpu_usage: Math.round(sample.systemSeconds * NANOSECONDS),
    online_cpus: cpus().length,
    throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
  }
}
