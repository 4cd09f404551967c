/** Requests an account may make in an hour, as a sliding window; told in the `ratelimit-*` headers. */
const WINDOW_MS = 3_600_000

export interface RateState {
  limit: number
  remaining: number
  /** When the oldest request leaves the window, Unix seconds. */
  reset: number
  exceeded: boolean
}

export function createRateLimit(limit: () => number, now: () => number = () => Date.now()) {
  const requests = new Map<string, number[]>()
  return {
    /** Counts one request, unless the limit is used up. */
    count(accountId: string): RateState {
      const times = requests.get(accountId) ?? []
      requests.set(accountId, times)
      const start = now() - WINDOW_MS
      const firstInside = times.findIndex((time) => time > start)
      times.splice(0, firstInside < 0 ? times.length : firstInside)
      const exceeded = times.length >= limit()
      if (!exceeded) times.push(now())
      return {
        limit: limit(),
        remaining: Math.max(0, limit() - times.length),
        reset: Math.ceil(((times[0] ?? now()) + WINDOW_MS) / 1000),
        exceeded,
      }
    },
  }
}
