/** How long a call takes from the user's place to the region and back. */
import type { FactorRule } from '../context.ts'

/** A round trip that halves the score: people feel a tool call from about here on. */
const HALF_AT_MS = 100
/** A city that is not known is neither near nor far. */
const UNKNOWN = 0.5

export const location: FactorRule = {
  score({ region }, { latencyTo, request }) {
    if (!request.preferences.place) return 1
    const latency = latencyTo(region)
    return latency ? HALF_AT_MS / (HALF_AT_MS + latency.ms) : UNKNOWN
  },
  detail({ region }, { latencyTo, request }) {
    const { place } = request.preferences
    if (!place) return `In ${region}; you have named no place to be near to`
    const latency = latencyTo(region)
    if (!latency) return `How far ${region} is from ${place.label} is not known`
    const ms = `${Math.round(latency.ms)} ms`
    return latency.measured
      ? `${ms} from ${place.label}, measured`
      : `About ${ms} from ${place.label}, by the distance to ${region}`
  },
}
