/** The best candidates of a decision side by side: what the fleet costs with each, and what is worse than with the best. */
import type { PreviewChoice } from '#server/api/views-placement.ts'
import {
  type Candidate,
  choose,
  type Decision,
  type Forecast,
  type PlacementRequest,
  type Snapshot,
  type Wishable,
  whyLarger,
} from '#server/placement/index.ts'

const CHOICES = 3
/** In points of a million: less is no difference that a person would act on. */
const WORTH_SAYING = 20_000
/** What the page shows of a score. */
const SCORE_STEP = 10_000

/** What stands among the choices beside the best ones. */
interface Beside {
  /** The cheapest new droplet that holds it. */
  smallest?: Wishable | undefined
  /** What the person wants, whatever its rank. */
  asked?: Candidate | undefined
}

export function choicesOf(
  snapshot: Snapshot,
  request: PlacementRequest,
  decision: Decision,
  { smallest, asked }: Beside,
): PreviewChoice[] {
  const [best] = decision.candidates
  const shown = different(decision.candidates).slice(0, CHOICES)
  const bought = shown.find(({ kind }) => kind === 'create')
  const cheap = smallest && bought && cheaper(snapshot, request, smallest, bought)
  if (cheap && !shown.some((candidate) => candidate.kind === 'create' && candidate.size === cheap.size)) {
    // In place of the last one, which is the worst, but never of what it is held against.
    if (shown.length === CHOICES) shown.splice(shown.at(-1) === bought ? -2 : -1, 1)
    shown.push(cheap)
  }
  if (asked && !shown.some((candidate) => isSame(candidate, asked))) shown.push(asked)
  const bestForecast = best ? forecastOf(snapshot, request, best) : null
  return shown.map((candidate) => {
    const forecast = candidate === best ? bestForecast : forecastOf(snapshot, request, candidate)
    const addedMonthlyMicros = candidate.kind === 'create' ? candidate.priceMonthlyMicros : 0
    return {
      candidate,
      forecast,
      addedMonthlyMicros,
      monthlyMicros: snapshot.monthlyCostMicros + addedMonthlyMicros,
      best: candidate === best,
      whyLarger: reasonOf(candidate),
      consequences: !best || candidate === best ? [] : consequencesOf(candidate, best, forecast, bestForecast),
    }
  })

  /** Only of what Berth would buy, and of what the person asked for. */
  function reasonOf(candidate: Candidate): string | null {
    if (candidate.kind !== 'create') return null
    if (candidate === bought) return whyLarger(snapshot, request, candidate)
    const { size, region } = candidate
    return asked && isSame(candidate, asked)
      ? whyLarger(snapshot, { ...request, newDroplet: { size, region } }, candidate)
      : null
  }
}

/** Each size that would be bought once, in its best region: the same at the same price is no other choice. */
function different(candidates: readonly Candidate[]): Candidate[] {
  const sizes = new Set<string>()
  return candidates.filter((candidate) => {
    if (candidate.kind === 'existing') return true
    if (sizes.has(candidate.size)) return false
    sizes.add(candidate.size)
    return true
  })
}

/** The smallest as a candidate, where it costs less than what Berth would buy. */
function cheaper(
  snapshot: Snapshot,
  request: PlacementRequest,
  { size, bestRegion, priceMonthlyMicros }: Wishable,
  bought: Candidate,
): Candidate | undefined {
  if (bought.kind !== 'create' || priceMonthlyMicros >= bought.priceMonthlyMicros) return undefined
  return choose(snapshot, { ...request, newDroplet: { size, region: bestRegion } }).candidates[0]
}

/** As if nothing else were on offer. */
function forecastOf(snapshot: Snapshot, request: PlacementRequest, candidate: Candidate): Forecast | null {
  const { size, region } = candidate
  const only = candidate.kind === 'existing' ? { dropletId: candidate.dropletId } : { newDroplet: { size, region } }
  return choose(snapshot, { ...request, ...only }).forecast
}

const isSame = (a: Candidate, b: Candidate): boolean =>
  a.kind === 'existing'
    ? b.kind === 'existing' && a.dropletId === b.dropletId
    : b.kind === 'create' && a.size === b.size && a.region === b.region

/** What a person takes on by choosing it instead, worst first. */
function consequencesOf(
  candidate: Candidate,
  best: Candidate,
  forecast: Forecast | null,
  bestForecast: Forecast | null,
): string[] {
  const said: string[] = []
  const price = (c: Candidate) => (c.kind === 'create' ? c.priceMonthlyMicros : 0)
  const more = price(candidate) - price(best)
  if (more > 0) said.push(`Costs $${(more / 1e6).toFixed(2)} a month more.`)
  if (more < 0) said.push(`Costs $${(-more / 1e6).toFixed(2)} a month less.`)
  const slower = (forecast?.latencyMs ?? 0) - (bestForecast?.latencyMs ?? 0)
  if (forecast?.latencyMs != null && bestForecast?.latencyMs != null && slower >= 1)
    said.push(`${Math.round(slower)} ms farther away.`)
  const behind = best.score - candidate.score
  if (behind >= SCORE_STEP) said.push(`Scores ${(behind / 1e6).toFixed(2)} less.`)
  const worse = candidate.factors
    .map((factor) => ({
      factor,
      lost: (best.factors.find((f) => f.name === factor.name)?.points ?? 0) - factor.points,
    }))
    .filter(({ factor, lost }) => lost >= WORTH_SAYING && factor.name !== 'cost' && factor.name !== 'location')
    .sort((a, b) => b.lost - a.lost)
  for (const { factor } of worse) said.push(`Worse ${WORDS[factor.name]}: ${factor.detail}`)
  return said
}

const WORDS: Record<Candidate['factors'][number]['name'], string> = {
  resources: 'use of room',
  load: 'load',
  location: 'location',
  cost: 'cost',
  redundancy: 'redundancy',
  preferences: 'match with your preferences',
}
