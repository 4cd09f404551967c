/** Look-ups scoped to the owner: a foreign id is as good as a missing one (I7). */
import { and, eq } from 'drizzle-orm'
import type { Db, Tx } from '#db/client.ts'
import { deployments } from '#db/schema/deployments.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'

export type DeploymentRow = typeof deployments.$inferSelect

/** Locks the row, for a change in the same transaction. */
export const findOwn =
  (deploymentId: string) =>
  async (tx: Tx, userId: string): Promise<DeploymentRow | undefined> => {
    const [row] = await tx
      .select()
      .from(deployments)
      .where(and(eq(deployments.id, deploymentId), eq(deployments.userId, userId)))
      .for('update')
    return row
  }

/** @throws NOT_FOUND */
export async function getOwnDeployment(ctx: UserCtx, deploymentId: string, db: Db = ctx.db): Promise<DeploymentRow> {
  const [row] = await db
    .select()
    .from(deployments)
    .where(and(eq(deployments.id, deploymentId), eq(deployments.userId, ctx.actor.userId)))
  if (!row) throw new BerthError('NOT_FOUND', 'There is no such deployment.')
  return row
}
