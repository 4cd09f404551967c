import type { PlacementPreferences } from './types.ts'

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
