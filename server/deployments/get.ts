import { and, asc, eq } from 'drizzle-orm'
import { deploymentSteps, deployments } from '#db/schema/deployments.ts'
import { droplets } from '#db/schema/fleet.ts'
import type { DeploymentState } from '#db/schema/states.ts'
import { templateVersions, toolCatalog } from '#db/schema/templates.ts'
import type { DeploymentView } from '#server/api/views.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { standingColumns } from './gate.ts'
import { ownedBy } from './own.ts'
import { liveTokens } from './tokens.ts'
import { warningsOf } from './warnings.ts'

/** The gateway answers for it: a container serves, also while the next attempt is on its way. */
export const serves = (row: { servingAttempt: number | null; state: DeploymentState }): boolean =>
  row.servingAttempt !== null && !['stopping', 'stopped', 'deleting', 'deleted'].includes(row.state)

export async function getDeployment(ctx: UserCtx, input: { deploymentId: string }): Promise<DeploymentView> {
  const { db } = ctx
  const id = input.deploymentId
  const mine = and(eq(deployments.id, id), ownedBy(ctx.actor.userId))
  // The three go out together on pooled connections; what they return of a foreign id is dropped below (I7).
  const [[found], steps, tokens] = await Promise.all([
    db
      .select({
        row: deployments,
        template: { slug: toolCatalog.slug, name: toolCatalog.displayName },
        offered: { version: toolCatalog.version, status: toolCatalog.status },
        version: { number: templateVersions.version, config: templateVersions.config },
        standing: { ...standingColumns, note: templateVersions.note },
        droplet: { id: droplets.id, name: droplets.name, region: droplets.region, size: droplets.size },
      })
      .from(deployments)
      .innerJoin(toolCatalog, eq(toolCatalog.id, deployments.templateId))
      .innerJoin(templateVersions, eq(templateVersions.id, deployments.templateVersionId))
      .leftJoin(droplets, eq(droplets.id, deployments.dropletId))
      .where(mine),
    db
      .select({
        id: deploymentSteps.step,
        status: deploymentSteps.status,
        startedAt: deploymentSteps.startedAt,
        endedAt: deploymentSteps.endedAt,
        message: deploymentSteps.message,
      })
      .from(deploymentSteps)
      .innerJoin(
        deployments,
        and(eq(deployments.id, deploymentSteps.deploymentId), eq(deployments.attempt, deploymentSteps.attempt)),
      )
      .where(mine)
      .orderBy(asc(deploymentSteps.position)),
    liveTokens(db, id),
  ])
  if (!found) throw new BerthError('NOT_FOUND', 'There is no such deployment.')
  const { row, template, offered, version, standing, droplet } = found
  const isOffered =
    (offered.status === 'published' || offered.status === 'deprecated') && standing.upstreamStatus !== 'deleted'
  return {
    deploymentId: row.id,
    name: row.name,
    template,
    templateVersion: version.number,
    offeredVersion: isOffered ? offered.version : null,
    state: row.state,
    endpoint: serves(row) ? `${ctx.config.publicUrl}/mcp/${row.id}` : null,
    dropletId: row.dropletId,
    droplet,
    attempt: row.attempt,
    steps,
    error: row.error,
    tools: row.tools,
    era: row.era,
    protocolVersion: row.protocolVersion,
    serverInfo: row.serverInfo,
    transport: version.config.transport,
    image: version.config.image,
    imageDigest: row.imageDigest,
    resources: { ...version.config.resources, ...row.resources },
    lastEvent: row.lastEvent,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    healthyAt: row.healthyAt,
    tokens,
    warnings: warningsOf(standing),
  }
}
