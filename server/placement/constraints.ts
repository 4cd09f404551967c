/** What a droplet may never be chosen against: each constraint with its reason and what would have to change. */
import { readableBytes, shortage } from './capacity.ts'
import type { Constraint, PlacementDroplet, PlacementRequest, RuledOut } from './types.ts'
import { list, plural, vcpu } from './words.ts'

/** The request with its lists as sets: it is asked once a droplet. */
export interface Limits {
  request: PlacementRequest
  regions: Set<string> | null
  excluded: Set<string>
  forbiddenRegions: Set<string>
  forbiddenDroplets: Set<string>
  forbiddenSizes: Set<string>
}

export function limitsOf(request: PlacementRequest): Limits {
  const { preferences } = request
  return {
    request,
    regions: request.regions ? new Set(request.regions) : null,
    excluded: new Set(request.excludeDropletIds),
    forbiddenRegions: new Set(preferences.forbiddenRegions),
    forbiddenDroplets: new Set(preferences.forbiddenDroplets),
    forbiddenSizes: new Set(preferences.forbiddenSizes),
  }
}

/**
 * The first constraint that the droplet breaks, from the user's wish down to the resources; null when it may be chosen.
 * Whoever names a droplet has overruled their own general wishes about droplets, regions and sizes.
 */
export function brokenBy(droplet: PlacementDroplet, limits: Limits): Constraint | null {
  const { request, regions } = limits
  if (request.newDroplet) return 'not-requested'
  if (request.dropletId !== undefined) {
    if (droplet.id !== request.dropletId) return 'not-requested'
  } else {
    if (limits.forbiddenDroplets.has(droplet.id)) return 'forbidden-droplet'
    if (limits.forbiddenRegions.has(droplet.region)) return 'forbidden-region'
    if (limits.forbiddenSizes.has(droplet.size)) return 'forbidden-size'
  }
  if (limits.excluded.has(droplet.id)) return 'excluded'
  if (droplet.state === 'held') return 'held'
  if (droplet.state !== 'ok') return 'unusable'
  if (regions && !regions.has(droplet.region)) return 'region'
  if (droplet.exclusiveHeld || (request.exclusive && droplet.containers > 0)) return 'exclusive'
  if (request.spread && request.templateId !== undefined && (droplet.templates[request.templateId] ?? 0) > 0)
    return 'spread'
  return shortage(droplet.free, request)
}

/** Written only for the few that a decision names. */
export function ruledOut(droplet: PlacementDroplet, constraint: Constraint, { request }: Limits): RuledOut {
  return { dropletId: droplet.id, name: droplet.name, constraint, ...proseOf(droplet, constraint, request) }
}

type Prose = Pick<RuledOut, 'detail' | 'change'>

function proseOf(droplet: PlacementDroplet, constraint: Constraint, request: PlacementRequest): Prose {
  switch (constraint) {
    case 'not-requested':
      if (request.earlierCopy)
        return { detail: 'It stays on another droplet.', change: 'Deploy it anew to have it elsewhere.' }
      return {
        detail: request.newDroplet ? 'A new droplet was asked for.' : 'Another droplet was asked for.',
        change: 'Ask for this one, or for none.',
      }
    case 'excluded':
      return { detail: 'This deployment is not to go there.', change: 'Leave it out of the excluded droplets.' }
    case 'forbidden-droplet':
      return { detail: 'You have forbidden this droplet.', change: 'Allow it in your placement settings.' }
    case 'forbidden-region':
      return {
        detail: `You have forbidden ${droplet.region}.`,
        change: `Allow ${droplet.region} in your placement settings.`,
      }
    case 'forbidden-size':
      return {
        detail: `You have forbidden ${droplet.size}.`,
        change: `Allow ${droplet.size} in your placement settings.`,
      }
    case 'held':
      return {
        detail: `It is held back: ${droplet.reason ?? 'it is not healthy'}.`,
        change: 'It opens again by itself once it is well, or you release it on its page.',
      }
    case 'unusable':
      return {
        detail: `It is ${droplet.reason ?? 'not ready'}.`,
        change: droplet.state === 'coming' ? 'Wait until it is ready.' : 'See to it on its page.',
      }
    case 'region':
      return {
        detail: `It is in ${droplet.region}, not in ${list(request.regions ?? [])}.`,
        change: `Allow ${droplet.region}.`,
      }
    case 'exclusive':
      return droplet.exclusiveHeld
        ? { detail: 'Another deployment has it for itself.', change: 'Remove that deployment, or let it share.' }
        : {
            detail: `It holds ${plural(droplet.containers, 'other deployment')}.`,
            change: 'Let this deployment share its droplet, or move the others.',
          }
    case 'spread':
      return {
        detail: 'Another deployment of this template is there.',
        change: 'Let two of them stand on one droplet.',
      }
    case 'memory':
    case 'cpu':
    case 'disk': {
      const short = shortProse(droplet, constraint, request)
      return request.earlierCopy === 'serving'
        ? { ...short, change: 'Stop it, then redeploy it: there is no room for both copies at once.' }
        : short
    }
  }
}

function shortProse(
  { free }: PlacementDroplet,
  constraint: 'memory' | 'cpu' | 'disk',
  wanted: PlacementRequest,
): Prose {
  if (constraint === 'cpu')
    return {
      detail: `${vcpu(free.cpuMillis)} free, ${vcpu(wanted.cpuMillis)} needed.`,
      change: `Free ${vcpu(wanted.cpuMillis - free.cpuMillis)} there, or ask for less.`,
    }
  const [has, needs] =
    constraint === 'memory' ? [free.memoryBytes, wanted.memoryBytes] : [free.diskBytes, wanted.diskBytes]
  return {
    detail: `${readableBytes(Math.max(0, has))} ${constraint} free, ${readableBytes(needs)} needed.`,
    change: `Free ${readableBytes(needs - has)} of ${constraint} there, or ask for less.`,
  }
}
