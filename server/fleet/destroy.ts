/** Taking droplets away: idempotent, and safe to end at any point; what stays in `deleting` the reconciler takes up. */
import { and, eq, ne } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { droplets, reservations } from '#db/schema/fleet.ts'
import type { Ctx } from '#server/context.ts'
import type { Recorder } from '#server/tx.ts'
import { recordedTx } from '#server/tx.ts'
import { accountById, cloudFor } from './cloud-client.ts'
import { release } from './reservations.ts'
import { type Droplet, type FleetBase, systemCtx } from './types.ts'

/** Deleting takes DigitalOcean seconds; past this the reconciler asks again. */
export const DELETE_DEADLINE_MS = 2 * 60_000

/** The first half, in the caller's transaction: from here on nothing is placed on it and the reconciler owns its end. */
export async function markDeleting(tx: Tx, record: Recorder, droplet: Droplet, reason: string): Promise<void> {
  await tx
    .update(droplets)
    .set({ state: 'deleting', deadlineAt: new Date(Date.now() + DELETE_DEADLINE_MS) })
    .where(and(eq(droplets.id, droplet.id), ne(droplets.state, 'deleted')))
  await record.audit('droplet.deleting', `droplet:${droplet.id}`, { reason })
}

/**
 * Ends a droplet whatever runs on it, or, with `onlyUnused`, unless somebody has moved in. Gone already is success.
 * @returns false when it was left alone
 * @throws CLOUD_* with the row left in `deleting`
 */
export async function destroyDroplet(
  base: FleetBase,
  dropletId: string,
  o: { reason: string; onlyUnused?: boolean; signal?: AbortSignal },
): Promise<boolean> {
  const droplet = await recordedTx(systemCtx(base), null, async (tx, record) => {
    const [row] = await tx.select().from(droplets).where(eq(droplets.id, dropletId)).for('update')
    // Under the lock that `reserve` takes: nobody moves in between this look and the mark.
    const used = o.onlyUnused ? await tx.$count(reservations, eq(reservations.dropletId, dropletId)) : 0
    if (used > 0) await record.audit('droplet.kept', `droplet:${dropletId}`, { reason: 'others moved in' })
    else if (row && row.state !== 'deleting' && row.state !== 'deleted') await markDeleting(tx, record, row, o.reason)
    else await record.audit('droplet.deleting-again', `droplet:${dropletId}`, { reason: o.reason })
    return used > 0 ? null : row
  })
  if (droplet === null) return false
  if (droplet && droplet.state !== 'deleted') await finishDeleting(base, droplet, o.signal)
  return true
}

/** The second half: the cloud, then the row. */
export async function finishDeleting(base: FleetBase, droplet: Droplet, signal?: AbortSignal): Promise<void> {
  base.fleet.pool.forget(droplet.id)
  const cloud = cloudFor(base, await accountById(base, droplet.cloudAccountId))
  const [row] = await base.db.select().from(droplets).where(eq(droplets.id, droplet.id))
  const providerId = row?.providerId ?? null
  // By tag too: an answer that was lost leaves a droplet whose id nobody wrote down.
  const tagged = await cloud.listDroplets({ tag: droplet.attemptTag }, { signal })
  const ids = new Set(tagged.map((d) => d.id))
  if (providerId !== null) ids.add(providerId)
  for (const id of ids) await cloud.deleteDroplet(id, { signal })
  await recordedTx(systemCtx(base), droplet.userId, async (tx, record) => {
    await markDeleted(tx, droplet.id)
    await record.audit('droplet.deleted', `droplet:${droplet.id}`, { providerIds: [...ids] })
  })
}

/** The row's end: reservations go with it, and no key stays behind. */
export async function markDeleted(tx: Tx, dropletId: string): Promise<void> {
  await tx.delete(reservations).where(eq(reservations.dropletId, dropletId))
  await tx
    .update(droplets)
    .set({
      state: 'deleted',
      deletedAt: new Date(),
      deadlineAt: null,
      hostKeyPending: null,
      hostKeyPendingPrivate: null,
    })
    .where(eq(droplets.id, dropletId))
}

/**
 * Undo of `provisionDroplet` (I4): gives the attempt's capacity back and deletes the droplet that was created for it,
 * unless another deployment moved in meanwhile. Nothing made, or undone already, is success.
 */
export async function undoProvision(
  base: FleetBase,
  input: { deploymentId: string; attempt: number; signal?: AbortSignal },
): Promise<'none' | 'deleted' | 'kept'> {
  const ctx: Ctx = systemCtx(base)
  const doomed: Droplet[] = []
  let kept = false
  await recordedTx(ctx, null, async (tx, record) => {
    doomed.length = 0
    // The droplet's lock first, as `reserve` takes it: nobody moves in between the look and the mark.
    const made = await tx
      .select()
      .from(droplets)
      .where(and(eq(droplets.createdFor, input.deploymentId), ne(droplets.state, 'deleted')))
      .orderBy(droplets.id)
      .for('update')
    await release(tx, input)
    await record.audit('droplet.provision-undone', `deployment:${input.deploymentId}`, { attempt: input.attempt })
    for (const droplet of made) {
      const used = await tx.$count(reservations, eq(reservations.dropletId, droplet.id))
      if (used > 0) {
        kept = true
        await tx.update(droplets).set({ createdFor: null }).where(eq(droplets.id, droplet.id))
        continue
      }
      if (droplet.state !== 'deleting') await markDeleting(tx, record, droplet, 'its deployment was undone')
      doomed.push(droplet)
    }
  })
  for (const droplet of doomed) await finishDeleting(base, droplet, input.signal)
  return doomed.length > 0 ? 'deleted' : kept ? 'kept' : 'none'
}

/** In the transaction that makes a deployment healthy: its droplet is no longer undone with it. */
export async function keepDroplet(tx: Tx, input: { deploymentId: string }): Promise<void> {
  await tx.update(droplets).set({ createdFor: null }).where(eq(droplets.createdFor, input.deploymentId))
}
