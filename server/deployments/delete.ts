import { eq, sql } from 'drizzle-orm'
import { deployments } from '#db/schema/deployments.ts'
import type { DeploymentState } from '#db/schema/states.ts'
import { actorName, type UserCtx } from '#server/context.ts'
import { ownedTx } from '#server/tx.ts'
import { wakeWorkers } from './begin.ts'
import { DELETE_DEADLINE_MS } from './lifecycle/deadlines.ts'
import { findOwn } from './own.ts'
import { CANCEL_CHANNEL } from './queue/limits.ts'
import { skipSteps } from './saga/rows.ts'

/**
 * Answers at once. A saga under way keeps its lease, undoes itself first and then leaves the row to be claimed; what
 * nobody owns is claimed as it is.
 */
export async function deleteDeployment(
  ctx: UserCtx,
  input: { deploymentId: string },
): Promise<{ state: DeploymentState }> {
  return ownedTx(ctx, findOwn(input.deploymentId), async ({ tx, row, record }) => {
    if (row.state === 'deleting' || row.state === 'deleted') {
      await record.audit('deployment.delete', `deployment:${row.id}`, { state: row.state })
      return { state: row.state }
    }
    const owned = row.leaseOwner !== null
    const saga = row.state === 'deploying' || row.state === 'undoing'
    const asked = new Date()
    await tx
      .update(deployments)
      .set({
        state: 'deleting',
        deleteRequestedAt: asked,
        ...(saga && !row.cancelRequestedAt && { cancelRequestedAt: asked }),
        deadlineAt: sql`now() + ${DELETE_DEADLINE_MS} * interval '1 millisecond'`,
      })
      .where(eq(deployments.id, row.id))
    if (row.state === 'queued') await skipSteps(tx, row)
    if (saga && !row.cancelRequestedAt)
      await record.event(row.id, { type: 'cancel.requested', data: { by: actorName(ctx.actor) } })
    await record.event(row.id, { type: 'state', data: { from: row.state, to: 'deleting' } })
    if (owned) await tx.execute(sql`select pg_notify(${CANCEL_CHANNEL}, ${row.id})`)
    else await wakeWorkers(tx)
    return { state: 'deleting' }
  })
}
