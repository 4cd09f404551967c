/** What one more deployment would cost a person: placement asked against one snapshot, nothing reserved. */
import type { AutoDeployCriteria, TemplateConfig } from '#db/template-config.ts'
import type { CostView } from '#server/api/views-templates.ts'
import type { UserCtx } from '#server/context.ts'
import { toBerthError } from '#server/errors.ts'
import { type Fleet, preferencesFor, snapshotFor } from '#server/fleet/index.ts'
import {
  choose,
  type Decision,
  type NewDropletWish,
  type PlacementPreferences,
  type PlacementRequest,
  type Strategy,
} from '#server/placement/index.ts'

/** What of a template decides where it may go. */
interface Placed {
  id: string
  config: TemplateConfig
  criteria: AutoDeployCriteria
}

/** What a person asks for beside what the template needs. */
export interface Wish {
  region?: string | undefined
  dropletId?: string | undefined
  newDroplet?: NewDropletWish | undefined
  strategy?: Strategy | undefined
  resources?: { memoryBytes?: number | undefined; cpuMillis?: number | undefined } | undefined
}

export type CostOf = (template: Placed) => CostView

/** A marketplace page waits no longer than this for a cloud that hangs. */
const SNAPSHOT_TIMEOUT_MS = 4000

/** Never throws: a person without a cloud account, or with one that is down, still sees the catalogue (R20). */
export async function costsFor(ctx: UserCtx & { services: { fleet: Fleet } }): Promise<CostOf> {
  const base = { ...ctx, fleet: ctx.services.fleet }
  try {
    const { userId } = ctx.actor
    const [snapshot, preferences] = await Promise.all([
      snapshotFor(base, userId, { signal: AbortSignal.timeout(SNAPSHOT_TIMEOUT_MS) }),
      preferencesFor(ctx.db, userId),
    ])
    const known = new Map<string, CostView>()
    const there = new Set(snapshot.droplets.flatMap(({ templates }) => Object.keys(templates)))
    // Most of a catalogue asks for the same few sizes and is not in the fleet yet: each such request is placed once.
    return (template) => {
      const { templateId, ...rest } = requestOf(template, preferences)
      const request = there.has(template.id) ? { ...rest, templateId } : rest
      const key = JSON.stringify(request)
      const cost = known.get(key) ?? toCost(choose(snapshot, request))
      known.set(key, cost)
      return cost
    }
  } catch (error) {
    const known = toBerthError(error)
    if (known.code === 'INTERNAL') ctx.log.warn({ err: error }, 'no snapshot for the costs of the catalogue')
    const reason =
      known.code === 'INTERNAL' ? 'The cloud can’t be asked right now.' : `${known.message} ${known.action}`
    return () => ({ kind: 'none', reason })
  }
}

export function requestOf(
  { id, config, criteria }: Placed,
  preferences: PlacementPreferences,
  wish: Wish = {},
): PlacementRequest {
  const { diskBytes } = config.resources
  const { memoryBytes = config.resources.memoryBytes, cpuMillis = config.resources.cpuMillis } = wish.resources ?? {}
  const { region, dropletId, newDroplet } = wish
  const { sizes, exclusive = false, spread = false } = criteria
  const regions = region ? (criteria.regions ?? [region]).filter((r) => r === region) : criteria.regions
  return {
    ...{ memoryBytes, cpuMillis, diskBytes, regions, sizes, exclusive, spread },
    templateId: id,
    preferences,
    ...(dropletId && { dropletId }),
    ...(newDroplet && { newDroplet }),
  }
}

function toCost({ choice }: Decision): CostView {
  switch (choice.kind) {
    case 'existing':
      return { kind: 'existing', dropletName: choice.name }
    case 'create':
      return {
        kind: 'create',
        priceMonthlyMicros: choice.priceMonthlyMicros,
        size: choice.size,
        region: choice.region,
      }
    case 'none':
      return { kind: 'none', reason: choice.reason }
  }
}
