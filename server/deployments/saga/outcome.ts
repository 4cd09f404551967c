/** How an attempt ends, each in one transaction that proves the lease: healthy, given up, undone. */
import { and, eq, sql } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { compensations, type DeploymentError, deploymentSteps, deployments } from '#db/schema/deployments.ts'
import type { StepId } from '#db/schema/states.ts'
import { BerthError } from '#server/errors.ts'
import { storableText } from '#server/storable.ts'
import type { Recorder } from '#server/tx.ts'
import { wakeWorkers } from '../begin.ts'
import { UNDO_DEADLINE_MS } from '../lifecycle/deadlines.ts'
import type { DeploymentRow } from '../own.ts'
import { restingState } from '../resting.ts'
import { skipSteps } from './rows.ts'

/** Nobody moves it on any more; a slot is free. */
export const RELEASED = { leaseOwner: null, workflowId: null, deadlineAt: null } as const

/** Last part of the last step's transaction. A deletion that was asked for meanwhile finds a whole deployment. */
export async function becomeHealthy(tx: Tx, record: Recorder, row: DeploymentRow): Promise<void> {
  const healthy = row.state === 'deploying'
  await tx
    .update(deployments)
    .set({
      ...RELEASED,
      ...(healthy && { state: 'healthy', error: null, cancelRequestedAt: null, healthyAt: new Date() }),
    })
    .where(eq(deployments.id, row.id))
  if (healthy) await record.event(row.id, { type: 'state', data: { from: 'deploying', to: 'healthy' } })
  await wakeWorkers(tx)
}

/**
 * The error and `undoing` stand in the database before the first undo: whatever happens to this process, the attempt
 * can no longer become healthy.
 */
export async function giveUp(
  tx: Tx,
  record: Recorder,
  row: DeploymentRow,
  failure: { step: StepId; error: BerthError; logTail: string[] },
): Promise<void> {
  const { code, action } = failure.error
  // A server's own words: what it failed of, and its undo, must be written whatever it said.
  const [message, logTail] = [storableText(failure.error.message), failure.logTail.map(storableText)]
  await tx
    .update(deploymentSteps)
    .set({ status: 'failed', message, startedAt: sql`coalesce(started_at, now())`, endedAt: sql`now()` })
    .where(
      and(
        eq(deploymentSteps.deploymentId, row.id),
        eq(deploymentSteps.attempt, row.attempt),
        eq(deploymentSteps.step, failure.step),
        sql`${deploymentSteps.status} in ('pending', 'running')`,
      ),
    )
  await skipSteps(tx, row)
  await record.event(row.id, {
    type: 'step.failed',
    data: { step: failure.step, error: { code, message, action }, logTail },
  })
  await beginUndo(tx, record, row, { code, message, action, step: failure.step, leftovers: [] })
}

/** A dry run has shown what it was to show: all that it made goes again. */
export async function endDryRun(tx: Tx, record: Recorder, row: DeploymentRow): Promise<void> {
  const { code, message, action } = new BerthError('DRY_RUN_ENDED', 'The server started and listed its tools.')
  await beginUndo(tx, record, row, { code, message, action, step: null, leftovers: [] })
}

async function beginUndo(tx: Tx, record: Recorder, row: DeploymentRow, error: DeploymentError): Promise<void> {
  if (row.state === 'deploying') {
    await tx
      .update(deployments)
      .set({ state: 'undoing', error, deadlineAt: sql`now() + ${UNDO_DEADLINE_MS} * interval '1 millisecond'` })
      .where(eq(deployments.id, row.id))
    await record.event(row.id, { type: 'state', data: { from: 'deploying', to: 'undoing', reason: error.code } })
  }
  const planned = await tx
    .select({ name: compensations.name })
    .from(compensations)
    .where(and(eq(compensations.deploymentId, row.id), eq(compensations.attempt, row.attempt)))
    .orderBy(sql`${compensations.seq} desc`)
  await record.event(row.id, { type: 'undo.started', data: { names: planned.map((line) => line.name) } })
}

/** The undo ended. @param leftovers what it could not remove: the reconciler's */
export async function becomeUndone(tx: Tx, record: Recorder, row: DeploymentRow, leftovers: string[]): Promise<void> {
  await tx
    .update(deploymentSteps)
    .set({ status: 'undone' })
    .where(
      and(
        eq(deploymentSteps.deploymentId, row.id),
        eq(deploymentSteps.attempt, row.attempt),
        eq(deploymentSteps.status, 'succeeded'),
      ),
    )
  if (row.state !== 'undoing') {
    // A deletion waits for this undo; its worker removes the rest.
    await tx.update(deployments).set(RELEASED).where(eq(deployments.id, row.id))
    await record.event(row.id, { type: 'undo.done', data: { name: 'all', message: 'Ready to be deleted' } })
    return wakeWorkers(tx)
  }
  const cancelled = row.error?.code === 'CANCELLED' || row.error?.code === 'DRY_RUN_ENDED'
  const to = restingState(row, cancelled ? 'cancelled' : 'failed')
  const restored = to === 'healthy' || to === 'stopped'
  // A cancelled redeploy leaves nothing to explain; a failed one does, above what goes on serving.
  const error = row.error && !(restored && cancelled) ? { ...row.error, leftovers } : null
  await tx
    .update(deployments)
    .set({ ...RELEASED, state: to, error })
    .where(eq(deployments.id, row.id))
  const reason = restored ? 'the attempt was undone' : undefined
  await record.event(row.id, { type: 'state', data: { from: 'undoing', to, ...(reason && { reason }) } })
  await wakeWorkers(tx)
}
