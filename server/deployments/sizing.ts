/** How large a new container should be, from what earlier ones of its template really used. Pure. */
import type { TemplateConfig } from '#db/template-config.ts'

export interface Used {
  deployments: number
  samples: number
  p95MemoryBytes: number
  p95CpuMillis: number
}

interface Sized {
  memoryBytes: number
  cpuMillis: number
  basis: Used | null
}

const MIB = 2 ** 20
/** Half an hour of one container: fewer say nothing about its 95th percentile. */
const SAMPLES_MIN = 30
/** A server that lists more than yesterday must not be ended for it. */
const HEAD_ROOM = 1.25
const MEMORY_STEP_BYTES = 16 * MIB
const CPU_STEP_MILLIS = 10
/** One that leaks would else get more each time. */
const TIMES_TEMPLATE_MAX = 4

/** CPU never goes below the template's figure: a sample a minute misses the burst of a start. */
export function sized({ memoryBytes, cpuMillis }: TemplateConfig['resources'], used: Used | null): Sized {
  if (!used || used.samples < SAMPLES_MIN) return { memoryBytes, cpuMillis, basis: null }
  const memory = upTo(used.p95MemoryBytes * HEAD_ROOM, MEMORY_STEP_BYTES)
  const cpu = upTo(used.p95CpuMillis * HEAD_ROOM, CPU_STEP_MILLIS)
  return {
    memoryBytes: Math.min(Math.max(memory, MEMORY_STEP_BYTES), memoryBytes * TIMES_TEMPLATE_MAX),
    cpuMillis: Math.min(Math.max(cpu, cpuMillis), cpuMillis * TIMES_TEMPLATE_MAX),
    basis: used,
  }
}

const upTo = (amount: number, step: number): number => Math.ceil(amount / step) * step
