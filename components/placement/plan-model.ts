/** What the page says of a planned fleet: its droplets as blocks, its price, and how far that is from the least. Pure. */
import { formatMonthly, plural } from '#components/ui/format.ts'
import type { OffersView, PlannedShare, PlanView } from '#server/api/views-placement.ts'

/** An answer at once, then better ones: each asks with more time than the one before. */
export const BUDGETS_MS = [1000, 5000, 20_000] as const

export interface PlanItem {
  template: string
  count: number
}

export const COUNT_MAX = 500

/** What is asked for; a count that is none is left out. */
export const wanted = (counts: Readonly<Record<string, number>>): PlanItem[] =>
  Object.entries(counts)
    .filter(([, count]) => Number.isInteger(count) && count > 0)
    .map(([template, count]) => ({ template, count: Math.min(count, COUNT_MAX) }))

export const wantedCount = (items: readonly PlanItem[]): number => items.reduce((sum, { count }) => sum + count, 0)

/** The servers whose name or address holds every word that is searched, in their order. */
export function found<T extends { slug: string; name: string }>(servers: readonly T[], search: string): T[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return servers.filter(({ slug, name }) => words.every((word) => `${name} ${slug}`.toLowerCase().includes(word)))
}

export interface PlanBlock {
  key: string
  title: string
  where: string
  /** "stands already" or its price. */
  price: string
  isNew: boolean
  /** Equal new droplets are one block with a number. */
  times: number
  holds: PlannedShare[]
  /** 0-1 of the widest block, by memory. */
  width: number
}

/** New droplets of one size that hold the same are one block: a fleet of a hundred is read by its kinds. */
export function planBlocks(plan: PlanView, sizes: OffersView['sizes']): PlanBlock[] {
  const memory = new Map(sizes.map(({ slug, memoryBytes }) => [slug, memoryBytes]))
  const widest = Math.max(1, ...plan.droplets.map(({ size }) => memory.get(size) ?? 0))
  const blocks = new Map<string, PlanBlock>()
  for (const droplet of plan.droplets) {
    const isNew = droplet.kind === 'new'
    const holds = [...droplet.holds].sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
    const key = isNew ? `${droplet.size} ${JSON.stringify(holds)}` : droplet.dropletId
    const known = blocks.get(key)
    if (known) {
      known.times += 1
      continue
    }
    blocks.set(key, {
      key,
      title: isNew ? `New ${droplet.size}` : droplet.name,
      where: isNew ? '' : `${droplet.size} in ${droplet.region}`,
      price: isNew ? formatMonthly(droplet.priceMonthlyMicros) : 'stands already',
      isNew,
      times: 1,
      holds,
      // Doubles of memory are equal steps, as on the fleet map, so that the smallest can be read.
      width: Math.max(0.25, 1 + Math.log2(Math.max(1, memory.get(droplet.size) ?? widest) / widest) / 8),
    })
  }
  return [...blocks.values()].map((block) => (block.times > 1 ? { ...block, price: `${block.price} each` } : block))
}

/** The promise that comes with a plan; never better than what was proven. */
export function certificate({ gap, mode }: PlanView): string {
  const least = mode === 'anew' ? 'the cheapest possible fleet' : 'the cheapest fleet that keeps what stands'
  if (gap === null) return 'Nothing is proven about it yet.'
  if (gap < 0.0005) return `No fleet costs less: this is ${least}.`
  return `At most ${(Math.ceil(gap * 1000) / 10).toFixed(1)}\u00a0% above ${least}.`
}

export function costWords({ monthlyMicros, monthlyNowMicros }: PlanView): string {
  const difference = monthlyMicros - monthlyNowMicros
  if (difference === 0) return 'as much as your fleet costs now'
  return `${formatMonthly(Math.abs(difference))} ${difference > 0 ? 'more' : 'less'} than your fleet costs now`
}

export const unplacedWords = (unplaced: readonly PlannedShare[]): string | null =>
  unplaced.length === 0
    ? null
    : `No room for ${unplaced.map(({ name, count }) => `${count} × ${name}`).join(', ')}: too big for every size, or beyond the limits on new droplets.`

export const fleetWords = ({ droplets }: PlanView): string => {
  const fresh = droplets.filter(({ kind }) => kind === 'new').length
  const kept = droplets.length - fresh
  return [
    fresh > 0 ? plural(fresh, 'new droplet') : null,
    kept > 0 ? `room on ${plural(kept, 'droplet')} of yours` : null,
  ]
    .filter(Boolean)
    .join(' and ')
}

/** Of two answers the better: a later one with more time is never worse, but it may be late. */
export const better = (before: PlanView | null, after: PlanView): PlanView => {
  if (before === null) return after
  const missing = ({ unplaced }: PlanView) => unplaced.reduce((sum, { count }) => sum + count, 0)
  if (missing(after) !== missing(before)) return missing(after) < missing(before) ? after : before
  if (after.monthlyMicros !== before.monthlyMicros) return after.monthlyMicros < before.monthlyMicros ? after : before
  return (after.gap ?? 1) <= (before.gap ?? 1) ? after : before
}
