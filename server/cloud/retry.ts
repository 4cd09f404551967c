/** Repeats a call while that is allowed and useful, within its deadline. */
import { ConstantBackoff, handleWhen, retry } from 'cockatiel'
import { BerthError } from '#server/errors.ts'
import type { Clock } from './clock.ts'
import { abortError } from './fault.ts'

/** Ends a storm of instant failures; the deadline usually comes first. */
const REPEATS_MAX = 10
const BACKOFF_FIRST_MS = 250
const BACKOFF_MAX_MS = 8_000

export interface RetryOptions {
  deadlineAt: number
  signal: AbortSignal | undefined
  clock: Clock
  /** In [0, 1): spreads the repeats of many callers. */
  random: () => number
  when: (error: BerthError) => boolean
}

export async function retrying<T>(run: () => Promise<T>, o: RetryOptions): Promise<T> {
  let waitMs = 0
  let failures = 0
  const repeat = handleWhen((error) => {
    if (!(error instanceof BerthError) || !o.when(error)) return false
    const backoff = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** failures++)
    waitMs = error.retryAfterMs ?? backoff * (0.5 + o.random() / 2)
    return o.clock.now() + waitMs < o.deadlineAt
  })
  // cockatiel's own wait can't be aborted and reads the real clock, so its back-off is none and the wait is ours.
  const policy = retry(repeat, { maxAttempts: REPEATS_MAX, backoff: new ConstantBackoff(0) })
  return policy.execute(async ({ attempt }) => {
    if (o.signal?.aborted) throw abortError(o.signal)
    if (attempt > 0) await o.clock.sleep(waitMs, o.signal)
    return run()
  })
}
