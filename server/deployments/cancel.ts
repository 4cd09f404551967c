import { eq, sql } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { deployments } from '#db/schema/deployments.ts'
import type { DeploymentState } from '#db/schema/states.ts'
import { actorName, type Ctx, type UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { ownedTx, type Recorder } from '#server/tx.ts'
import { type DeploymentRow, findOwn } from './own.ts'
import { CANCEL_CHANNEL } from './queue/limits.ts'
import { restingState } from './resting.ts'
import { skipSteps } from './saga/rows.ts'

/**
 * A queued deployment is cancelled here and now; a running one gets a row that its saga reads before each step and
 * that aborts the step under way, and the same workflow undoes. Asking again changes nothing. Once the endpoint answers
 * from this attempt there is no way back, and the call says so rather than promise what will not happen.
 */
export async function cancelDeployment(
  ctx: UserCtx,
  input: { deploymentId: string },
): Promise<{ state: DeploymentState }> {
  return ownedTx(ctx, findOwn(input.deploymentId), (work) => cancelRow(ctx, work))
}

/** The caller holds the row's lock. */
export async function cancelRow(
  ctx: Ctx,
  { tx, row, record }: { tx: Tx; row: DeploymentRow; record: Recorder },
): Promise<{ state: DeploymentState }> {
  const by = actorName(ctx.actor)
  switch (row.state) {
    case 'queued': {
      const to = restingState(row, 'cancelled')
      await tx
        .update(deployments)
        .set({ state: to, cancelRequestedAt: new Date(), deadlineAt: null })
        .where(eq(deployments.id, row.id))
      await skipSteps(tx, row)
      await record.event(row.id, { type: 'cancel.requested', data: { by } })
      await record.event(row.id, { type: 'state', data: { from: 'queued', to, reason: 'cancelled' } })
      return { state: to }
    }
    case 'deploying':
      if (row.servingAttempt === row.attempt)
        throw new BerthError('CONFLICT', 'It is too late to cancel: its endpoint answers already.', {
          action: 'Delete it if you do not want it.',
        })
      if (row.cancelRequestedAt) break
      await tx.update(deployments).set({ cancelRequestedAt: new Date() }).where(eq(deployments.id, row.id))
      await record.event(row.id, { type: 'cancel.requested', data: { by } })
      await tx.execute(sql`select pg_notify(${CANCEL_CHANNEL}, ${row.id})`)
      return { state: row.state }
    case 'undoing':
    case 'cancelled':
      break
    default:
      throw new BerthError('CONFLICT', `There is nothing to cancel: it is ${row.state}.`)
  }
  await record.audit('deployment.cancel', `deployment:${row.id}`, { state: row.state })
  return { state: row.state }
}
