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

/** The promise that comes with a plan; never better than what was proven, and only of what has found room. */
export function certificate({ gap, mode, unplaced, droplets }: PlanView): string {
  const least = mode === 'anew' ? 'the cheapest possible fleet' : 'the cheapest fleet that keeps what stands'
  const what = unplaced.length > 0 ? `${least}, for what finds room` : least
  if (gap === null && (droplets.length === 0 || unplaced.some(({ why }) => why === 'limit')))
    return 'Nothing can be proven while something finds no room.'
  if (gap === null) return 'Nothing is proven about it yet.'
  if (gap < 0.0005) return `No fleet costs less: this is ${what}.`
  return `At most ${(Math.ceil(gap * 1000) / 10).toFixed(1)}\u00a0% above ${what}.`
}

export function costWords({ monthlyMicros, monthlyNowMicros }: PlanView): string {
  const difference = monthlyMicros - monthlyNowMicros
  if (difference === 0) return 'as much as your fleet costs now'
  return `${formatMonthly(Math.abs(difference))} ${difference > 0 ? 'more' : 'less'} than your fleet costs now`
}

/** Something that the plan must not pass over in silence. */
export interface PlanWarning {
  title: string
  text: string
  /** Whether it is for placement's settings to change. */
  settings: boolean
}

/** What finds no room and why, and what is dearer than it may be. */
export function planWarnings({ unplaced, limit, budget, monthlyMicros }: PlanView): PlanWarning[] {
  const named = (why: 'size' | 'limit') => {
    const shares = unplaced.filter((share) => share.why === why)
    return shares.length > 0 ? shares.map(({ name, count }) => `${count} × ${name}`).join(', ') : null
  }
  const tooBig = named('size')
  const beyond = named('limit')
  const warnings: PlanWarning[] = []
  if (tooBig)
    warnings.push({
      title: `No droplet can hold ${tooBig}`,
      text: 'It is too big for every size that you allow and for what is free on yours.',
      settings: false,
    })
  if (beyond && limit)
    warnings.push({
      title: `No room for ${beyond}`,
      text: `${limit.detail} ${limit.change}`,
      settings: limit.constraint === 'off' || limit.constraint === 'max-droplets',
    })
  if (budget && budget.overMicros > 0)
    warnings.push({
      title: `${formatMonthly(budget.overMicros)} over your budget`,
      text: `The fleet would cost ${formatMonthly(monthlyMicros)}, and you allow ${formatMonthly(budget.monthlyMicros)}: deployments beyond that are refused. Raise the budget, or plan less.`,
      settings: true,
    })
  return warnings
}

/** Within which budget the plan is; null where none is set or it is not kept. */
export const budgetWords = ({ budget, monthlyMicros }: PlanView): string | null =>
  budget && budget.overMicros === 0
    ? `${formatMonthly(budget.monthlyMicros - monthlyMicros)} below your budget of ${formatMonthly(budget.monthlyMicros)}.`
    : null

/** Who stands apart, and what the plan does not look at. */
export function planNotes({ standApart, narrowed }: PlanView): string[] {
  const who = (how: 'exclusive' | 'spread') =>
    standApart
      .filter((each) => each.how === how)
      .map(({ name }) => name)
      .join(', ')
  const notes: string[] = []
  if (who('exclusive')) notes.push(`Each on a droplet of its own: ${who('exclusive')}.`)
  if (who('spread')) notes.push(`Never two of the same on one droplet: ${who('spread')}.`)
  if (narrowed.length > 0)
    notes.push(
      `${narrowed.join(', ')} may only go to certain regions or sizes, which a plan does not see to: deploying may need other droplets.`,
    )
  return notes
}

export const fleetWords = ({ droplets }: PlanView): string => {
  const fresh = droplets.filter(({ kind }) => kind === 'new').length
  const kept = droplets.length - fresh
  if (droplets.length === 0) return 'Nothing is placed'
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
