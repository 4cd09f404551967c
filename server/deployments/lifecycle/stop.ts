import { eq } from 'drizzle-orm'
import { deployments } from '#db/schema/deployments.ts'
import { droplets } from '#db/schema/fleet.ts'
import { toBerthError } from '#server/errors.ts'
import { wakeWorkers } from '../begin.ts'
import type { SagaEnvironment } from '../saga/environment.ts'
import { Halt } from '../saga/halt.ts'
import { type Lease, readOwned } from '../saga/lease.ts'
import { RELEASED } from '../saga/outcome.ts'
import { owned } from '../saga/runner.ts'
import { untilDeadline } from './retry.ts'

/** What `docker stop` gives by default. */
const GRACE_SECONDS = 10

/**
 * `stopping` → `stopped`; back to `unhealthy` with the reason when the droplet does not answer in time (I9).
 * A stopped row keeps its droplet, where its container, room and volumes wait.
 */
export async function runStop(env: SagaEnvironment, lease: Lease): Promise<void> {
  const row = await readOwned(env.ctx.db, lease)
  const controller = new AbortController()
  const forget = env.signals.add(lease.deploymentId, { controller, look: async () => {} })
  try {
    await env.deps.gateway.drop(row.id)
    const error = await untilDeadline(row.deadlineAt, controller.signal, async () => {
      await readOwned(env.ctx.db, lease)
      if (!row.dropletId || !row.containerId) return
      const [droplet] = await env.ctx.db
        .select({ state: droplets.state })
        .from(droplets)
        .where(eq(droplets.id, row.dropletId))
      // With its droplet the container went too: nothing is left to stop.
      if (!droplet || droplet.state === 'deleting' || droplet.state === 'deleted') return
      const engine = await env.deps.engines.engine(row.dropletId)
      const container = await engine.container(row.containerId, { signal: controller.signal })
      if (container?.state === 'running' || container?.state === 'restarting')
        await engine.stopContainer(container.id, { graceSeconds: GRACE_SECONDS, signal: controller.signal })
    })
    if (controller.signal.reason instanceof Halt) throw controller.signal.reason
    await owned(env, lease, async (tx, record, now) => {
      if (now.state !== 'stopping') {
        // A deletion came meanwhile: it waits for this lease.
        await tx.update(deployments).set(RELEASED).where(eq(deployments.id, now.id))
        await record.audit('deployment.stop', `deployment:${now.id}`, { state: now.state })
        return wakeWorkers(tx)
      }
      const failure = error === null ? null : toBerthError(error)
      await tx
        .update(deployments)
        .set({
          ...RELEASED,
          ...(failure
            ? { state: 'unhealthy' as const, error: { ...pick(failure), step: null, leftovers: [] } }
            : { state: 'stopped' as const, error: null, servingAttempt: null, containerId: null, hostPort: null }),
        })
        .where(eq(deployments.id, now.id))
      await record.event(now.id, {
        type: 'state',
        data: failure
          ? { from: 'stopping', to: 'unhealthy', reason: failure.message }
          : { from: 'stopping', to: 'stopped' },
      })
    })
  } finally {
    forget()
  }
}

const pick = ({ code, message, action }: { code: string; message: string; action: string }) => ({
  code,
  message,
  action,
})
