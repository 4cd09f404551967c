/** "Something of this user's changed", as a stream that never queues more than one turn of changes. */
import type { EventHub } from '#server/deployments/index.ts'

/** `null`: anything may have changed (notifications were lost); otherwise the deployments that did. */
export type Changes = Set<string> | null

/** Between two turns, so that a deployment's progress events cost a bounded number of queries. The first is at once. */
const MIN_INTERVAL_MS = 100

/** @param o.refreshMs say "anything may have changed" this often, for what no notification tells */
export async function* changesOf(
  hub: EventHub,
  userId: string,
  signal: AbortSignal,
  o: { refreshMs?: number } = {},
): AsyncGenerator<Changes, void> {
  let changed = new Set<string>()
  let resync = false
  let wake = () => {}
  const off = hub.onUser(userId, (notice) => {
    if (notice.kind === 'resync') resync = true
    else changed.add(notice.deploymentId)
    wake()
  })
  const onAbort = () => wake()
  const refresh = o.refreshMs
    ? setInterval(() => {
        resync = true
        wake()
      }, o.refreshMs)
    : undefined
  signal.addEventListener('abort', onAbort)
  try {
    while (!signal.aborted) {
      if (changed.size === 0 && !resync) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        continue
      }
      const turn = resync ? null : changed
      changed = new Set()
      resync = false
      yield turn
      await pause(MIN_INTERVAL_MS, signal)
    }
  } finally {
    clearInterval(refresh)
    signal.removeEventListener('abort', onAbort)
    off()
  }
}

/** Resolves after `ms`, or at once when `signal` aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
