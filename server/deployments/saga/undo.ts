/** Runs the undo log backwards (I4): idempotent, bounded, and what it can't remove is named instead of retried forever. */
import { setTimeout as delay } from 'node:timers/promises'
import { and, desc, eq, inArray, isNull } from 'drizzle-orm'
import { compensations } from '#db/schema/deployments.ts'
import { droplets } from '#db/schema/fleet.ts'
import { toBerthError } from '#server/errors.ts'
import type { SagaEnvironment } from './environment.ts'
import { Halt, Parked } from './halt.ts'
import { type CompensationRow, type Lease, readOwned } from './lease.ts'
import { isDatabaseOutage } from './outage.ts'
import { becomeUndone } from './outcome.ts'
import { owned } from './runner.ts'
import type { Compensation, Undo } from './step.ts'

/** With the pauses below about six seconds: longer than a lost connection takes to stand again. */
const TRIES_MAX = 5
const PAUSE_MS = 200
const TRY_MS = 30_000

export async function runUndo(env: SagaEnvironment, lease: Lease): Promise<void> {
  const start = await readOwned(env.ctx.db, lease)
  const controller = new AbortController()
  const look = async () => {
    await readOwned(env.ctx.db, lease).catch((error: unknown) => {
      if (error instanceof Parked) controller.abort(new Halt('lease'))
    })
  }
  const forget = env.signals.add(lease.deploymentId, { controller, look })
  try {
    const lines = await pending(env, lease.deploymentId, start.attempt)
    const unreachable = new Set<string>()
    for (const line of lines) await undoLine(env, lease, line, controller.signal, unreachable)
    await forgiveRemovedDroplets(env, lease, start.attempt)
    const left = await pending(env, lease.deploymentId, start.attempt)
    const leftovers = left.map(nameOf)
    await owned(env, lease, (tx, record, row) => becomeUndone(tx, record, row, leftovers))
  } finally {
    forget()
  }
}

const pending = (env: SagaEnvironment, deploymentId: string, attempt: number): Promise<CompensationRow[]> =>
  env.ctx.db
    .select()
    .from(compensations)
    .where(
      and(
        eq(compensations.deploymentId, deploymentId),
        eq(compensations.attempt, attempt),
        isNull(compensations.doneAt),
      ),
    )
    .orderBy(desc(compensations.seq))

async function undoLine(
  env: SagaEnvironment,
  lease: Lease,
  line: CompensationRow,
  signal: AbortSignal,
  unreachable: Set<string>,
): Promise<void> {
  const undo = undoOf(env, line.name)
  const dropletId = dropletOf(line)
  // Written by `willUndo` from a Compensation.
  const args = line.args as Compensation['args']
  const tries = dropletId && unreachable.has(dropletId) ? 1 : TRIES_MAX
  let failure = 'this version of Berth does not know it'
  for (let nth = 1; undo && nth <= tries; nth++) {
    if (signal.aborted) throw new Parked('halted while undoing')
    const row = await readOwned(env.ctx.db, lease)
    try {
      const u = { ctx: env.ctx, deps: env.deps, row, signal: AbortSignal.any([signal, AbortSignal.timeout(TRY_MS)]) }
      const message = await undo(u, args)
      return await settle(env, lease, line, { done: true, message })
    } catch (error) {
      if (error instanceof Parked || isDatabaseOutage(error)) throw error
      failure = toBerthError(error).message
      env.ctx.log.info({ err: error, deployment: lease.deploymentId, undo: line.name, nth }, 'an undo did not work yet')
      const over = row.deadlineAt !== null && row.deadlineAt.getTime() <= Date.now()
      if (over) break
      if (nth < tries) await delay(PAUSE_MS * 2 ** nth, undefined, { signal }).catch(() => {})
    }
  }
  if (dropletId) unreachable.add(dropletId)
  await settle(env, lease, line, { done: false, message: failure })
}

const settle = (
  env: SagaEnvironment,
  lease: Lease,
  line: CompensationRow,
  outcome: { done: boolean; message: string },
): Promise<void> =>
  owned(env, lease, async (tx, record) => {
    await tx
      .update(compensations)
      .set(outcome.done ? { doneAt: new Date(), error: null } : { error: outcome.message })
      .where(sameLine(line))
    await record.event(line.deploymentId, {
      type: outcome.done ? 'undo.done' : 'undo.failed',
      data: { name: line.name, message: outcome.message },
    })
  })

/** What stood on a droplet that is being removed goes with it. */
async function forgiveRemovedDroplets(env: SagaEnvironment, lease: Lease, attempt: number): Promise<void> {
  const left = await pending(env, lease.deploymentId, attempt)
  const ids = [...new Set(left.map(dropletOf).filter((id) => id !== null))]
  if (ids.length === 0) return
  const gone = await env.ctx.db
    .select({ id: droplets.id })
    .from(droplets)
    .where(and(inArray(droplets.id, ids), inArray(droplets.state, ['deleting', 'deleted'])))
  const removed = new Set(gone.map((row) => row.id))
  for (const line of left)
    if (removed.has(dropletOf(line) ?? ''))
      await settle(env, lease, line, { done: true, message: 'It went with its droplet' })
}

function undoOf(env: SagaEnvironment, name: string): Undo | undefined {
  for (const step of env.steps) {
    const undo = step.undo[name]
    if (undo) return undo
  }
  return undefined
}

const dropletOf = (line: CompensationRow): string | null =>
  typeof line.args.dropletId === 'string' ? line.args.dropletId : null

/** `container.remove berth-…`: the thing by its name, for a person and for the reconciler. */
const nameOf = (line: CompensationRow): string =>
  [line.name, line.args.name ?? line.args.reference ?? line.args.dropletId].filter(Boolean).join(' ')

const sameLine = (line: CompensationRow) =>
  and(
    eq(compensations.deploymentId, line.deploymentId),
    eq(compensations.attempt, line.attempt),
    eq(compensations.seq, line.seq),
  )
