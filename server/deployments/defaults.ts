/** What the deploy form begins with: from the template, from this person's earlier deployments, from their fleet. */
import { and, count, eq, notInArray, sql } from 'drizzle-orm'
import { droplets } from '#db/schema/fleet.ts'
import { templateVersions, toolCatalog } from '#db/schema/templates.ts'
import type { EnvironmentVariable } from '#db/template-config.ts'
import type { DefaultsView } from '#server/api/views-templates.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { recentSaved, type Saved, valueFor } from './saved-values.ts'
import { sized, type Used } from './sizing.ts'

/** @throws NOT_FOUND for what people can't deploy */
export async function templateDefaults(ctx: UserCtx, input: { template: string }): Promise<DefaultsView> {
  const [found] = await ctx.db
    .select({
      id: toolCatalog.id,
      config: templateVersions.config,
      criteria: toolCatalog.autoDeployCriteria,
      status: templateVersions.status,
    })
    .from(toolCatalog)
    .innerJoin(
      templateVersions,
      and(eq(templateVersions.templateId, toolCatalog.id), eq(templateVersions.version, toolCatalog.version)),
    )
    .where(eq(toolCatalog.slug, input.template))
  if (!found || found.status === 'draft' || found.status === 'withdrawn')
    throw new BerthError('NOT_FOUND', 'There is no such template.', { field: 'template' })
  const { id, config, criteria } = found
  const [saved, region, used] = await Promise.all([
    recentSaved(ctx),
    homeRegion(ctx, criteria.regions),
    usedBy(ctx, id),
  ])
  const variables: DefaultsView['variables'] = {}
  for (const variable of config.environmentVariables)
    if (variable.value === undefined) variables[variable.name] = defaultOf(variable, id, saved)
  return { variables, region, resources: sized(config.resources, used) }
}

type VariableDefault = DefaultsView['variables'][string]

/** A value given to the same template is better than its default, which is better than one given to another. */
function defaultOf(variable: EnvironmentVariable, templateId: string, saved: Saved[]): VariableDefault {
  const isSecret = variable.isSecret
  if (variable.generate) return { from: 'generated' }
  const from = (own: Saved): VariableDefault[] => {
    const value = valueFor(variable, own)
    if (value === undefined) return []
    const { deploymentId, name: deploymentName } = own
    const sameTemplate = own.templateId === templateId
    return [{ from: 'saved', deploymentId, deploymentName, sameTemplate, ...(!isSecret && { value }) }]
  }
  const [same] = saved.filter((own) => own.templateId === templateId).flatMap(from)
  if (same) return same
  if (variable.default !== undefined) return { from: 'default', ...(!isSecret && { value: variable.default }) }
  const [other] = saved.flatMap(from)
  return other ?? { from: 'default' }
}

/** Where most of the person's droplets are, among the regions that the template allows. */
async function homeRegion(ctx: UserCtx, allowed: string[] | undefined): Promise<DefaultsView['region']> {
  const rows = await ctx.db
    .select({ slug: droplets.region, droplets: count() })
    .from(droplets)
    .where(and(eq(droplets.userId, ctx.actor.userId), notInArray(droplets.state, ['deleting', 'deleted'])))
    .groupBy(droplets.region)
    .orderBy(sql`count(*) desc`, droplets.region)
  const home = rows.find(({ slug }) => !allowed || allowed.includes(slug))
  if (home) {
    const all = rows.reduce((sum, row) => sum + row.droplets, 0)
    const reason = all === 1 ? 'Your droplet is there.' : `${home.droplets} of your ${all} droplets are there.`
    return { slug: home.slug, reason }
  }
  const [only, ...others] = allowed ?? []
  return only && others.length === 0 ? { slug: only, reason: 'The only region that this template allows.' } : null
}

/** What its containers used, whoever ran them: facts about the server. */
async function usedBy(ctx: UserCtx, templateId: string): Promise<Used | null> {
  const [row] = await ctx.db.execute<{ [K in keyof Used]: number | null }>(sql`
    select count(distinct d.id)::int as deployments, count(*)::int as samples,
      (percentile_disc(0.95) within group (order by u.memory_bytes))::float8 as "p95MemoryBytes",
      percentile_disc(0.95) within group (order by u.cpu_millis) as "p95CpuMillis"
    from usage_samples u join deployments d on d.id = u.deployment_id
    where d.template_id = ${templateId} and d.purpose = 'serve'`)
  if (!row?.samples || row.p95MemoryBytes === null || row.p95CpuMillis === null) return null
  const { samples, p95MemoryBytes, p95CpuMillis } = row
  return { deployments: row.deployments ?? 0, samples, p95MemoryBytes, p95CpuMillis }
}
