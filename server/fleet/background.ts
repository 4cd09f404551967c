/** Work that nobody waits for but that a stopping process lets end; what fails here the reconciler takes up again. */
import type { Log } from '#server/observability/log.ts'

export interface Background {
  /** @param name for the log; the same `key` runs once at a time */
  start(name: string, key: string, work: () => Promise<void>): void
  /** Settles when nothing runs any more. */
  idle(): Promise<void>
}

export function createBackground(log: Log): Background {
  const running = new Map<string, Promise<void>>()
  return {
    start(name, key, work) {
      const id = `${name}:${key}`
      if (running.has(id)) return
      const task = work()
        .catch((err: unknown) =>
          log.warn({ err, task: name, key }, 'background work failed; the reconciler repeats it'),
        )
        .finally(() => running.delete(id))
      running.set(id, task)
    },
    async idle() {
      while (running.size > 0) await Promise.all(running.values())
    },
  }
}
