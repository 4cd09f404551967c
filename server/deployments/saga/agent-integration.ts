import { and, eq, isNull, lt } from 'drizzle-orm'
import { deployments } from '#db/schema/deployments.ts'
import { reservations } from '#db/schema/fleet.ts'
import { BerthError } from '#server/errors.ts'
import { containerName, deploymentLabel } from '../names.ts'
import type { Step, StepContext } from './step.ts'

/** One transaction; on a redeploy also the removal of what served before. */
const DEADLINE_MS = 60_000
/** The old container's droplet may be gone: then the reconciler removes what is left, and the new one serves anyway. */
const REMOVE_OLD_MS = 20_000
const STOP_GRACE_SECONDS = 5

/**
 * The switch: from here on the endpoint answers from this attempt's container. It is the point of no return, so it
 * refuses to happen once a cancel was asked for, and a cancel that comes later finds nothing to cancel.
 */
export const agentIntegration: Step<'agent-integration'> = {
  name: 'agent-integration',
  message: 'Opening the endpoint',
  deadlineMs: () => DEADLINE_MS,
  undo: {},
  async run(c) {
    if (c.row.servingAttempt !== c.row.attempt) await serve(c)
    const crowded = await dropletsToClear(c)
    if (crowded.length > 0) {
      await c.deps.gateway.drop(c.row.id)
      for (const dropletId of crowded) await clearEarlier(c, dropletId)
      await releaseEarlier(c)
    }
    return { output: { era: c.output('health-check').era }, message: 'Agents can connect' }
  },
  async ending(tx, _record, c) {
    await c.deps.fleet.keepDroplet(tx, { deploymentId: c.row.id })
  },
}

async function serve(c: StepContext): Promise<void> {
  const { dropletId } = c.output('droplet-selection')
  const { containerId, hostPort } = c.output('container-deploy')
  const { era, protocolVersion, serverInfo, tools } = c.output('health-check')
  await c.commit(async (tx, record) => {
    const switched = await tx
      .update(deployments)
      .set({
        dropletId,
        containerId,
        hostPort,
        servingAttempt: c.row.attempt,
        imageDigest: c.output('image-pull').digest,
        era,
        protocolVersion,
        serverInfo,
        tools,
      })
      .where(
        and(eq(deployments.id, c.row.id), eq(deployments.state, 'deploying'), isNull(deployments.cancelRequestedAt)),
      )
      .returning({ id: deployments.id })
    if (switched.length === 0) throw new BerthError('CANCELLED', 'It was cancelled.')
    await record.event(c.row.id, {
      type: 'step.progress',
      data: { step: 'agent-integration', message: 'The endpoint answers from the new container' },
    })
  })
}

/** Droplets on which something of an earlier attempt may stand. */
async function dropletsToClear(c: StepContext): Promise<string[]> {
  if (c.row.attempt === 1) return []
  const held = await c.ctx.db
    .select({ dropletId: reservations.dropletId })
    .from(reservations)
    .where(and(eq(reservations.deploymentId, c.row.id), lt(reservations.attempt, c.row.attempt)))
  return [...new Set([c.output('droplet-selection').dropletId, ...held.map((row) => row.dropletId)])]
}

async function clearEarlier(c: StepContext, dropletId: string): Promise<void> {
  const label = { label: deploymentLabel(c.row.id) }
  const signal = AbortSignal.any([c.signal, AbortSignal.timeout(REMOVE_OLD_MS)])
  const current = containerName({ deploymentId: c.row.id, attempt: c.row.attempt })
  try {
    const engine = await c.deps.engines.engine(dropletId)
    for (const { name, state } of await engine.containers(label, { signal })) {
      if (name === current) continue
      await c.assertOwned()
      if (state === 'running') await engine.stopContainer(name, { graceSeconds: STOP_GRACE_SECONDS, signal })
      await engine.removeContainer(name, { signal })
    }
    for (const { name } of await engine.networks(label, { signal }))
      if (name !== current) await engine.removeNetwork(name, { signal })
  } catch (err) {
    c.signal.throwIfAborted()
    c.ctx.log.warn({ err, deployment: c.row.id, droplet: dropletId }, 'an earlier container stays for the reconciler')
  }
}

async function releaseEarlier(c: StepContext): Promise<void> {
  await c.commit(async (tx, record) => {
    for (let attempt = 1; attempt < c.row.attempt; attempt++)
      await c.deps.fleet.release(tx, { deploymentId: c.row.id, attempt })
    await record.event(c.row.id, {
      type: 'step.progress',
      data: { step: 'agent-integration', message: 'Removed the previous container' },
    })
  })
}
