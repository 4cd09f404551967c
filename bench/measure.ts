/** One figure of a benchmark; `baseline` was measured in the same run, `ratio` is value / baseline. */
export interface Metric {
  value: number
  unit: string
  baseline?: number
  ratio?: number
}

/** Nearest-rank percentile, e.g. `percentile(ms, 99)`. */
export function percentile(values: number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

/** Milliseconds since the epoch with microsecond resolution: comparable between processes of one machine. */
export const wallClock = (): number => performance.timeOrigin + performance.now()
