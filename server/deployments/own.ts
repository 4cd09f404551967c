/** Look-ups scoped to the owner: a foreign id is as good as a missing one (I7). */
import { and, eq } from 'drizzle-orm'
import type { Db, Tx } from '#db/client.ts'
import { deployments } from '#db/schema/deployments.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'

export type DeploymentRow = typeof deployments.$inferSelect

/** What a person has and may act on; a dry run is a validation's, and nobody else's. */
export const ownedBy = (userId: string) => and(eq(deployments.userId, userId), eq(deployments.purpose, 'serve'))

/** Locks the row, for a change in the same transaction. */
export const findOwn =
  (deploymentId: string) =>
  async (tx: Tx, userId: string): Promise<DeploymentRow | undefined> => {
    const [row] = await tx
      .select()
      .from(deployments)
      .where(and(eq(deployments.id, deploymentId), ownedBy(userId)))
      .for('update')
    return row
  }

/** @throws NOT_FOUND */
export async function getOwnDeployment(ctx: UserCtx, deploymentId: string, db: Db = ctx.db): Promise<DeploymentRow> {
  const [row] = await db
    .select()
    .from(deployments)
    .where(and(eq(deployments.id, deploymentId), ownedBy(ctx.actor.userId)))
  if (!row) throw new BerthError('NOT_FOUND', 'There is no such deployment.')
  return row
}
