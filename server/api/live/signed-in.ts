/** R10: a stream lives no longer than the session or token that opened it. */
import type { ApiCtx } from '#server/api/trpc.ts'

/**
 * Runs a stream under a signal that also aborts when the caller's session ends. Then it throws NOT_SIGNED_IN, so that
 * the browser is told why; when the browser goes away it just ends.
 */
export async function* whileSignedIn<T>(
  ctx: ApiCtx,
  signal: AbortSignal | undefined,
  stream: (signal: AbortSignal) => AsyncIterable<T>,
): AsyncGenerator<T, void> {
  const held = await ctx.services.sessions.hold(ctx.actor)
  try {
    yield* stream(signal ? AbortSignal.any([signal, held.signal]) : held.signal)
  } catch (error) {
    if (!held.signal.aborted && !signal?.aborted) throw error
  } finally {
    held.release()
  }
  if (held.signal.aborted) throw held.signal.reason
}
