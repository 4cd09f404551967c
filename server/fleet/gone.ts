/** A droplet that is no more without Berth having deleted it: vanished, or forgotten by its owner. */
import { and, eq } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { deployments } from '#db/schema/deployments.ts'
import type { Recorder } from '#server/tx.ts'
import { markDeleted } from './destroy.ts'
import type { Droplet } from './types.ts'

/** Ends the row; what it served becomes unhealthy, with the reason in its events. Sagas under way fail by themselves. */
export async function markGone(
  tx: Tx,
  record: Recorder,
  droplet: Droplet,
  reason: 'vanished' | 'forgotten' | 'account forgotten',
): Promise<void> {
  await markDeleted(tx, droplet.id)
  await record.audit('droplet.gone', `droplet:${droplet.id}`, { reason, name: droplet.name })
  const served = await tx
    .update(deployments)
    .set({ state: 'unhealthy' })
    .where(and(eq(deployments.dropletId, droplet.id), eq(deployments.state, 'healthy')))
    .returning({ id: deployments.id })
  for (const { id } of served) {
    await record.event(id, { type: 'state', data: { from: 'healthy', to: 'unhealthy', reason: `droplet ${reason}` } })
    await record.event(id, {
      type: 'health.changed',
      data: { healthy: false, message: `Its droplet ${droplet.name} is gone (${reason}). Redeploy to move it.` },
    })
  }
}
