/** The best candidates of a decision side by side: what the fleet costs with each, and what is worse than with the best. */
import type { PreviewChoice } from '#server/api/views-placement.ts'
import {
  type Candidate,
  choose,
  type Decision,
  type Forecast,
  type PlacementRequest,
  type Snapshot,
} from '#server/placement/index.ts'

const CHOICES = 3
/** In points of a million: less is no difference that a person would act on. */
const WORTH_SAYING = 20_000
/** What the page shows of a score. */
const SCORE_STEP = 10_000

/** @param asked what the person wants: stands among the choices whatever its rank */
export function choicesOf(
  snapshot: Snapshot,
  request: PlacementRequest,
  decision: Decision,
  asked?: Candidate,
): PreviewChoice[] {
  const [best] = decision.candidates
  const shown = decision.candidates.slice(0, CHOICES)
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
      consequences: !best || candidate === best ? [] : consequencesOf(candidate, best, forecast, bestForecast),
    }
  })
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
