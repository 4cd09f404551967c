/** Waiting between looks at something that changes outside of Berth. */
import { setTimeout as sleep } from 'node:timers/promises'

/** @throws the signal's reason, not a bare AbortError */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal && { signal })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}

/** Pauses that begin short, for what is quick on the local cloud, and grow, for what takes a minute elsewhere. */
export function* growingPauses(firstMs: number, maxMs: number, factor = 1.4): Generator<number, never> {
  for (let ms = firstMs; ; ms = Math.min(maxMs, ms * factor)) yield Math.round(ms)
}
