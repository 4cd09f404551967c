import { and, eq, inArray, isNull, notInArray } from 'drizzle-orm'
import { compensations, type DeploymentError, deployments, deploymentTokens } from '#db/schema/deployments.ts'
import { droplets, reservations } from '#db/schema/fleet.ts'
import { toBerthError } from '#server/errors.ts'
import { deploymentLabel } from '../names.ts'
import type { DeploymentRow } from '../own.ts'
import type { SagaEnvironment } from '../saga/environment.ts'
import { Halt } from '../saga/halt.ts'
import { imagePull } from '../saga/image-pull.ts'
import { type Lease, readOwned } from '../saga/lease.ts'
import { RELEASED } from '../saga/outcome.ts'
import { owned } from '../saga/runner.ts'
import { sealVariables } from '../variables.ts'
import { untilDeadline } from './retry.ts'

/** The person has said goodbye to it: no long farewell. */
const GRACE_SECONDS = 3

/**
 * `deleting` → `deleted`: everything with this deployment's label on the droplets that it was ever given room on, then
 * its room. What a silent droplet keeps is named in `error.leftovers` and belongs to the reconciler.
 */
export async function runDelete(env: SagaEnvironment, lease: Lease): Promise<void> {
  const row = await readOwned(env.ctx.db, lease)
  const controller = new AbortController()
  const forget = env.signals.add(lease.deploymentId, { controller, look: async () => {} })
  try {
    await env.deps.gateway.drop(row.id)
    const leftovers: string[] = []
    let failure: unknown = null
    for (const dropletId of await dropletsOf(env, row)) {
      const error = await untilDeadline(row.deadlineAt, controller.signal, async () => {
        await readOwned(env.ctx.db, lease)
        await clear(env, row, dropletId, controller.signal)
      })
      if (error === null) continue
      failure = error
      leftovers.push(`droplet ${dropletId}: ${deploymentLabel(row.id)}`)
      env.ctx.log.warn({ err: error, deployment: row.id, droplet: dropletId }, 'a deletion leaves things behind')
    }
    if (controller.signal.reason instanceof Halt) throw controller.signal.reason
    await finish(env, lease, failure, leftovers)
  } finally {
    forget()
  }
}

/** Droplets that still exist; what stood on the others went with them. */
async function dropletsOf(env: SagaEnvironment, row: DeploymentRow): Promise<string[]> {
  const held = await env.ctx.db
    .select({ id: reservations.dropletId })
    .from(reservations)
    .where(eq(reservations.deploymentId, row.id))
  const log = await undoLog(env, row.id)
  const ids = new Set(held.map((r) => r.id))
  if (row.dropletId) ids.add(row.dropletId)
  for (const { args } of log) if (typeof args.dropletId === 'string') ids.add(args.dropletId)
  if (ids.size === 0) return []
  const rows = await env.ctx.db
    .select({ id: droplets.id })
    .from(droplets)
    .where(and(inArray(droplets.id, [...ids]), notInArray(droplets.state, ['deleting', 'deleted'])))
  return rows.map((r) => r.id)
}

/** Lines that were never undone: their attempt succeeded, or left them behind. */
const undoLog = (env: SagaEnvironment, deploymentId: string) =>
  env.ctx.db
    .select({ name: compensations.name, args: compensations.args })
    .from(compensations)
    .where(and(eq(compensations.deploymentId, deploymentId), isNull(compensations.doneAt)))

async function clear(env: SagaEnvironment, row: DeploymentRow, dropletId: string, signal: AbortSignal): Promise<void> {
  const engine = await env.deps.engines.engine(dropletId)
  const filter = { label: deploymentLabel(row.id) }
  for (const { id, state } of await engine.containers(filter, { signal })) {
    if (state === 'running') await engine.stopContainer(id, { graceSeconds: GRACE_SECONDS, signal })
    await engine.removeContainer(id, { signal })
  }
  for (const { name } of await engine.networks(filter, { signal })) await engine.removeNetwork(name, { signal })
  for (const { name } of await engine.volumes(filter, { signal })) await engine.removeVolume(name, { signal })
  for (const { name, args } of await undoLog(env, row.id))
    if (name === 'image.remove' && args.dropletId === dropletId)
      await imagePull.undo[name]?.({ ctx: env.ctx, deps: env.deps, row, signal }, { ...args, dropletId })
}

async function finish(env: SagaEnvironment, lease: Lease, failure: unknown, leftovers: string[]): Promise<void> {
  await owned(env, lease, async (tx, record, row) => {
    for (let attempt = 1; attempt <= row.attempt; attempt++)
      await env.deps.fleet.release(tx, { deploymentId: row.id, attempt })
    await tx
      .update(deploymentTokens)
      .set({ revokedAt: new Date() })
      .where(and(eq(deploymentTokens.deploymentId, row.id), isNull(deploymentTokens.revokedAt)))
    let error: DeploymentError | null = row.error
    if (failure !== null) {
      const { code, message, action } = toBerthError(failure)
      error = { code, message, action, step: null, leftovers }
    }
    if (failure === null)
      await tx
        .update(compensations)
        .set({ doneAt: new Date() })
        .where(and(eq(compensations.deploymentId, row.id), isNull(compensations.doneAt)))
    await tx
      .update(deployments)
      .set({
        ...RELEASED,
        state: 'deleted',
        deletedAt: new Date(),
        error,
        // Nobody needs them any more, so nobody can lose them (I6).
        variables: sealVariables(env.ctx.vault, row.id, {}),
        servingAttempt: null,
        containerId: null,
        hostPort: null,
        dropletId: null,
      })
      .where(eq(deployments.id, row.id))
    await record.event(row.id, { type: 'state', data: { from: 'deleting', to: 'deleted' } })
  })
}
