/** Load averages as a kernel makes them: exponentially damped means of the cores in use between two readings. */
const MINUTES = [1, 5, 15] as const

export function loadMeter(now: () => number = () => performance.now()) {
  let beforeMs = now()
  let beforeCpuSeconds = 0
  const averages = [0, 0, 0]
  return {
    read(cpuSeconds: number): { load1: number; load5: number; load15: number } {
      const seconds = Math.max(0.001, (now() - beforeMs) / 1000)
      // A container that went took its count with it; that is no negative work.
      const busy = Math.max(0, cpuSeconds - beforeCpuSeconds) / seconds
      MINUTES.forEach((minutes, at) => {
        const keep = Math.exp(-seconds / (minutes * 60))
        averages[at] = (averages[at] ?? 0) * keep + busy * (1 - keep)
      })
      beforeMs += seconds * 1000
      beforeCpuSeconds = cpuSeconds
      const [load1 = 0, load5 = 0, load15 = 0] = averages.map((value) => Math.round(value * 100) / 100)
      return { load1, load5, load15 }
    },
  }
}
