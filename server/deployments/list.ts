import { and, desc, eq, inArray, ne, type SQL, sql } from 'drizzle-orm'
import { deploymentSteps, deployments } from '#db/schema/deployments.ts'
import { droplets } from '#db/schema/fleet.ts'
import type { DeploymentState, StepId } from '#db/schema/states.ts'
import { templateVersions, toolCatalog } from '#db/schema/templates.ts'
import type { DeploymentSummary } from '#server/api/views.ts'
import type { UserCtx } from '#server/context.ts'
import { standingColumns } from './gate.ts'
import { ownedBy } from './own.ts'
import { warningsOf } from './warnings.ts'

/** More than a page can show; the newest come first. */
const LIST_MAX = 500

/** Without a filter by state, all but the deleted. @param input.ids only these, for a stream's changed rows */
export async function listDeployments(
  ctx: UserCtx,
  input: { state?: DeploymentState[]; template?: string; ids?: string[] },
): Promise<DeploymentSummary[]> {
  const where: (SQL | undefined)[] = [ownedBy(ctx.actor.userId)]
  if (input.state) where.push(inArray(deployments.state, input.state))
  else if (!input.ids) where.push(ne(deployments.state, 'deleted'))
  if (input.template) where.push(eq(toolCatalog.slug, input.template))
  if (input.ids) where.push(inArray(deployments.id, input.ids))
  const step = sql<{ id: StepId; index: number } | null>`(
    select json_build_object('id', s.step, 'index', s.position) from ${deploymentSteps} s
    where s.deployment_id = ${deployments.id} and s.attempt = ${deployments.attempt} and s.status = 'running'
    order by s.position desc limit 1)`
  const rows = await ctx.db
    .select({
      deploymentId: deployments.id,
      name: deployments.name,
      template: { slug: toolCatalog.slug, name: toolCatalog.displayName },
      state: deployments.state,
      step,
      droplet: { id: droplets.id, name: droplets.name },
      memoryBytes: sql<number>`coalesce(
        ${deployments.resources}->>'memoryBytes', ${templateVersions.config}->'resources'->>'memoryBytes')::bigint`.mapWith(
        Number,
      ),
      standing: { ...standingColumns, note: templateVersions.note },
      createdAt: deployments.createdAt,
      updatedAt: deployments.updatedAt,
      error: deployments.error,
    })
    .from(deployments)
    .innerJoin(toolCatalog, eq(toolCatalog.id, deployments.templateId))
    .innerJoin(templateVersions, eq(templateVersions.id, deployments.templateVersionId))
    .leftJoin(droplets, eq(droplets.id, deployments.dropletId))
    .where(and(...where))
    .orderBy(desc(deployments.createdAt))
    .limit(LIST_MAX)
  return rows.map(({ error, standing, ...row }) => ({
    ...row,
    errorMessage: error?.message ?? null,
    warnings: warningsOf(standing),
  }))
}
