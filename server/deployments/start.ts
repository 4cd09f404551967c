import type { DeploymentState } from '#db/schema/states.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { ownedTx } from '#server/tx.ts'
import { queueNextAttempt } from './begin.ts'
import { refuseUnlessVersionDeployable } from './gate.ts'
import { findOwn } from './own.ts'

/** Starts a stopped deployment: a new attempt on the droplet that holds its reservation and volumes. */
export async function startDeployment(
  ctx: UserCtx,
  input: { deploymentId: string },
): Promise<{ state: DeploymentState }> {
  return ownedTx(ctx, findOwn(input.deploymentId), async (work) => {
    if (work.row.state !== 'stopped')
      throw new BerthError('CONFLICT', `Only a stopped deployment can be started; it is ${work.row.state}.`)
    await refuseUnlessVersionDeployable(work.tx, work.row)
    await queueNextAttempt(work, { reason: 'start' })
    return { state: 'queued' }
  })
}
