/**
 * Which droplet gets a deployment, and why.
 *
 *   snapshot + request ─▶ ruleOut (each droplet: fits, or the constraint that rules it out)
 *                      ─▶ score (droplets that fit, best first) ─▶ existing
 *                      ─▶ cheapestSize (when none fits)         ─▶ create | none
 *
 * Pure: the same snapshot and request give the same decision, whatever the order of the snapshot's lists. Every
 * droplet is either a candidate or counted under the constraint that ruled it out (I10).
 */
import { type Capacity, capacityOf, readableBytes, shortage } from './capacity.ts'
import type {
  Choice,
  Decision,
  ExistingCandidate,
  Factor,
  FactorName,
  PlacementDroplet,
  PlacementRequest,
  PlacementSize,
  RuledOut,
  Snapshot,
} from './types.ts'

/** How many droplets a decision names; the rest is in the counts. */
const NAMED_MAX = 20

/** Memory is what MCP servers run out of first, so packing it tightly decides; a quiet droplet breaks near ties. */
const WEIGHTS: Record<FactorName, number> = {
  resources: 0.8,
  load: 0.2,
  location: 0,
  cost: 0,
  redundancy: 0,
  preferences: 0,
}

export function choose(snapshot: Snapshot, request: PlacementRequest): Decision {
  const fitting: ExistingCandidate[] = []
  const ruledOut: RuledOut[] = []
  for (const droplet of [...snapshot.droplets].sort(byNameThenId)) {
    const out = ruleOut(droplet, request)
    if (out) ruledOut.push({ dropletId: droplet.id, name: droplet.name, ...out, change: '' })
    else fitting.push(score(droplet, request))
  }
  // The sort is stable, so equal scores stay in the order of names.
  fitting.sort((a, b) => b.score - a.score)
  const ruledOutCounts: Decision['ruledOutCounts'] = {}
  for (const { constraint } of ruledOut) ruledOutCounts[constraint] = (ruledOutCounts[constraint] ?? 0) + 1
  const [best] = fitting
  const choice: Choice = best
    ? { kind: 'existing', dropletId: best.dropletId, name: best.name }
    : withoutDroplet(snapshot, request, ruledOut)
  return {
    choice,
    summary: summarize(choice, fitting.length, ruledOutCounts),
    candidates: fitting.slice(0, NAMED_MAX),
    ruledOut: ruledOut.slice(0, NAMED_MAX),
    ruledOutCounts,
    strategy: request.preferences.strategy,
    weights: WEIGHTS,
    noNewDroplet: null,
    forecast: null,
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const byNameThenId = (a: PlacementDroplet, b: PlacementDroplet): number =>
  compare(a.name, b.name) || compare(a.id, b.id)

/** The first constraint that the droplet breaks, from the user's wish down to the resources. */
function ruleOut(
  droplet: PlacementDroplet,
  request: PlacementRequest,
): Pick<RuledOut, 'constraint' | 'detail'> | undefined {
  if (request.dropletId !== undefined && droplet.id !== request.dropletId)
    return { constraint: 'not-requested', detail: 'Another droplet was asked for.' }
  if (droplet.state !== 'ok') return { constraint: 'unusable', detail: `It is ${droplet.reason ?? 'not ready'}.` }
  if (request.regions && !request.regions.includes(droplet.region))
    return { constraint: 'region', detail: `It is in ${droplet.region}, not in ${list(request.regions)}.` }
  if (droplet.exclusiveHeld) return { constraint: 'exclusive', detail: 'Another deployment has it for itself.' }
  if (request.exclusive && droplet.containers > 0)
    return { constraint: 'exclusive', detail: `It holds ${plural(droplet.containers, 'other deployment')}.` }
  if (request.spread && request.templateId !== undefined && (droplet.templates[request.templateId] ?? 0) > 0)
    return { constraint: 'spread', detail: 'Another deployment of this template is there.' }
  const short = shortage(droplet.free, request)
  if (short) return { constraint: short, detail: shortDetail(short, droplet.free, request) }
  return undefined
}

function shortDetail(short: 'memory' | 'cpu' | 'disk', free: Capacity, request: PlacementRequest): string {
  if (short === 'cpu') return `${vcpu(free.cpuMillis)} free, ${vcpu(request.cpuMillis)} needed.`
  const [has, needs] =
    short === 'memory' ? [free.memoryBytes, request.memoryBytes] : [free.diskBytes, request.diskBytes]
  return `${readableBytes(Math.max(0, has))} ${short} free, ${readableBytes(needs)} needed.`
}

function score(droplet: PlacementDroplet, request: PlacementRequest): ExistingCandidate {
  const memoryLeft = droplet.free.memoryBytes - request.memoryBytes
  const cpuLeft = droplet.free.cpuMillis - request.cpuMillis
  const factors: Factor[] = [
    factor(
      'resources',
      // CPU is halfway at one free vCPU: more than a few change nothing for one container.
      0.75 * (1 - memoryLeft / Math.max(droplet.capacity.memoryBytes, memoryLeft, 1)) +
        (0.25 * cpuLeft) / (cpuLeft + 1000),
      `${readableBytes(memoryLeft)} of memory and ${vcpu(cpuLeft)} left over`,
    ),
    factor('load', 1 / (1 + droplet.containers), `${plural(droplet.containers, 'deployment')} there`),
  ]
  return {
    kind: 'existing',
    dropletId: droplet.id,
    name: droplet.name,
    size: droplet.size,
    region: droplet.region,
    score: factors.reduce((sum, { points }) => sum + points, 0),
    factors,
  }
}

function factor(name: FactorName, value: number, detail: string): Factor {
  const score = rounded(value)
  return { name, score, weight: WEIGHTS[name], points: Math.round(score * WEIGHTS[name] * 1e6), detail }
}

/** Six digits: far below any difference that matters, and equal on every machine. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6

function withoutDroplet(snapshot: Snapshot, request: PlacementRequest, ruledOut: RuledOut[]): Choice {
  if (request.dropletId !== undefined) {
    const wanted = ruledOut.find((r) => r.dropletId === request.dropletId)
    return {
      kind: 'none',
      change: '',
      reason: wanted ? `${wanted.name} can't take it. ${wanted.detail}` : 'The droplet asked for is not in the fleet.',
    }
  }
  if (request.existingOnly)
    return { kind: 'none', change: '', reason: 'No droplet that runs has room, and this may not create one.' }
  const regions = request.regions ? snapshot.regions.filter((r) => request.regions?.includes(r)) : snapshot.regions
  if (regions.length === 0)
    return {
      kind: 'none',
      change: '',
      reason: `No droplet can be created in ${request.regions ? list(request.regions) : 'any region now'}.`,
    }
  const sizes = cheapestFirst(snapshot.sizes, request, regions)
  const [size] = sizes
  if (!size) return { kind: 'none', change: '', reason: tooBig(request, regions) }
  if (snapshot.dropletsLeft <= 0)
    return {
      kind: 'none',
      change: '',
      reason: 'No droplet has room, and the cloud account may not create another one.',
    }
  const region = homeRegion(
    snapshot,
    regions.filter((r) => size.regions.includes(r)),
  )
  return { kind: 'create', size: size.slug, region, priceMonthlyMicros: size.priceMonthlyMicros }
}

function cheapestFirst(sizes: PlacementSize[], request: PlacementRequest, regions: string[]): PlacementSize[] {
  return sizes
    .filter(
      (size) =>
        (!request.sizes || request.sizes.includes(size.slug)) &&
        size.regions.some((r) => regions.includes(r)) &&
        shortage(capacityOf(size), request) === null,
    )
    .sort(
      (a, b) => a.priceMonthlyMicros - b.priceMonthlyMicros || b.memoryBytes - a.memoryBytes || compare(a.slug, b.slug),
    )
}

/** One price in all regions, so the fleet's own region decides: fewest places to look at, shortest ways between. */
function homeRegion(snapshot: Snapshot, regions: string[]): string {
  const droplets = new Map<string, number>()
  for (const d of snapshot.droplets) droplets.set(d.region, (droplets.get(d.region) ?? 0) + 1)
  const [home = ''] = [...regions].sort((a, b) => (droplets.get(b) ?? 0) - (droplets.get(a) ?? 0) || compare(a, b))
  return home
}

function tooBig(request: PlacementRequest, regions: string[]): string {
  const needs = `${readableBytes(request.memoryBytes)} memory, ${vcpu(request.cpuMillis)} and ${readableBytes(request.diskBytes)} disk`
  const among = request.sizes ? `of the allowed sizes ${list(request.sizes)}` : 'of the sizes on sale'
  return `None ${among} in ${list(regions)} has ${needs} beside what the system takes.`
}

function summarize(choice: Choice, fitting: number, counts: Record<string, number>): string {
  const why = Object.entries(counts)
    .sort(([a], [b]) => compare(a, b))
    .map(([constraint, n]) => `${n} ${CONSTRAINT_PROSE[constraint] ?? constraint}`)
    .join(', ')
  if (choice.kind === 'none') return choice.reason
  if (choice.kind === 'existing')
    return fitting === 1
      ? `${choice.name} is the only droplet with room.`
      : `${choice.name} fits best of ${fitting} droplets with room.`
  const price = `$${(choice.priceMonthlyMicros / 1e6).toFixed(2)} a month`
  return `${why ? `No droplet has room (${why})` : 'The fleet is empty'}: a new ${choice.size} in ${choice.region} for ${price}.`
}

const CONSTRAINT_PROSE: Record<string, string> = {
  memory: 'short of memory',
  cpu: 'short of CPU',
  disk: 'short of disk',
  region: 'in another region',
  spread: 'with this template already',
  exclusive: 'not to be shared',
  'not-requested': 'not asked for',
  unusable: 'not usable now',
}

const vcpu = (millis: number): string => `${(Math.max(0, millis) / 1000).toFixed(2)} vCPU`
const plural = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`
/** At most five names, in a fixed order. */
const list = (names: string[]): string => {
  const sorted = [...names].sort(compare)
  return sorted.length > 5 ? `${sorted.slice(0, 5).join(', ')} and ${sorted.length - 5} more` : sorted.join(', ')
}
