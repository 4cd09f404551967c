/** How numbers read on a page. Pure: the clock is passed in. */

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

export function formatRelative(at: Date, nowMs: number): string {
  const agoMs = nowMs - at.getTime()
  const past = agoMs >= 0
  const span = Math.abs(agoMs)
  // The page's clock ticks slowly: what happened since its last tick is not the future.
  if (past ? span < 10_000 : span < 30_000) return 'just now'
  const text =
    span < MINUTE_MS
      ? `${Math.floor(span / 1000)} s`
      : span < HOUR_MS
        ? `${Math.floor(span / MINUTE_MS)} min`
        : span < DAY_MS
          ? `${Math.floor(span / HOUR_MS)} h`
          : `${Math.floor(span / DAY_MS)} d`
  return past ? `${text} ago` : `in ${text}`
}

/** 0.2 s, 12.3 s, 2 min 5 s: as precise as a person can use. */
export function formatDuration(ms: number): string {
  const span = Math.max(0, ms)
  if (span < 100) return `${(span / 1000).toFixed(2)} s`
  if (span < MINUTE_MS) return `${(span / 1000).toFixed(1)} s`
  if (span < HOUR_MS) return `${Math.floor(span / MINUTE_MS)} min ${Math.floor((span % MINUTE_MS) / 1000)} s`
  return `${Math.floor(span / HOUR_MS)} h ${Math.floor((span % HOUR_MS) / MINUTE_MS)} min`
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** Binary steps with the short names that cloud panels use: 512 MB, 1.5 GB. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes)
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  const text = value >= 100 || Number.isInteger(value) ? Math.round(value).toString() : value.toFixed(1)
  return `${text} ${UNITS[unit]}`
}

/** Micro-dollars a month as `$6.00/mo`. */
export const formatMonthly = (micros: number): string => `$${(micros / 1_000_000).toFixed(2)}/mo`

export const formatCpu = (millis: number): string =>
  millis % 1000 === 0 ? `${millis / 1000} vCPU` : `${(millis / 1000).toFixed(2).replace(/0$/, '')} vCPU`

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`
