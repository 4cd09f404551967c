/** Samples of running droplets for the monitoring API. In memory: after a restart the history starts anew. */
import type { DropletDriver, DropletStats } from '#local-cloud/driver.ts'

export interface MetricSample {
  /** Unix seconds. */
  at: number
  stats: DropletStats
}

export interface Metrics {
  between(dropletId: number, start: number, end: number): MetricSample[]
  /** Takes a sample now, so that a droplet that is asked about at once has one. */
  sampleNow(dropletId: number): Promise<void>
  forget(dropletId: number): void
  close(): void
}

const PERIOD_MS = 15_000
/** Six hours. */
const SAMPLES_MAX = 1440

export function createMetrics(driver: DropletDriver, active: () => number[]): Metrics {
  const samples = new Map<number, MetricSample[]>()
  async function sampleNow(id: number): Promise<void> {
    const stats = await driver.stats(id).catch(() => null)
    if (!stats) return
    const list = samples.get(id) ?? []
    const at = Math.floor(Date.now() / 1000)
    if (list.at(-1)?.at !== at) list.push({ at, stats })
    if (list.length > SAMPLES_MAX) list.shift()
    samples.set(id, list)
  }
  const timer = setInterval(() => {
    for (const id of active()) void sampleNow(id)
  }, PERIOD_MS)
  timer.unref()
  return {
    between: (id, start, end) => (samples.get(id) ?? []).filter(({ at }) => at >= start && at <= end),
    sampleNow,
    forget: (id) => void samples.delete(id),
    close: () => clearInterval(timer),
  }
}
