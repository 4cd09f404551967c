/** Queues the next attempt of a deployment: what redeploy and start share. */
import { eq, sql } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import type { Sealed } from '#db/schema/cloud.ts'
import { deployments } from '#db/schema/deployments.ts'
import type { Recorder } from '#server/tx.ts'
import type { DeploymentRow } from './own.ts'
import { stepsFor } from './purpose.ts'
import { QUEUE_DEADLINE_MS, WORK_CHANNEL } from './queue/limits.ts'

export async function queueNextAttempt(
  work: { tx: Tx; row: DeploymentRow; record: Recorder },
  o: { variables?: Sealed; reason: string },
): Promise<void> {
  const { tx, row, record } = work
  const attempt = row.attempt + 1
  await tx
    .update(deployments)
    .set({
      state: 'queued',
      attempt,
      error: null,
      cancelRequestedAt: null,
      leaseOwner: null,
      workflowId: null,
      sagaSteps: null,
      deadlineAt: sql`now() + ${QUEUE_DEADLINE_MS} * interval '1 millisecond'`,
      ...(o.variables && { variables: o.variables }),
    })
    .where(eq(deployments.id, row.id))
  await tx.execute(sql`
    insert into deployment_steps (deployment_id, attempt, step, position)
    select ${row.id}, ${attempt}, s.step, s.position - 1
    from unnest(${sql.param(`{${stepsFor(row.purpose).join(',')}}`)}::text[]) with ordinality as s(step, position)`)
  await record.event(row.id, { type: 'state', data: { from: row.state, to: 'queued', reason: o.reason } })
  await wakeWorkers(tx)
}

export const wakeWorkers = async (tx: Tx): Promise<void> => {
  await tx.execute(sql`select pg_notify(${WORK_CHANNEL}, '')`)
}
