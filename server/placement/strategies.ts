/** Strategies are presets of weights, which a user may override factor by factor. */
import { FACTOR_NAMES, type FactorName, type PlacementPreferences, type Strategy } from './types.ts'

/** Scores, weights and points are counted in whole millionths, so that they add up exactly. */
export const MILLION = 1_000_000

/**
 * In percent. By default money decides between a paid droplet and a new one, tight packing between paid ones, and the
 * rest where it differs much: a droplet that fails deployments, is far away, or holds the other replica.
 */
const PRESETS: Record<Strategy, Record<FactorName, number>> = {
  balanced: { resources: 20, load: 10, location: 10, cost: 40, redundancy: 10, preferences: 10 },
  pack: { resources: 50, load: 4, location: 4, cost: 35, redundancy: 2, preferences: 5 },
  spread: { resources: 2, load: 18, location: 5, cost: 25, redundancy: 45, preferences: 5 },
  cheapest: { resources: 28, load: 2, location: 2, cost: 65, redundancy: 1, preferences: 2 },
  nearest: { resources: 8, load: 5, location: 60, cost: 20, redundancy: 2, preferences: 5 },
}

/** Whole millionths, a million in all: the rounding goes to the heaviest. */
export function weightsOf({ strategy, weights: own }: PlacementPreferences): Record<FactorName, number> {
  const wished = { ...PRESETS[strategy] }
  for (const name of FACTOR_NAMES) {
    const weight = own?.[name]
    if (weight !== undefined && Number.isFinite(weight) && weight >= 0) wished[name] = weight
  }
  const sum = (of: Record<FactorName, number>) => FACTOR_NAMES.reduce((total, name) => total + of[name], 0)
  const total = sum(wished)
  // All at nothing is no wish at all.
  if (total === 0) return weightsOf({ strategy } as PlacementPreferences)
  const weights = { ...wished }
  for (const name of FACTOR_NAMES) weights[name] = Math.round((wished[name] / total) * MILLION)
  const heaviest = FACTOR_NAMES.reduce((a, b) => (weights[b] > weights[a] ? b : a))
  weights[heaviest] += MILLION - sum(weights)
  return weights
}

/** Of somebody who has said nothing yet. */
export const DEFAULT_PREFERENCES: PlacementPreferences = {
  strategy: 'balanced',
  place: null,
  preferredRegions: [],
  forbiddenRegions: [],
  preferredDroplets: [],
  forbiddenDroplets: [],
  preferredSizes: [],
  forbiddenSizes: [],
  provisioning: {
    enabled: true,
    maxDropletsPerUser: null,
    preferredRegions: [],
    defaultSize: null,
    autoScaleEnabled: true,
    monthlyBudgetMicros: null,
  },
}
