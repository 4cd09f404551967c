import { and, asc, eq, gt } from 'drizzle-orm'
import type { Db } from '#db/client.ts'
import { deploymentEvents } from '#db/schema/deployments.ts'
import type { UserCtx } from '#server/context.ts'
import type { DeploymentEvent } from './event-types.ts'
import { getOwnDeployment } from './own.ts'

/** One answer's worth; a reader with more to come asks again after the last number. */
export const EVENTS_PAGE_MAX = 1000

export async function listEvents(
  ctx: UserCtx,
  input: { deploymentId: string; after?: number },
): Promise<{ events: DeploymentEvent[] }> {
  await getOwnDeployment(ctx, input.deploymentId)
  return { events: await eventsAfter(ctx.db, input.deploymentId, input.after ?? 0) }
}

/** Not scoped: for callers that have checked the owner. */
export async function eventsAfter(db: Db, deploymentId: string, after: number): Promise<DeploymentEvent[]> {
  const rows = await db
    .select()
    .from(deploymentEvents)
    .where(and(eq(deploymentEvents.deploymentId, deploymentId), gt(deploymentEvents.n, after)))
    .orderBy(asc(deploymentEvents.n))
    .limit(EVENTS_PAGE_MAX)
  return rows.map(toEvent)
}

export const toEvent = (row: {
  n: number
  at: Date
  attempt: number
  type: string
  data: Record<string, unknown>
}): DeploymentEvent =>
  // Written only by `appendEvent`, whose input is this union.
  ({ n: row.n, at: row.at, attempt: row.attempt, type: row.type, data: row.data }) as DeploymentEvent
