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

/** @param wanted a droplet that stands among the choices whatever its rank, as long as it can take the deployment */
export function choicesOf(
  snapshot: Snapshot,
  request: PlacementRequest,
  decision: Decision,
  wanted?: string,
): PreviewChoice[] {
  const [best] = decision.candidates
  if (!best) return []
  const shown = decision.candidates.slice(0, CHOICES)
  const asked = decision.candidates.find((c) => c.kind === 'existing' && c.dropletId === wanted)
  if (asked && !shown.includes(asked)) shown.push(asked)
  const bestForecast = forecastOf(snapshot, request, best)
  return shown.map((candidate) => {
    const forecast = candidate === best ? bestForecast : forecastOf(snapshot, request, candidate)
    const addedMonthlyMicros = candidate.kind === 'create' ? candidate.priceMonthlyMicros : 0
    return {
      candidate,
      forecast,
      addedMonthlyMicros,
      monthlyMicros: snapshot.monthlyCostMicros + addedMonthlyMicros,
      consequences: candidate === best ? [] : consequencesOf(candidate, best, forecast, bestForecast),
    }
  })
}

/** As if nothing else were on offer. */
function forecastOf(snapshot: Snapshot, request: PlacementRequest, candidate: Candidate): Forecast | null {
  if (candidate.kind === 'existing') return choose(snapshot, { ...request, dropletId: candidate.dropletId }).forecast
  const closed = snapshot.droplets.map((droplet) => ({ ...droplet, state: 'unusable' as const }))
  const only = { ...request, sizes: [candidate.size], regions: [candidate.region] }
  return choose({ ...snapshot, droplets: closed }, only).forecast
}

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
