/** At most `max` at once for each key; the rest wait in order, and leave the line when their signal aborts. */
export interface Limiter {
  run<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>
}

export function createLimiter(max: number): Limiter {
  const lines = new Map<string, { running: number; waiting: (() => void)[] }>()

  async function enter(key: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const line = lines.get(key) ?? { running: 0, waiting: [] }
    lines.set(key, line)
    if (line.running < max) {
      line.running++
      return
    }
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        line.waiting = line.waiting.filter((waiter) => waiter !== go)
        reject(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
      line.waiting.push(go)
    })
  }

  function exit(key: string): void {
    const line = lines.get(key)
    if (!line) return
    // The place goes straight to the next in line, so nobody can slip in between.
    const next = line.waiting.shift()
    if (next) next()
    else if (--line.running === 0) lines.delete(key)
  }

  return {
    async run(key, signal, work) {
      await enter(key, signal)
      try {
        return await work()
      } finally {
        exit(key)
      }
    },
  }
}
