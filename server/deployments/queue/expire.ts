/** What waited for a worker past its deadline is told so, instead of starting when nobody looks any more (I9). */
import { sql } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { type DeploymentError, deployments } from '#db/schema/deployments.ts'
import { BerthError } from '#server/errors.ts'
import type { Recorder } from '#server/tx.ts'
import { restingState } from '../resting.ts'
import { skipSteps } from '../saga/rows.ts'

/** A claim is short; the next one takes the rest. */
const EXPIRED_PER_CLAIM_MAX = 50

/** @returns how many ended */
export async function expireQueued(tx: Tx, record: Recorder): Promise<number> {
  const late = await tx
    .select()
    .from(deployments)
    .where(sql`${deployments.state} = 'queued' and ${deployments.deadlineAt} <= now()`)
    .limit(EXPIRED_PER_CLAIM_MAX)
    .for('update', { skipLocked: true })
  const { code, message, action } = new BerthError('STEP_TIMEOUT', 'No worker had room for it in time.')
  const error: DeploymentError = { code, message, action, step: null, leftovers: [] }
  for (const row of late) {
    const to = restingState(row, 'failed')
    await tx.update(deployments).set({ state: to, error, deadlineAt: null }).where(sql`${deployments.id} = ${row.id}`)
    await skipSteps(tx, row)
    await record.event(row.id, { type: 'state', data: { from: 'queued', to, reason: code } })
  }
  return late.length
}
