/**
 * Load averages of a droplet. The kernel counts them for the whole machine only, so they are estimated from CPU time:
 * exponentially damped averages of how many CPUs were busy, over 1, 5 and 15 minutes. Work that waits isn't seen.
 */
const WINDOWS_SECONDS = [60, 300, 900] as const

export interface Load {
  /** @param cpuSeconds grows since boot */
  sample(cpuSeconds: number, nowMs?: number): void
  averages(): [number, number, number]
}

export function createLoad(startMs = performance.now()): Load {
  let last = { cpuSeconds: 0, atMs: startMs }
  const values: [number, number, number] = [0, 0, 0]
  return {
    sample(cpuSeconds, nowMs = performance.now()) {
      const seconds = (nowMs - last.atMs) / 1000
      if (seconds <= 0) return
      const busy = Math.max(0, cpuSeconds - last.cpuSeconds) / seconds
      WINDOWS_SECONDS.forEach((window, index) => {
        const keep = Math.exp(-seconds / window)
        values[index] = (values[index] ?? 0) * keep + busy * (1 - keep)
      })
      last = { cpuSeconds, atMs: nowMs }
    },
    averages: () => [...values],
  }
}
