/** Long work on the event loop, in breaths: others get their turn, and a caller who left is noticed. */
import { setImmediate as turn } from 'node:timers/promises'

const BREATH_MS = 8

export function breaths(signal?: AbortSignal): () => Promise<void> {
  let since = performance.now()
  return async () => {
    signal?.throwIfAborted()
    if (performance.now() - since < BREATH_MS) return
    await turn()
    since = performance.now()
  }
}
