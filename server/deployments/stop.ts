import { eq, sql } from 'drizzle-orm'
import { deployments } from '#db/schema/deployments.ts'
import type { DeploymentState } from '#db/schema/states.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { ownedTx } from '#server/tx.ts'
import { wakeWorkers } from './begin.ts'
import { STOP_DEADLINE_MS } from './lifecycle/deadlines.ts'
import { findOwn } from './own.ts'

/** Ends the container and its sessions; reservation, volumes and image stay, so that a start finds its place again. */
export async function stopDeployment(
  ctx: UserCtx,
  input: { deploymentId: string },
): Promise<{ state: DeploymentState }> {
  return ownedTx(ctx, findOwn(input.deploymentId), async ({ tx, row, record }) => {
    if (row.state === 'stopping' || row.state === 'stopped') {
      await record.audit('deployment.stop', `deployment:${row.id}`, { state: row.state })
      return { state: row.state }
    }
    if (row.state !== 'healthy' && row.state !== 'unhealthy')
      throw new BerthError('CONFLICT', `Only a running deployment can be stopped; it is ${row.state}.`, {
        action: row.state === 'queued' || row.state === 'deploying' ? 'Cancel it instead.' : 'Reload the page.',
      })
    await tx
      .update(deployments)
      .set({
        state: 'stopping',
        leaseOwner: null,
        workflowId: null,
        deadlineAt: sql`now() + ${STOP_DEADLINE_MS} * interval '1 millisecond'`,
      })
      .where(eq(deployments.id, row.id))
    await record.event(row.id, { type: 'state', data: { from: row.state, to: 'stopping' } })
    await wakeWorkers(tx)
    return { state: 'stopping' }
  })
}
