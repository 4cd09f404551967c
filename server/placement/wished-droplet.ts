/**
 * A new droplet that the user asked for by size and region. Their wish overrules what Berth would rather buy (small
 * steps, the size and regions for new ones, no size that another beats), and nothing that must hold: what they have
 * forbidden, what the template needs, the budget and every limit on droplets. Each refusal names wish and way out.
 */
import { capacityOf, shortage } from './capacity.ts'
import { contextOf } from './context.ts'
import { totalOf } from './explain.ts'
import { emptyDroplet, type NewDroplets, notAllowed } from './new-droplet.ts'
import type { NewDropletWish, NoNewDroplet, PlacementRequest, PlacementSize, Snapshot } from './types.ts'
import { compare, dollars, list, readable } from './words.ts'

/** What to do about a refusal that holds for every new droplet: making room elsewhere would not meet the wish. */
const WAYS_OUT: Partial<Record<NoNewDroplet['constraint'], string>> = {
  pinned: 'Ask for one of the two, or leave the choice to Berth.',
  'existing-only': 'Allow a new droplet for it, or leave the choice to Berth.',
  off: 'Turn them on in your placement settings, or leave the choice to Berth.',
  'max-droplets': 'Allow more droplets in your placement settings, or leave the choice to Berth.',
  'account-full': 'Ask DigitalOcean for a higher droplet limit, delete one, or leave the choice to Berth.',
}

/** The one droplet of the wish, or what forbids it. */
export function wishedDroplet(snapshot: Snapshot, request: PlacementRequest, wish: NewDropletWish): NewDroplets {
  const size = snapshot.sizes.find(({ slug }) => slug === wish.size)
  const forbidden = notAllowed(snapshot, request)
  const refused = forbidden
    ? { ...forbidden, change: WAYS_OUT[forbidden.constraint] ?? forbidden.change }
    : size
      ? notThere(snapshot, request, size, wish.region)
      : notOnSale(snapshot, wish)
  if (!size || refused) return { options: [], refused: refused && named(refused, wish) }
  return { options: [emptyDroplet(size, wish.region)], refused: null }
}

/** A size with the regions in which it may be asked for. */
export interface Wishable {
  size: string
  /** In a fixed order; never empty. */
  regions: string[]
  /** The one of `regions` that scores best; the user's own for new droplets come first. */
  bestRegion: string
  vcpus: number
  memoryBytes: number
  priceMonthlyMicros: number
}

/** All new droplets that may be asked for: exactly these are not refused. Cheapest first. */
export function wishable(snapshot: Snapshot, request: PlacementRequest): Wishable[] {
  if (notAllowed(snapshot, request)) return []
  const bestOf = bestRegions(snapshot, request)
  return snapshot.sizes
    .flatMap((size) => {
      const { slug, vcpus, memoryBytes, priceMonthlyMicros } = size
      const regions = [...new Set(size.regions)]
        .filter((each) => notThere(snapshot, request, size, each) === null)
        .sort()
      const bestRegion = bestOf(size, regions)
      return bestRegion === undefined ? [] : { size: slug, regions, bestRegion, vcpus, memoryBytes, priceMonthlyMicros }
    })
    .sort((a, b) => a.priceMonthlyMicros - b.priceMonthlyMicros || (a.size < b.size ? -1 : 1))
}

/** By score; of equals where most of the fleet is, then by name: as placement itself ranks them. */
function bestRegions(snapshot: Snapshot, request: PlacementRequest) {
  const sizes = [...snapshot.sizes].sort((a, b) => compare(a.slug, b.slug))
  const context = contextOf({ ...snapshot, sizes }, request)
  const inRegion = (region: string) => snapshot.droplets.filter((droplet) => droplet.region === region).length
  const held = new Map(snapshot.regions.map((region) => [region, inRegion(region)]))
  const own = request.preferences.provisioning.preferredRegions
  return (size: PlacementSize, regions: string[]): string | undefined => {
    const wished = regions.filter((region) => own.includes(region))
    const ranked = (wished.length > 0 ? wished : regions).map((region) => ({
      region,
      total: totalOf(emptyDroplet(size, region), context),
    }))
    ranked.sort(
      (a, b) =>
        b.total - a.total || (held.get(b.region) ?? 0) - (held.get(a.region) ?? 0) || compare(a.region, b.region),
    )
    return ranked[0]?.region
  }
}

const named = (refused: NoNewDroplet, { size, region }: NewDropletWish): NoNewDroplet => ({
  ...refused,
  detail: `You asked for a new ${size} in ${region}. ${refused.detail}`,
})

const notOnSale = ({ sizes }: Snapshot, { size }: NewDropletWish): NoNewDroplet =>
  sizes.length === 0
    ? {
        constraint: 'size',
        detail: 'The cloud’s sizes and prices can’t be read right now.',
        change: 'Try again in a minute, or leave the choice to Berth.',
      }
    : { constraint: 'size', detail: `${size} is not on sale.`, change: 'Ask for another size.' }

/** What forbids this size in this region; null: nothing. */
function notThere(
  snapshot: Snapshot,
  request: PlacementRequest,
  size: PlacementSize,
  region: string,
): NoNewDroplet | null {
  return (
    notThisSize(request, size) ?? notThisRegion(snapshot, request, size, region) ?? notPayable(snapshot, request, size)
  )
}

function notThisSize(request: PlacementRequest, size: PlacementSize): NoNewDroplet | null {
  if (request.preferences.forbiddenSizes.includes(size.slug))
    return {
      constraint: 'size',
      detail: `You have forbidden ${size.slug}.`,
      change: `Allow ${size.slug} in your placement settings, or ask for another size.`,
    }
  if (request.sizes && !request.sizes.includes(size.slug))
    return {
      constraint: 'size',
      detail: `This template goes on ${list(request.sizes)} only.`,
      change: `Ask for a new ${list(request.sizes)}.`,
    }
  const has = capacityOf(size)
  if (shortage(has, request) === null) return null
  return {
    constraint: 'size',
    detail: `Beside what the system takes it has ${readable(has)}; ${readable(request)} is needed.`,
    change: 'Ask for a larger size, or give the deployment less.',
  }
}

function notThisRegion(
  { regions }: Snapshot,
  request: PlacementRequest,
  size: PlacementSize,
  region: string,
): NoNewDroplet | null {
  if (request.preferences.forbiddenRegions.includes(region))
    return {
      constraint: 'region',
      detail: `You have forbidden ${region}.`,
      change: `Allow ${region} in your placement settings, or ask for another region.`,
    }
  if (request.regions && !request.regions.includes(region))
    return {
      constraint: 'region',
      detail: request.regions.length > 0 ? `It is to be in ${list(request.regions)}.` : 'It may be in no region.',
      change:
        request.regions.length > 0 ? `Ask for ${list(request.regions)}.` : 'Ask for a region that the template allows.',
    }
  if (!regions.includes(region))
    return {
      constraint: 'region',
      detail: `No droplet can be created in ${region} now.`,
      change: 'Ask for another region.',
    }
  if (size.regions.includes(region)) return null
  const sold = size.regions.filter((each) => regions.includes(each))
  return {
    constraint: 'region',
    detail: `${size.slug} is not on sale there.`,
    change: sold.length > 0 ? `Ask for ${list(sold)}, or for another size.` : 'Ask for another size.',
  }
}

function notPayable(
  { monthlyCostMicros }: Snapshot,
  request: PlacementRequest,
  { priceMonthlyMicros }: PlacementSize,
): NoNewDroplet | null {
  const { monthlyBudgetMicros } = request.preferences.provisioning
  const after = monthlyCostMicros + priceMonthlyMicros
  if (monthlyBudgetMicros === null || after <= monthlyBudgetMicros) return null
  return {
    constraint: 'budget',
    detail: `The fleet costs ${dollars(monthlyCostMicros)} a month, this droplet ${dollars(priceMonthlyMicros)} more, and your budget is ${dollars(monthlyBudgetMicros)}.`,
    change: `Raise the budget to ${dollars(after)} or more, or ask for a cheaper size.`,
  }
}
