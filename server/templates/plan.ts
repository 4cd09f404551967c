/**
 * Many deployments at once: where they would go for the least money, how far that is at most from the cheapest fleet
 * that there can be, or what the whole fleet would be if it were made anew. Nothing is reserved.
 */
import { and, eq } from 'drizzle-orm'
import { deployments } from '#db/schema/deployments.ts'
import { reservations } from '#db/schema/fleet.ts'
import { toolCatalog } from '#db/schema/templates.ts'
import type { PlanView } from '#server/api/views-placement.ts'
import { preferencesFor, snapshotFor } from '#server/fleet/index.ts'
import type { PlacementPreferences, Snapshot } from '#server/placement/index.ts'
import { type PlanAnswer, type PlannedContainer, packProblem, planFleetToEnd } from '#server/planning/index.ts'
import { findTemplate } from './catalogue.ts'
import type { TemplatesCtx } from './list.ts'

export interface PlanInput {
  items: { template: string; count: number }[]
  /** `add`: beside what runs, which stays where it is. `anew`: everything, as if no droplet were there. */
  mode: 'add' | 'anew'
  region?: string | undefined
  budgetMs: number
}

/** A container with the name that people know it by. */
interface Named extends PlannedContainer {
  label: string
}

/** @throws NOT_FOUND for a template that people can't deploy, CLOUD_ACCOUNT_MISSING */
export async function planFleetFor(ctx: TemplatesCtx, input: PlanInput, signal?: AbortSignal): Promise<PlanView> {
  const { userId } = ctx.actor
  const [snapshot, preferences, wanted, running] = await Promise.all([
    snapshotFor({ ...ctx, fleet: ctx.services.fleet }, userId, signal ? { signal } : {}),
    preferencesFor(ctx.db, userId),
    wantedOf(ctx, input),
    input.mode === 'anew' ? runningOf(ctx) : [],
  ])
  const containers = [...running, ...wanted.containers]
  const anew = input.mode === 'anew'
  const problem = packProblem(allowed(snapshot, preferences), containers, {
    ...(input.region && { region: input.region }),
    fromScratch: anew,
  })
  const options = { budgetMs: input.budgetMs, ...(signal && { signal }) }
  const answer = await planFleetToEnd(problem, options)
  return {
    mode: input.mode,
    ...costsOf(answer, snapshot, anew),
    ...dropletsOf(answer, snapshot, new Map(containers.map((container) => [container.id, container.label]))),
    standApart: wanted.standApart,
    elapsedMs: Math.round(answer.elapsedMs),
  }
}

async function wantedOf(
  ctx: TemplatesCtx,
  { items }: PlanInput,
): Promise<{ containers: Named[]; standApart: string[] }> {
  const templates = await Promise.all(items.map(({ template }) => findTemplate(ctx, template)))
  const containers = templates.flatMap(({ name, config }, i) =>
    Array.from({ length: items[i]?.count ?? 0 }, (_, n) => ({
      ...{ id: `${i}/${n}`, label: name },
      memoryBytes: config.resources.memoryBytes,
      cpuMillis: config.resources.cpuMillis,
      diskBytes: config.resources.diskBytes,
    })),
  )
  const standApart = templates.filter(({ criteria }) => criteria.spread || criteria.exclusive).map(({ name }) => name)
  return { containers, standApart }
}

/** What holds room now, each container once: of a redeploy under way both are there. */
const runningOf = (ctx: TemplatesCtx): Promise<Named[]> =>
  ctx.db
    .select({
      deploymentId: reservations.deploymentId,
      attempt: reservations.attempt,
      label: toolCatalog.displayName,
      memoryBytes: reservations.memoryBytes,
      cpuMillis: reservations.cpuMillis,
      diskBytes: reservations.diskBytes,
    })
    .from(reservations)
    .innerJoin(deployments, eq(deployments.id, reservations.deploymentId))
    .innerJoin(toolCatalog, eq(toolCatalog.id, deployments.templateId))
    .where(and(eq(deployments.userId, ctx.actor.userId), eq(deployments.purpose, 'serve')))
    .then((rows) => rows.map(({ deploymentId, attempt, ...rest }) => ({ id: `${deploymentId}/${attempt}`, ...rest })))

/** What the person forbids is neither filled nor bought. */
function allowed(snapshot: Snapshot, preferences: PlacementPreferences): Snapshot {
  const { forbiddenRegions, forbiddenSizes, forbiddenDroplets, provisioning } = preferences
  const { enabled, maxDropletsPerUser } = provisioning
  const own = (maxDropletsPerUser ?? Number.POSITIVE_INFINITY) - snapshot.droplets.length
  return {
    ...snapshot,
    droplets: snapshot.droplets.filter(
      ({ id, region, size }) =>
        !forbiddenDroplets.includes(id) && !forbiddenRegions.includes(region) && !forbiddenSizes.includes(size),
    ),
    sizes: snapshot.sizes.filter(
      ({ slug, regions }) =>
        !forbiddenSizes.includes(slug) && regions.some((region) => !forbiddenRegions.includes(region)),
    ),
    dropletsLeft: enabled ? Math.max(0, Math.min(snapshot.dropletsLeft, own)) : 0,
  }
}

function costsOf({ plan, certificate }: PlanAnswer, snapshot: Snapshot, anew: boolean) {
  const standing = anew ? 0 : snapshot.monthlyCostMicros
  const monthlyMicros = standing + plan.cost
  const boundMonthlyMicros = certificate ? standing + certificate.bound : null
  return {
    monthlyNowMicros: snapshot.monthlyCostMicros,
    monthlyMicros,
    boundMonthlyMicros,
    gap: boundMonthlyMicros === null || boundMonthlyMicros <= 0 ? null : monthlyMicros / boundMonthlyMicros - 1,
  }
}

function dropletsOf({ plan }: PlanAnswer, snapshot: Snapshot, labels: Map<string, string>) {
  const counted = (ids: string[]) => {
    const counts = new Map<string, number>()
    for (const id of ids) counts.set(labels.get(id) ?? id, (counts.get(labels.get(id) ?? id) ?? 0) + 1)
    return [...counts].map(([name, count]) => ({ name, count }))
  }
  const known = new Map(snapshot.droplets.map((droplet) => [droplet.id, droplet]))
  const droplets: PlanView['droplets'] = plan.droplets.map((planned) => {
    const holds = counted(planned.items)
    if (planned.kind === 'new') return { kind: 'new', size: planned.size, priceMonthlyMicros: planned.price, holds }
    const { name = planned.id, size = '', region = '' } = known.get(planned.id) ?? {}
    return { kind: 'existing', dropletId: planned.id, name, size, region, holds }
  })
  return { droplets, unplaced: counted(plan.unplaced) }
}
