/** A decision's answer in points, sentences and forecasts, written only for what it names. */
import type { Context, Option } from './context.ts'
import { FACTORS } from './factors/index.ts'
import { MILLION } from './strategies.ts'
import {
  type Candidate,
  type Choice,
  type Constraint,
  FACTOR_NAMES,
  type Factor,
  type FactorName,
  type Forecast,
  type NoNewDroplet,
  type PlacementRequest,
  type RuledOut,
} from './types.ts'
import { compare, dollars } from './words.ts'

/** Whole millionths of what this factor gives the option. */
function scoreBy(name: FactorName, option: Option, context: Context): number {
  return Math.round(Math.min(1, Math.max(0, FACTORS[name].score(option, context))) * MILLION)
}
const pointsOf = (score: number, weight: number): number => Math.round((score * weight) / MILLION)

/** The sum of the points that `candidateOf` shows. */
export function totalOf(option: Option, context: Context): number {
  let total = 0
  for (const name of FACTOR_NAMES) {
    const weight = context.weights[name]
    if (weight > 0) total += pointsOf(scoreBy(name, option, context), weight)
  }
  return total
}

export function candidateOf(option: Option, context: Context): Candidate {
  const factors = FACTOR_NAMES.map((name): Factor => {
    const score = scoreBy(name, option, context)
    const weight = context.weights[name]
    return {
      name,
      score: score / MILLION,
      weight: weight / MILLION,
      points: pointsOf(score, weight),
      detail: FACTORS[name].detail(option, context),
    }
  })
  const scored = { score: factors.reduce((sum, { points }) => sum + points, 0), factors }
  const { size, region } = option
  return option.fresh
    ? { kind: 'create', size, region, priceMonthlyMicros: option.priceMonthlyMicros, ...scored }
    : { kind: 'existing', dropletId: option.id, name: option.name, size, region, ...scored }
}

export function choiceOf(option: Option): Choice {
  const { size, region, priceMonthlyMicros } = option
  return option.fresh
    ? { kind: 'create', size, region, priceMonthlyMicros }
    : { kind: 'existing', dropletId: option.id, name: option.name }
}

export function forecastOf(option: Option, context: Context): Forecast {
  const { capacity, free, region } = option
  const after = (has: number, isFree: number, wanted: number) =>
    has > 0 ? Math.round((1 - (isFree - wanted) / has) * MILLION) / MILLION : 1
  return {
    monthlyMicros: context.snapshot.monthlyCostMicros + (option.fresh ? option.priceMonthlyMicros : 0),
    memoryShareAfter: after(capacity.memoryBytes, free.memoryBytes, context.request.memoryBytes),
    cpuShareAfter: after(capacity.cpuMillis, free.cpuMillis, context.request.cpuMillis),
    latencyMs: context.latencyTo(region)?.ms ?? null,
  }
}

type Counts = Partial<Record<Constraint, number>>

export function summaryOf(choice: Choice, fitting: number, counts: Counts, request: PlacementRequest): string {
  if (choice.kind === 'none') return choice.reason
  if (choice.kind === 'existing' && request.earlierCopy) return `It stays on ${choice.name}, which has room.`
  if (choice.kind === 'existing' && request.dropletId !== undefined)
    return `${choice.name} was asked for, and has room.`
  if (choice.kind === 'existing')
    return fitting === 1
      ? `${choice.name} is the only droplet with room.`
      : `${choice.name} fits best of ${fitting} droplets with room.`
  const made = `a new ${choice.size} in ${choice.region} for ${dollars(choice.priceMonthlyMicros)} a month`
  if (request.newDroplet) return `As you asked: ${made}.`
  if (fitting > 0) return `Better than the ${fitting === 1 ? 'droplet' : `${fitting} droplets`} with room: ${made}.`
  const why = proseOf(counts)
  return `${why ? `No droplet has room (${why})` : 'The fleet is empty'}: ${made}.`
}

/** When no droplet has room and none may be made. */
export function nothingFits(
  counts: Counts,
  pinned: RuledOut | undefined,
  refused: NoNewDroplet | null,
  request: PlacementRequest,
): Choice {
  if (refused?.constraint === 'pinned') {
    if (pinned) return none(`${pinned.name} can't take it. ${pinned.detail}`, pinned.change)
    return none('The droplet asked for is not in the fleet.', 'Ask for another one, or leave the choice to Berth.')
  }
  // Whoever asked for a new one is not told of the room on others.
  const why = request.newDroplet ? '' : proseOf(counts)
  const detail = refused?.detail ?? ''
  return none(why ? `No droplet has room (${why}). ${detail}` : detail, refused?.change ?? '')
}

const none = (reason: string, change: string): Choice => ({ kind: 'none', reason, change })

const proseOf = (counts: Counts): string =>
  Object.entries(counts)
    .sort(([a], [b]) => compare(a, b))
    .map(([constraint, n]) => `${n} ${CONSTRAINT_PROSE[constraint as Constraint]}`)
    .join(', ')

const CONSTRAINT_PROSE: Record<Constraint, string> = {
  'not-requested': 'not asked for',
  excluded: 'not to be used',
  unusable: 'not usable now',
  held: 'held back',
  'forbidden-droplet': 'forbidden',
  'forbidden-region': 'in a forbidden region',
  'forbidden-size': 'of a forbidden size',
  region: 'in another region',
  exclusive: 'not to be shared',
  spread: 'with this template already',
  memory: 'short of memory',
  cpu: 'short of CPU',
  disk: 'short of disk',
}
