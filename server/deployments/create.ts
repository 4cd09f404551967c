/**
 * The click on Deploy Now. One statement writes the deployment, its pending steps and the first event; the workers are
 * woken behind its commit. No workflow is started here, so the answer never waits for one.
 */
import { and, eq, lt, sql } from 'drizzle-orm'
import { v7 } from 'uuid'
import type { Db } from '#db/client.ts'
import { deployments } from '#db/schema/deployments.ts'
import { droplets } from '#db/schema/fleet.ts'
import type { TemplateConfig } from '#db/template-config.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import type { NewDropletWish, Strategy } from '#server/placement/types.ts'
import { refuseUnlessDeployable, type Standing } from './gate.ts'
import { insertDeployment, type NewDeployment } from './insert.ts'
import { reusedValues } from './saved-values.ts'
import { resolveVariables, sealVariables } from './variables.ts'

export interface CreateInput {
  template: string
  /** The same key of the same user gives the same deployment for 24 h. */
  idempotencyKey?: string
  version?: number
  variables?: Record<string, string>
  name?: string
  region?: string
  dropletId?: string
  /** A droplet of its own making, in place of `dropletId`; placement says whether there can be one. */
  newDroplet?: NewDropletWish
  /** For this deployment, in place of the person's own. */
  strategy?: Strategy
  /** Values by name, from own deployments that have them; `variables` wins where both give one. */
  reuse?: Record<string, string>
  /** In place of the template's own figures. */
  resources?: { memoryBytes?: number; cpuMillis?: number }
}

const IDEMPOTENCY_MS = 24 * 3600_000

export async function createDeployment(ctx: UserCtx, input: CreateInput): Promise<{ deploymentId: string }> {
  const template = await findTemplate(ctx, input)
  if (input.dropletId) await assertOwnDroplet(ctx, input.dropletId)
  const id = v7()
  const declared = template.config.environmentVariables
  const reused = await reusedValues(ctx, declared, input.reuse ?? {})
  const variables = resolveVariables(declared, withGiven(reused, input.variables ?? {}))
  const row: NewDeployment = {
    id,
    userId: ctx.actor.userId,
    purpose: 'serve',
    templateId: template.id,
    templateVersionId: template.versionId,
    name: input.name ?? template.displayName,
    isNameNumbered: input.name === undefined,
    priority: template.priority,
    idempotencyKey: input.idempotencyKey ?? null,
    region: input.region ?? null,
    dropletId: input.dropletId ?? null,
    newDroplet: input.newDroplet ?? null,
    strategy: input.strategy ?? null,
    resources: input.resources ?? null,
    allowNewDroplet: true,
    variables: sealVariables(ctx.vault, id, variables),
  }
  if (await insertDeployment(ctx.db, row)) return { deploymentId: id }
  // Only a taken key makes the insert do nothing: the double click, or a key whose day is over.
  const twin = await deploymentOfKey(ctx, input.idempotencyKey ?? '')
  if (twin) return { deploymentId: twin }
  await freeOldKey(ctx, input.idempotencyKey ?? '')
  if (await insertDeployment(ctx.db, row)) return { deploymentId: id }
  const second = await deploymentOfKey(ctx, input.idempotencyKey ?? '')
  if (second) return { deploymentId: second }
  throw new BerthError('CONFLICT', 'Another request uses this idempotency key right now.')
}

/** An empty field of a form asks for the value that is reused, as it asks for a default. */
function withGiven(reused: Record<string, string>, given: Record<string, string>): Record<string, string> {
  const said = Object.entries(given).filter(([name, value]) => value !== '' || !Object.hasOwn(reused, name))
  return { ...reused, ...Object.fromEntries(said) }
}

interface Template extends Standing {
  id: string
  displayName: string
  priority: number
  versionId: string
  /** It was published once. */
  wasPublic: boolean
  config: TemplateConfig
}

/** Look-ups under way by template and version: clicks of the same instant share one. */
const lookingUp = new WeakMap<Db, Map<string, Promise<Template | undefined>>>()

async function findTemplate(ctx: UserCtx, { template, version }: CreateInput): Promise<Template> {
  const underWay = lookingUp.get(ctx.db) ?? new Map<string, Promise<Template | undefined>>()
  lookingUp.set(ctx.db, underWay)
  const key = `${template} ${version ?? ''}`
  const lookUp =
    underWay.get(key) ?? readTemplate(ctx.db, template, version ?? null).finally(() => underWay.delete(key))
  underWay.set(key, lookUp)
  const found = await lookUp
  // What was never public answers as what does not exist, whatever became of it.
  const isUnknown = !found || found.status === 'draft' || (found.status === 'withdrawn' && !found.wasPublic)
  if (isUnknown)
    throw new BerthError('NOT_FOUND', 'There is no such template or version.', {
      field: version === undefined ? 'template' : 'version',
    })
  refuseUnlessDeployable(found, 'serve')
  return found
}

/** Plain SQL: the query builder would cost more than the query, and this one answers a click. */
async function readTemplate(db: Db, slug: string, version: number | null): Promise<Template | undefined> {
  const [row] = await db.execute<{ [K in keyof Template]: Template[K] }>(sql`
    select t.id, coalesce(v.content->>'displayName', t.display_name) as "displayName",
      coalesce((v.content->>'deploymentPriority')::int, t.deployment_priority) as priority, v.id as "versionId",
      v.config, v.status, v.published_at is not null as "wasPublic", t.upstream_status as "upstreamStatus", t.upstream_message as "upstreamMessage",
      (v.config->'package' is not null and v.package_lock is null) as "isUnresolved"
    from tool_catalog t
    join template_versions v on v.template_id = t.id and v.version = coalesce(${version}::int, t.version)
    where t.slug = ${slug}`)
  return row
}

async function assertOwnDroplet(ctx: UserCtx, dropletId: string): Promise<void> {
  const [row] = await ctx.db
    .select({ id: droplets.id })
    .from(droplets)
    .where(and(eq(droplets.id, dropletId), eq(droplets.userId, ctx.actor.userId)))
  if (!row) throw new BerthError('NOT_FOUND', 'There is no such droplet.', { field: 'dropletId' })
}

async function deploymentOfKey(ctx: UserCtx, key: string): Promise<string | null> {
  const [row] = await ctx.db
    .select({ id: deployments.id })
    .from(deployments)
    .where(
      and(
        eq(deployments.userId, ctx.actor.userId),
        eq(deployments.idempotencyKey, key),
        sql`${deployments.createdAt} > now() - ${IDEMPOTENCY_MS} * interval '1 millisecond'`,
      ),
    )
  return row?.id ?? null
}

async function freeOldKey(ctx: UserCtx, key: string): Promise<void> {
  await ctx.db
    .update(deployments)
    .set({ idempotencyKey: null })
    .where(
      and(
        eq(deployments.userId, ctx.actor.userId),
        eq(deployments.idempotencyKey, key),
        lt(deployments.createdAt, new Date(Date.now() - IDEMPOTENCY_MS)),
      ),
    )
}
