import type { EventInput } from '../event-types.ts'

/** Four a second read as movement; more would only cost transactions. */
const EVERY_MS = 250

type Progress = Extract<EventInput, { type: 'step.progress' }>['data']

/** Keeps the newest of what comes too fast; `end` drops what is left and waits for a write under way. */
export function createProgress(write: (data: Progress) => Promise<void>) {
  let lastAt = 0
  let pending: Progress | undefined
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()
  let ended = false

  function flush(): void {
    timer = undefined
    const data = pending
    pending = undefined
    if (!data || ended) return
    lastAt = performance.now()
    writing = writing.then(() => write(data))
  }

  return {
    report(data: Progress): void {
      if (ended) return
      pending = data
      timer ??= setTimeout(flush, Math.max(0, EVERY_MS - (performance.now() - lastAt)))
    },
    async end(): Promise<void> {
      ended = true
      clearTimeout(timer)
      await writing
    },
  }
}
