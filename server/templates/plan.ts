/**
 * Many deployments at once: where they would go for the least money, how far that is at most from the cheapest fleet
 * that there can be, or what the whole fleet would be if it were made anew. Nothing is reserved. What one deployment may
 * not do, a plan doesn't either: stand beside what it must stand apart from, go where the person forbids, or need more
 * droplets than may be had. A budget is no bar: the plan says by how much it is above.
 */
import { and, eq, sql } from 'drizzle-orm'
import { deployments } from '#db/schema/deployments.ts'
import { reservations } from '#db/schema/fleet.ts'
import { templateVersions, toolCatalog } from '#db/schema/templates.ts'
import type { AutoDeployCriteria } from '#db/template-config.ts'
import type { PlanLimit, PlanView } from '#server/api/views-placement.ts'
import { preferencesFor, snapshotFor } from '#server/fleet/index.ts'
import type { PlacementPreferences, Snapshot } from '#server/placement/index.ts'
import {
  type PackProblem,
  type PlanAnswer,
  type PlannedContainer,
  packProblem,
  planFleetToEnd,
} from '#server/planning/index.ts'
import { findTemplate } from './catalogue.ts'
import type { TemplatesCtx } from './list.ts'
import { budgetOf, type DropletRoom, dropletRoom, limitOf, NO_SIZES } from './plan-limits.ts'

export interface PlanInput {
  items: { template: string; count: number }[]
  /** `add`: beside what runs, which stays where it is. `anew`: everything, as if no droplet were there. */
  mode: 'add' | 'anew'
  region?: string | undefined
  budgetMs: number
}

/** For a plan without a limit that another one has met: its number of droplets alone is asked for. */
const WITHOUT_LIMIT_MS = 300

/** A container with the name that people know it by. */
interface Named extends PlannedContainer {
  label: string
  /** Its template may not go everywhere. */
  narrowed: boolean
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
  const containers = [...running, ...wanted]
  const anew = input.mode === 'anew'
  const room = dropletRoom(snapshot, preferences, anew)
  const problem = packProblem(allowed(snapshot, preferences, input.region), containers, {
    ...(input.region && { region: input.region }),
    ...{ fromScratch: anew, dropletsMax: room.dropletsMax },
  })
  const { answer, limit } = await planWithin(problem, { room, snapshot, anew, budgetMs: input.budgetMs }, signal)
  const costs = costsOf(answer, snapshot, anew)
  return {
    mode: input.mode,
    ...costs,
    ...dropletsOf(answer, snapshot, { labels: new Map(containers.map(({ id, label }) => [id, label])), limit }),
    limit,
    budget: budgetOf(preferences, costs.monthlyMicros),
    ...wishesSaid(containers),
    elapsedMs: Math.round(answer.elapsedMs),
  }
}

interface Within {
  room: DropletRoom
  snapshot: Snapshot
  anew: boolean
  budgetMs: number
}

/** The plan, and the limit that keeps something out of it. How many droplets would be enough a quick plan without it says. */
async function planWithin(
  problem: PackProblem,
  { room, snapshot, anew, budgetMs }: Within,
  signal?: AbortSignal,
): Promise<{ answer: PlanAnswer; limit: PlanLimit | null }> {
  const planned = (each: PackProblem, ms: number) => planFleetToEnd(each, { budgetMs: ms, ...(signal && { signal }) })
  const answer = await planned(problem, budgetMs)
  const { unplaced } = answer.plan
  if (snapshot.sizes.length === 0) return { answer, limit: unplaced.length > 0 ? NO_SIZES : null }
  if (unplaced.length <= answer.hopeless.length) return { answer, limit: null }
  const { dropletsMax: _, ...unlimited } = problem
  const free = await planned(unlimited, WITHOUT_LIMIT_MS)
  const needed = free.plan.droplets.filter(({ kind }) => kind === 'new').length
  // The search can miss what is just enough.
  if (needed <= room.dropletsMax) return { answer: free, limit: null }
  return { answer, limit: limitOf(room, needed, { standing: snapshot.droplets.length, anew }) }
}

async function wantedOf(ctx: TemplatesCtx, { items }: PlanInput): Promise<Named[]> {
  const templates = await Promise.all(items.map(({ template }) => findTemplate(ctx, template)))
  return templates.flatMap(({ id: templateId, name, config, criteria }, i) =>
    Array.from({ length: items[i]?.count ?? 0 }, (_, n) => ({
      ...{ id: `${i}/${n}`, label: name, templateId, ...wishesOf(criteria) },
      memoryBytes: config.resources.memoryBytes,
      cpuMillis: config.resources.cpuMillis,
      diskBytes: config.resources.diskBytes,
    })),
  )
}

const wishesOf = ({ spread = false, exclusive = false, regions, sizes }: AutoDeployCriteria) => ({
  ...{ spread, exclusive },
  narrowed: regions !== undefined || sizes !== undefined,
})

/** What holds room now, each container once: of a redeploy under way both are there. */
const runningOf = (ctx: TemplatesCtx): Promise<Named[]> =>
  ctx.db
    .select({
      deploymentId: reservations.deploymentId,
      attempt: reservations.attempt,
      templateId: deployments.templateId,
      label: toolCatalog.displayName,
      criteria: sql<AutoDeployCriteria>`coalesce(${templateVersions.content}->'criteria', ${toolCatalog.autoDeployCriteria})`,
      memoryBytes: reservations.memoryBytes,
      cpuMillis: reservations.cpuMillis,
      diskBytes: reservations.diskBytes,
    })
    .from(reservations)
    .innerJoin(deployments, eq(deployments.id, reservations.deploymentId))
    .innerJoin(toolCatalog, eq(toolCatalog.id, deployments.templateId))
    .leftJoin(templateVersions, eq(templateVersions.id, deployments.templateVersionId))
    .where(and(eq(deployments.userId, ctx.actor.userId), eq(deployments.purpose, 'serve')))
    .then((rows) =>
      rows.map(({ deploymentId, attempt, criteria, ...rest }) => ({
        ...{ id: `${deploymentId}/${attempt}`, ...wishesOf(criteria) },
        ...rest,
      })),
    )

function wishesSaid(containers: Named[]): Pick<PlanView, 'standApart' | 'narrowed'> {
  const how = new Map<string, 'exclusive' | 'spread'>()
  for (const { label, exclusive, spread } of containers) {
    if (exclusive) how.set(label, 'exclusive')
    else if (spread && !how.has(label)) how.set(label, 'spread')
  }
  const narrowed = new Set(containers.filter((container) => container.narrowed).map(({ label }) => label))
  return { standApart: [...how].map(([name, each]) => ({ name, how: each })), narrowed: [...narrowed] }
}

/** What the person forbids is neither filled nor bought; new droplets come where they are wished. */
function allowed(snapshot: Snapshot, preferences: PlacementPreferences, region: string | undefined): Snapshot {
  const { forbiddenRegions, forbiddenSizes, forbiddenDroplets, provisioning } = preferences
  const wished = region === undefined ? provisioning.preferredRegions : [region]
  const mayBe = (at: string) => !forbiddenRegions.includes(at) && (wished.length === 0 || wished.includes(at))
  return {
    ...snapshot,
    droplets: snapshot.droplets.filter(
      (droplet) =>
        !forbiddenDroplets.includes(droplet.id) &&
        !forbiddenRegions.includes(droplet.region) &&
        !forbiddenSizes.includes(droplet.size),
    ),
    sizes: snapshot.sizes.filter(({ slug, regions }) => !forbiddenSizes.includes(slug) && regions.some(mayBe)),
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

function dropletsOf(
  { plan, hopeless }: PlanAnswer,
  snapshot: Snapshot,
  { labels, limit }: { labels: Map<string, string>; limit: PlanLimit | null },
) {
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
  // Nothing is too big for sizes that are not known.
  const tooBig = new Set(limit?.constraint === 'size' ? [] : hopeless)
  const because = (why: 'size' | 'limit', ids: string[]) => counted(ids).map((share) => ({ ...share, why }))
  const unplaced = [
    ...because(
      'size',
      plan.unplaced.filter((id) => tooBig.has(id)),
    ),
    ...because(
      'limit',
      plan.unplaced.filter((id) => !tooBig.has(id)),
    ),
  ]
  return { droplets, unplaced }
}
