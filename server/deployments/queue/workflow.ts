/**
 * The one durable workflow of deployments: which durable calls it makes, in which order. Replays depend on that order
 * (server/workflows/engine.ts: bump its version with it).
 */
import type { StepId } from '#db/schema/states.ts'
import { BerthError } from '#server/errors.ts'
import { durable } from '#server/workflows/index.ts'
import { runDelete } from '../lifecycle/delete.ts'
import { runStop } from '../lifecycle/stop.ts'
import type { SagaEnvironment } from '../saga/environment.ts'
import { Halt, Parked, parked } from '../saga/halt.ts'
import { findLease, type Lease } from '../saga/lease.ts'
import { halt, runStep } from '../saga/runner.ts'
import { runUndo } from '../saga/undo.ts'
import type { Work } from './claim.ts'

export interface Running {
  begin(workflowId: string): void
  end(workflowId: string): void
  /** It left without an outcome, by a defect or because Postgres is away: to be taken up again, later each time. */
  broken(workflowId: string): void
}

export async function runWorkflow(
  env: SagaEnvironment,
  running: Running,
  workflowId: string,
  work: Work,
): Promise<void> {
  const id = work.deploymentId
  running.begin(workflowId)

  /** Whatever is thrown past this would be stored as the workflow's outcome: so nothing is, and it stays unfinished. */
  async function guarded<T>(what: () => Promise<T>): Promise<T> {
    try {
      return await what()
    } catch (error) {
      const expected = error instanceof Parked || error instanceof Halt
      if (expected) env.ctx.log.info({ deployment: id, why: error.message }, 'left to its owner')
      else env.ctx.log.error({ err: error, deployment: id }, 'a workflow broke off; it will be taken up again')
      if (expected) running.end(workflowId)
      else running.broken(workflowId)
      return parked<T>()
    }
  }
  const step = <T>(name: string, what: (lease: Lease) => Promise<T>): Promise<T> =>
    durable(name, () => guarded(() => what(lease)))

  // Not a durable call: each run of this workflow has its own lease.
  const lease = await guarded(async () => {
    const found = await findLease(env.ctx.db, id, env.workerId)
    if (!found) throw new Parked('another worker owns it')
    return found
  })

  switch (work.kind) {
    case 'deploy': {
      const lastStep = work.steps.at(-1)
      for (const name of work.steps) {
        const result = await step(`step ${name}`, (held) => runStep(env, held, name, { last: name === lastStep }))
        if (result === 'done') continue
        await step('undo', (held) => runUndo(env, held))
        break
      }
      break
    }
    case 'undo': {
      const at: StepId = work.steps[0] ?? 'analysis'
      const error = new BerthError('INTERNAL', 'Berth was updated while this deployment was under way.')
      await step('give up', (held) => halt(env, held, at, error))
      await step('undo', (held) => runUndo(env, held))
      break
    }
    case 'stop':
      await step('stop', (held) => runStop(env, held))
      break
    case 'delete':
      await step('delete', (held) => runDelete(env, held))
      break
  }
  running.end(workflowId)
}
