/** What a saga asks placement for: the template's needs, the deployment's wishes, the person's preferences. */
import type { PlacementPreferences, PlacementRequest } from '#server/placement/types.ts'
import type { Apart } from '../ports.ts'
import { earlierAttempt } from './earlier-attempt.ts'
import type { StepContext } from './step.ts'

export const apartOf = ({ row, criteria: { spread = false, exclusive = false } }: StepContext): Apart => ({
  templateId: row.templateId,
  spread,
  exclusive,
})

export async function requestOf(c: StepContext): Promise<PlacementRequest> {
  const { memoryBytes, cpuMillis, diskBytes } = c.config.resources
  const wished = c.row.requestedRegion
  const regions = wished ? (c.criteria.regions ?? [wished]).filter((region) => region === wished) : c.criteria.regions
  // Named volumes live on one droplet: the next attempt must find them, and waits for a droplet that is unreachable
  // rather than starting without its data elsewhere. A new droplet that was asked for is paid for once: the next
  // attempt stays on it.
  const wish = c.row.requestedNewDroplet
  const stays = c.config.volumes.length > 0 || wish !== null
  const bound = stays ? (await earlierAttempt(c))?.dropletId : undefined
  const dropletId = bound ?? c.row.requestedDropletId ?? undefined
  const preferences = await c.deps.fleet.preferencesFor(c.row.userId, c.row.requestedStrategy ?? undefined)
  return {
    memoryBytes,
    cpuMillis,
    diskBytes,
    ...apartOf(c),
    preferences: bound ? anywhere(preferences) : preferences,
    ...(regions && { regions }),
    ...(c.criteria.sizes && { sizes: c.criteria.sizes }),
    ...(dropletId ? { dropletId } : wish && { newDroplet: wish }),
    ...(bound && { earlierCopy: c.row.dropletId === bound ? ('serving' as const) : ('gone' as const) }),
    ...(!c.row.allowNewDroplet && { existingOnly: true }),
  }
}

/** A droplet that was forbidden later still has the data, or is paid for. */
const anywhere = (preferences: PlacementPreferences): PlacementPreferences => ({
  ...preferences,
  forbiddenRegions: [],
  forbiddenDroplets: [],
  forbiddenSizes: [],
})
