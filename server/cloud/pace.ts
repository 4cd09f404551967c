/**
 * Slows down before DigitalOcean says no: 5,000 requests an hour (reported in `ratelimit-*`) and 250 a minute
 * (reported nowhere until they are used up).
 * @see https://docs.digitalocean.com/reference/api/digitalocean/#section/Introduction/Rate-Limit
 */
import { BerthError } from '#server/errors.ts'
import type { Clock } from './clock.ts'
import type { RateLimit } from './fault.ts'

/** Some of the 250 are left for the person's other tools. */
const PER_MINUTE_MAX = 200
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
/** Below this share of the hour's requests only the sustainable rate (one per 0.72 s at 5,000) is used. */
const SPARSE_SHARE = 0.1

export interface Pace {
  /** Waits for this request's turn. @throws BerthError CLOUD_RATE_LIMITED when that is after `deadlineAt` */
  turn(deadlineAt: number, signal?: AbortSignal): Promise<void>
  learn(rate: RateLimit): void
}

export function createPace(clock: Clock): Pace {
  /** Start times of the last minute's requests, also of those that still wait for theirs; ascending. */
  let starts: number[] = []
  let rate: RateLimit | null = null

  function nextStart(): number {
    const now = clock.now()
    starts = starts.filter((at) => at > now - MINUTE_MS)
    const minuteFree = (starts.at(-PER_MINUTE_MAX) ?? Number.NEGATIVE_INFINITY) + MINUTE_MS
    let at = Math.max(now, minuteFree)
    if (rate && now < rate.resetAtMs && rate.remaining <= rate.limit * SPARSE_SHARE) {
      const last = starts.at(-1) ?? Number.NEGATIVE_INFINITY
      at = Math.max(at, last + HOUR_MS / rate.limit)
      if (rate.remaining === 0) at = Math.max(at, rate.resetAtMs)
    }
    return at
  }

  return {
    async turn(deadlineAt, signal) {
      const now = clock.now()
      const at = nextStart()
      if (at > deadlineAt)
        throw new BerthError(
          'CLOUD_RATE_LIMITED',
          'The request limit of this DigitalOcean account is used up for now.',
          {
            retryAfterMs: at - now,
          },
        )
      starts.push(at)
      if (at > now) await clock.sleep(at - now, signal)
    },
    learn(latest) {
      rate = latest
    },
  }
}
