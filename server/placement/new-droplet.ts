/**
 * Droplets that could be made for this deployment: every allowed size in every allowed region, within what the user and
 * their cloud account permit. They compete with the droplets that stand, by the same score.
 */
import { capacityOf, shortage } from './capacity.ts'
import type { Option } from './context.ts'
import type { NoNewDroplet, PlacementRequest, PlacementSize, Snapshot } from './types.ts'
import { dollars, list, plural, readable } from './words.ts'

/**
 * A new droplet costs at most so many times what the fleet costs already, and this much for a first one (or whatever
 * the cheapest costs that holds the deployment): growth that has not come yet is paid for in small steps.
 */
const GROWTH_STEP = 4
const FIRST_MICROS = 6e6

export interface NewDroplets {
  options: Option[]
  /** Why there are none. */
  refused: NoNewDroplet | null
}

/** @param sizes of the snapshot, in a fixed order */
export function newDroplets(snapshot: Snapshot, request: PlacementRequest, sizes: PlacementSize[]): NewDroplets {
  const refused = notAllowed(snapshot, request)
  if (refused) return { options: [], refused }
  const regions = regionsFor(snapshot, request)
  if ('constraint' in regions) return { options: [], refused: regions }
  const offered = sizesFor(snapshot, request, sizes, regions)
  if ('constraint' in offered) return { options: [], refused: offered }
  return {
    options: offered.flatMap((size) =>
      regions.filter((region) => size.regions.includes(region)).map((region) => emptyDroplet(size, region)),
    ),
    refused: null,
  }
}

/** What forbids every new droplet, whatever its size and region; null: nothing. */
export function notAllowed({ dropletsLeft, droplets }: Snapshot, request: PlacementRequest): NoNewDroplet | null {
  const { enabled, maxDropletsPerUser } = request.preferences.provisioning
  if (request.dropletId !== undefined)
    return { constraint: 'pinned', detail: 'A certain droplet was asked for.', change: 'Leave the choice to Berth.' }
  if (request.existingOnly)
    return {
      constraint: 'existing-only',
      detail: 'This may not create one.',
      change: 'Allow a new droplet for it, or make room.',
    }
  if (!enabled)
    return {
      constraint: 'off',
      detail: 'You have turned automatic droplets off.',
      change: 'Turn them on in your placement settings, or make room.',
    }
  if (maxDropletsPerUser !== null && droplets.length >= maxDropletsPerUser)
    return {
      constraint: 'max-droplets',
      detail: `You have ${plural(droplets.length, 'droplet')}, and allow ${maxDropletsPerUser}.`,
      change: 'Allow more droplets in your placement settings, or make room.',
    }
  if (dropletsLeft <= 0)
    return {
      constraint: 'account-full',
      detail: 'The cloud account may not create another one.',
      change: 'Ask DigitalOcean for a higher droplet limit, or delete one.',
    }
  return null
}

function regionsFor(snapshot: Snapshot, request: PlacementRequest): string[] | NoNewDroplet {
  const { forbiddenRegions, provisioning } = request.preferences
  const wished = request.regions ?? (provisioning.preferredRegions.length > 0 ? provisioning.preferredRegions : null)
  const allowed = snapshot.regions.filter(
    (region) => (wished?.includes(region) ?? true) && !forbiddenRegions.includes(region),
  )
  if (allowed.length > 0) return allowed
  const forbidden = (wished ?? snapshot.regions).filter((region) => forbiddenRegions.includes(region))
  if (forbidden.length > 0) return allForbidden(forbidden, wished, request)
  return {
    constraint: 'region',
    detail: `No droplet can be created in ${wished ? list(wished) : 'any region now'}.`,
    change: wished ? 'Allow another region.' : 'Try again later, or make room.',
  }
}

/** What is left over after these could not be had anyway. */
function allForbidden(forbidden: string[], wished: string[] | null, request: PlacementRequest): NoNewDroplet {
  const others = (wished ?? []).filter((region) => !forbidden.includes(region))
  const rest = others.length > 0 ? ` No droplet can be created in ${list(others)}.` : ''
  return {
    constraint: 'region',
    detail: `You have forbidden ${list(forbidden)}.${rest}`,
    change: `Allow ${forbidden.length > 1 ? 'one of them' : forbidden[0]} in your placement settings${request.regions ? ', or ask for another region' : wished ? ', or choose other regions for new droplets' : ''}.`,
  }
}

function sizesFor(
  { monthlyCostMicros }: Snapshot,
  request: PlacementRequest,
  sizes: PlacementSize[],
  regions: string[],
): PlacementSize[] | NoNewDroplet {
  const { forbiddenSizes, provisioning } = request.preferences
  const { monthlyBudgetMicros, defaultSize } = provisioning
  if (sizes.length === 0)
    return {
      constraint: 'size',
      detail: 'The cloud’s sizes and prices can’t be read right now.',
      change: 'Try again in a minute, or make room.',
    }
  const allowed = sizes.filter(
    ({ slug, regions: sold }) =>
      (request.sizes?.includes(slug) ?? true) &&
      !forbiddenSizes.includes(slug) &&
      sold.some((region) => regions.includes(region)),
  )
  const large = allowed.filter((size) => shortage(capacityOf(size), request) === null)
  if (large.length === 0)
    return {
      constraint: 'size',
      detail: `None ${request.sizes || forbiddenSizes.length > 0 ? 'of the allowed sizes' : 'of the sizes on sale'} in ${list(regions)} has ${readable(request)} beside what the system takes.`,
      change: 'Ask for less, or allow larger sizes.',
    }
  const cheapestMicros = Math.min(...large.map((size) => size.priceMonthlyMicros))
  const left = monthlyBudgetMicros === null ? Number.POSITIVE_INFINITY : monthlyBudgetMicros - monthlyCostMicros
  if (cheapestMicros > left)
    return {
      constraint: 'budget',
      detail: `The fleet costs ${dollars(monthlyCostMicros)} a month, the cheapest droplet for it ${dollars(cheapestMicros)} more, and your budget is ${dollars(monthlyBudgetMicros ?? 0)}.`,
      change: `Raise the budget to ${dollars(monthlyCostMicros + cheapestMicros)} or more, or make room.`,
    }
  const payable = large.filter((size) => size.priceMonthlyMicros <= left)
  const byDefault = payable.filter(({ slug }) => slug === defaultSize)
  if (byDefault.length > 0) return byDefault
  const step = Math.max(cheapestMicros, FIRST_MICROS, GROWTH_STEP * monthlyCostMicros)
  const inStep = payable.filter((size) => size.priceMonthlyMicros <= step)
  return request.preferences.preferredSizes.length > 0 ? inStep : undominated(inStep)
}

/** Without those that another one of their price or less beats in everything, wherever they are sold. */
function undominated(sizes: PlacementSize[]): PlacementSize[] {
  const kept: PlacementSize[] = []
  const cheapestFirst = [...sizes].sort(
    (a, b) => a.priceMonthlyMicros - b.priceMonthlyMicros || b.memoryBytes - a.memoryBytes || b.vcpus - a.vcpus,
  )
  for (const size of cheapestFirst) {
    const beaten = kept.some(
      (other) =>
        other.memoryBytes >= size.memoryBytes &&
        other.vcpus >= size.vcpus &&
        other.diskBytes >= size.diskBytes &&
        size.regions.every((region) => other.regions.includes(region)),
    )
    if (!beaten) kept.push(size)
  }
  return kept
}

export function emptyDroplet(size: PlacementSize, region: string): Option {
  const capacity = capacityOf(size)
  return {
    fresh: true,
    id: '',
    name: '',
    region,
    size: size.slug,
    capacity,
    free: capacity,
    used: null,
    containers: 0,
    templates: {},
    exclusiveHeld: false,
    state: 'ok',
    failures: 0,
    priceMonthlyMicros: size.priceMonthlyMicros,
  }
}
