/**
 * Runs one step of a saga and is the only writer of its rows and events.
 *
 *   begin (lease, cancel, deadline; step.started) → step.run (effects, each after its undo is planned) → end
 *                                                        └── fails, is cancelled, is late ──▶ giveUp
 *
 * Every write proves the lease in its own transaction, and a step's end is written once, so a late end of a process
 * that lost its lease changes nothing.
 */
import { and, eq, sql } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { deploymentSteps, deployments } from '#db/schema/deployments.ts'
import type { StepId } from '#db/schema/states.ts'
import { BerthError, toBerthError } from '#server/errors.ts'
import { type Recorder, recordedTx } from '#server/tx.ts'
import { type Launch, launchOf } from '../launch/launch.ts'
import type { DeploymentRow } from '../own.ts'
import { openVariables, redactor } from '../variables.ts'
import type { SagaEnvironment } from './environment.ts'
import { Halt, haltError, Parked } from './halt.ts'
import { type Lease, lockOwned, planUndo, readOwned } from './lease.ts'
import { type Loaded, load } from './load.ts'
import { logTailOf } from './log-tail.ts'
import { isDatabaseOutage } from './outage.ts'
import { becomeHealthy, endDryRun, giveUp } from './outcome.ts'
import { createProgress } from './progress.ts'
import type { Step, StepContext } from './step.ts'

export type StepResult = 'done' | 'halted'

/** What ignores its abort for so long is left behind; its effects are named, so the undo or the reconciler finds them. */
const ABORT_GRACE_MS = 5_000

export async function runStep(
  env: SagaEnvironment,
  lease: Lease,
  name: StepId,
  o: { last: boolean },
): Promise<StepResult> {
  const loaded = await load(env.ctx, lease)
  const status = loaded.statusOf(name)
  if (status === 'failed' || loaded.row.state === 'undoing') return 'halted'
  // A process died between the end of this step and the engine's own note of it.
  if (status === 'succeeded') return 'done'

  const step = env.steps.find((known) => known.name === name)
  if (!step) return halt(env, lease, name, new BerthError('INTERNAL', `This version of Berth has no step ${name}.`))

  const controller = new AbortController()
  const look = async () => {
    const [row] = await env.ctx.db
      .select({
        owner: deployments.leaseOwner,
        epoch: deployments.leaseEpoch,
        cancel: deployments.cancelRequestedAt,
        attempt: deployments.attempt,
        serving: deployments.servingAttempt,
      })
      .from(deployments)
      .where(eq(deployments.id, lease.deploymentId))
    if (row?.owner !== lease.workerId || row.epoch !== lease.epoch) controller.abort(new Halt('lease'))
    else if (row.cancel && row.serving !== row.attempt) controller.abort(new Halt('cancel'))
  }
  // Before the row is read below, so that no cancel falls between the two.
  const forget = env.signals.add(lease.deploymentId, { controller, look })
  let timer: NodeJS.Timeout | undefined
  try {
    const begun = await begin(env, lease, step, status === 'running')
    if (begun.kind === 'halted') return 'halted'
    const endsAt = Math.min(
      Date.now() + step.deadlineMs(loaded.config),
      (begun.row.servingAttempt !== begun.row.attempt && begun.row.deadlineAt?.getTime()) || Number.POSITIVE_INFINITY,
    )
    timer = setTimeout(() => controller.abort(new Halt('deadline')), Math.max(1, endsAt - Date.now()))
    return await effect(env, lease, step, { ...loaded, row: begun.row }, controller.signal, endsAt, o.last)
  } finally {
    clearTimeout(timer)
    forget()
  }
}

async function begin(
  env: SagaEnvironment,
  lease: Lease,
  step: Step,
  resumed: boolean,
): Promise<{ kind: 'begun'; row: DeploymentRow } | { kind: 'halted' }> {
  return owned(env, lease, async (tx, record, row) => {
    const served = row.servingAttempt === row.attempt
    const cancelled = (row.cancelRequestedAt !== null || row.state !== 'deploying') && !served
    const late = row.deadlineAt !== null && row.deadlineAt.getTime() <= Date.now() && !served
    if (cancelled || late) {
      await giveUp(tx, record, row, {
        step: step.name,
        error: haltError(cancelled ? 'cancel' : 'deadline'),
        logTail: [],
      })
      return { kind: 'halted' }
    }
    await tx
      .update(deploymentSteps)
      .set({ status: 'running', message: step.message, startedAt: sql`coalesce(started_at, now())` })
      .where(stepRow(row, step.name))
    await record.event(row.id, {
      type: resumed ? 'step.resumed' : 'step.started',
      data: { step: step.name, message: resumed ? 'Taken up again' : step.message },
    })
    return { kind: 'begun', row }
  })
}

async function effect(
  env: SagaEnvironment,
  lease: Lease,
  step: Step,
  loaded: Loaded,
  signal: AbortSignal,
  endsAt: number,
  last: boolean,
): Promise<StepResult> {
  const progress = createProgress((data) =>
    owned(env, lease, async (tx, record, row) => {
      await tx.update(deploymentSteps).set({ message: data.message }).where(stepRow(row, step.name))
      await record.event(row.id, { type: 'step.progress', data })
    }).catch((err: unknown) => env.ctx.log.debug({ err, deployment: lease.deploymentId }, 'progress was not written')),
  )
  const c = contextOf(env, lease, step, loaded, signal, endsAt, progress.report)
  try {
    const result = await untilAborted(step.run(c), signal)
    await progress.end()
    return await end(env, lease, step, c, result, last)
  } catch (error) {
    await progress.end()
    if (error instanceof Parked) throw error
    const reason = signal.aborted && signal.reason instanceof Halt ? signal.reason.reason : null
    if (reason === 'lease' || reason === 'shutdown') throw new Parked(`halted: ${reason}`)
    if (reason === null && isDatabaseOutage(error)) throw error
    // Past the point of no return there is nothing to undo to: the step is taken up again until it ends well.
    if ((await readOwned(env.ctx.db, lease)).servingAttempt === loaded.row.attempt) throw error
    const known = reason ? haltError(reason) : withoutSecrets(toBerthError(error), c)
    if (known.code === 'INTERNAL')
      env.ctx.log.error({ err: error, deployment: lease.deploymentId, step: step.name }, 'a step broke')
    return halt(env, lease, step.name, known, logTailOf(error))
  }
}

/** An engine may repeat the command that it could not start, and arguments may hold secrets (I6). */
function withoutSecrets(error: BerthError, c: StepContext): BerthError {
  const message = redactor(c.config.environmentVariables, c.variables())(error.message)
  if (message === error.message) return error
  return new BerthError(error.code, message, { action: error.action, ...(error.field && { field: error.field }) })
}

async function end(
  env: SagaEnvironment,
  lease: Lease,
  step: Step,
  c: StepContext,
  result: Awaited<ReturnType<Step['run']>>,
  last: boolean,
): Promise<StepResult> {
  return owned(env, lease, async (tx, record, row) => {
    const [ended] = await tx
      .update(deploymentSteps)
      .set({ status: 'succeeded', message: result.message, endedAt: sql`now()`, output: { ...result.output } })
      .where(and(stepRow(row, step.name), eq(deploymentSteps.status, 'running')))
      .returning({ ms: sql<number>`extract(epoch from now() - started_at)::float8 * 1000` })
    if (!ended) throw new Parked('the step has ended already')
    await step.ending?.(tx, record, c, result.output)
    await record.event(row.id, {
      type: 'step.succeeded',
      data: { step: step.name, message: result.message, durationMs: Math.round(ended.ms) },
    })
    if (!last) return 'done'
    if (row.purpose === 'dry-run') {
      await endDryRun(tx, record, row)
      return 'halted'
    }
    await becomeHealthy(tx, record, row)
    return 'done'
  })
}

/** The attempt is over at this step. Writing it twice is prevented by the state that the first writing leaves. */
export async function halt(
  env: SagaEnvironment,
  lease: Lease,
  step: StepId,
  error: BerthError,
  logTail: string[] = [],
): Promise<'halted'> {
  await owned(env, lease, (tx, record, row) => giveUp(tx, record, row, { step, error, logTail }))
  return 'halted'
}

/** A transaction on a deployment that this worker holds. @throws Parked when another took over */
export const owned = <T>(
  env: Pick<SagaEnvironment, 'ctx'>,
  lease: Lease,
  work: (tx: Tx, record: Recorder, row: DeploymentRow) => Promise<T>,
): Promise<T> => recordedTx(env.ctx, null, async (tx, record) => work(tx, record, await lockOwned(tx, lease)))

const stepRow = (row: { id: string; attempt: number }, step: StepId) =>
  and(
    eq(deploymentSteps.deploymentId, row.id),
    eq(deploymentSteps.attempt, row.attempt),
    eq(deploymentSteps.step, step),
  )

function contextOf(
  env: SagaEnvironment,
  lease: Lease,
  step: Step,
  loaded: Loaded,
  signal: AbortSignal,
  endsAt: number,
  report: (data: { step: StepId; message: string }) => void,
): StepContext {
  let opened: Record<string, string> | undefined
  let launch: Launch | undefined
  const variables = () => {
    opened ??= openVariables(env.ctx.vault, loaded.row.id, loaded.row.variables)
    return opened
  }
  return {
    ctx: env.ctx,
    deps: env.deps,
    row: loaded.row,
    config: loaded.config,
    version: loaded.version,
    criteria: loaded.criteria,
    variables,
    launch() {
      launch ??= launchOf({ config: loaded.config, lock: loaded.version.packageLock, values: variables() })
      return launch
    },
    output: loaded.output,
    signal,
    remainingMs: () => Math.max(1, endsAt - Date.now()),
    progress: (message, amount) => report({ step: step.name, message, ...amount }),
    async willUndo(...lines) {
      signal.throwIfAborted()
      await planUndo(env.ctx.db, lease, loaded.row.attempt, lines)
    },
    async assertOwned() {
      signal.throwIfAborted()
      await readOwned(env.ctx.db, lease)
    },
    commit: (work) => owned(env, lease, (tx, record) => work(tx, record)),
  }
}

/** Settles with `work`, or, when that ignores its signal, a little after the abort. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  let onAbort = () => {}
  const late = new Promise<never>((_, reject) => {
    onAbort = () => {
      timer = setTimeout(() => reject(signal.reason), ABORT_GRACE_MS)
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}
