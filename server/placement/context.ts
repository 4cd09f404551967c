/** What all parts of one decision share, worked out once. */
import { estimatedRoundTripMs } from './geography.ts'
import { weightsOf } from './strategies.ts'
import type { FactorName, PlacementDroplet, PlacementRequest, Snapshot } from './types.ts'
import { microsOf, type Vector, vectorOf, type Worth, worthOf } from './worth.ts'

/** A droplet that stands, or one that would be made: then empty, nameless, and not paid for yet. */
export interface Option extends PlacementDroplet {
  fresh?: true
}

export interface Latency {
  ms: number
  measured: boolean
}

export interface Context {
  snapshot: Snapshot
  request: PlacementRequest
  wanted: Vector
  worth: Worth
  wantedMicros: number
  /** In whole millionths, a million in all. */
  weights: Record<FactorName, number>
  /** From the user's place; null when it is not told or the region's city is not known. */
  latencyTo: (region: string) => Latency | null
  /** For each factor that asks by list: sets, since a fleet may be long. */
  preferredDroplets: Set<string>
  preferredRegions: Set<string>
  preferredSizes: Set<string>
}

/** One factor: how good an option is by it alone, and the sentence that says why. */
export interface FactorRule {
  /** 0-1 */
  score(option: Option, context: Context): number
  detail(option: Option, context: Context): string
}

export function contextOf(snapshot: Snapshot, request: PlacementRequest): Context {
  const { preferences } = request
  const worth = worthOf(snapshot, request)
  const wanted = vectorOf(request)
  return {
    snapshot,
    request,
    wanted,
    worth,
    wantedMicros: microsOf(worth, wanted),
    weights: weightsOf(preferences),
    latencyTo: latencies(snapshot, request),
    preferredDroplets: new Set(preferences.preferredDroplets),
    preferredRegions: new Set(preferences.preferredRegions),
    preferredSizes: new Set(preferences.preferredSizes),
  }
}

function latencies({ latencyMs }: Snapshot, { preferences: { place } }: PlacementRequest): Context['latencyTo'] {
  const known = new Map<string, Latency | null>()
  const look = (region: string): Latency | null => {
    if (!place) return null
    const measured = latencyMs[region]
    if (measured !== undefined) return { ms: measured, measured: true }
    const ms = estimatedRoundTripMs(place, region)
    return ms === null ? null : { ms, measured: false }
  }
  return (region) => {
    let latency = known.get(region)
    if (latency === undefined) {
      latency = look(region)
      known.set(region, latency)
    }
    return latency
  }
}
