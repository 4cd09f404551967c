/** What droplets cost: by the second, at most the monthly price (reached after 672 hours). */
import { sizeOf } from './catalog.ts'
import type { AccountRecord, DropletRecord } from './records.ts'

const MINIMUM_SECONDS = 60
const MINIMUM_DOLLARS = 0.01

/** Dollars of one droplet within the month of `now`. */
export function costThisMonth(droplet: DropletRecord, now: Date): number {
  const size = sizeOf(droplet.size)
  if (!size) return 0
  const monthStart = Date.UTC(now.getUTCFullYear(), now.getUTCMonth())
  const since = Math.max(Date.parse(droplet.createdAt), monthStart)
  const used = Math.max(MINIMUM_SECONDS, (now.getTime() - since) / 1000)
  return Math.min(size.price_monthly, Math.max(MINIMUM_DOLLARS, (size.price_hourly * used) / 3600))
}

export function addBilled(account: AccountRecord, droplet: DropletRecord, now: Date): void {
  const month = now.toISOString().slice(0, 7)
  account.billed[month] = (account.billed[month] ?? 0) + costThisMonth(droplet, now)
}

export function monthToDate(account: AccountRecord, now: Date): number {
  const gone = account.billed[now.toISOString().slice(0, 7)] ?? 0
  return account.droplets.reduce((sum, droplet) => sum + costThisMonth(droplet, now), gone)
}
