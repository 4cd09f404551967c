/** A user's droplets as the page lists them, and what a user may do to one. */
import { and, desc, eq, inArray, ne } from 'drizzle-orm'
import { deployments } from '#db/schema/deployments.ts'
import { droplets, reservations } from '#db/schema/fleet.ts'
import { dropletAlarms } from '#db/schema/placement.ts'
import type { DropletView } from '#server/api/views.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { capacityOf } from '#server/placement/index.ts'
import { ownedTx } from '#server/tx.ts'
import { type HoldRow, holdsInForce } from './breaker/gate.ts'
import { releaseHold } from './breaker/round.ts'
import { finishDeleting, markDeleting } from './destroy.ts'
import { markGone } from './gone.ts'
import type { FleetCtx } from './types.ts'

export async function listDroplets(ctx: UserCtx): Promise<DropletView[]> {
  const rows = await ctx.db
    .select()
    .from(droplets)
    .where(and(eq(droplets.userId, ctx.actor.userId), ne(droplets.state, 'deleted')))
    .orderBy(desc(droplets.createdAt), desc(droplets.id))
  if (rows.length === 0) return []
  const held = await ctx.db
    .select({
      reservation: reservations,
      name: deployments.name,
      state: deployments.state,
      purpose: deployments.purpose,
    })
    .from(reservations)
    .innerJoin(deployments, eq(deployments.id, reservations.deploymentId))
    .where(
      and(
        eq(deployments.userId, ctx.actor.userId),
        inArray(
          reservations.dropletId,
          rows.map((d) => d.id),
        ),
      ),
    )
    .orderBy(reservations.createdAt)
  const [holds, alarms] = await Promise.all([
    holdsInForce(ctx.db),
    ctx.db
      .select()
      .from(dropletAlarms)
      .where(
        inArray(
          dropletAlarms.dropletId,
          rows.map((d) => d.id),
        ),
      ),
  ])
  return rows.map((d) => {
    const here = held.filter((h) => h.reservation.dropletId === d.id)
    const usable = capacityOf(d)
    return {
      id: d.id,
      name: d.name,
      state: d.state,
      region: d.region,
      size: d.size,
      vcpus: d.vcpus,
      memoryBytes: d.memoryBytes,
      diskBytes: d.diskBytes,
      usableMemoryBytes: usable.memoryBytes,
      usableCpuMillis: usable.cpuMillis,
      reservedMemoryBytes: here.reduce((sum, h) => sum + h.reservation.memoryBytes, 0),
      reservedCpuMillis: here.reduce((sum, h) => sum + h.reservation.cpuMillis, 0),
      priceMonthlyMicros: d.priceMonthlyMicros,
      publicIp: d.publicIp,
      createdAt: d.createdAt,
      lastSeenAt: d.lastSeenAt,
      engineLacks: d.engineLacks,
      engineVersion: d.engineVersion,
      hold: holdView(holds.get(d.id)),
      alarms: alarms
        .filter(({ dropletId }) => dropletId === d.id)
        .map(({ kind, message, since }) => ({ kind, message, since })),
      // A dry run holds room like any other, but nobody can open it.
      deployments: here
        .filter((h) => h.purpose === 'serve')
        .map((h) => ({
          deploymentId: h.reservation.deploymentId,
          name: h.name,
          state: h.state,
          memoryBytes: h.reservation.memoryBytes,
        })),
    }
  })
}

function holdView(hold: HoldRow | undefined): DropletView['hold'] {
  if (!hold) return null
  const { reason, detail, since, until, trialDeploymentId } = hold
  return { reason, detail, since, until, trying: trialDeploymentId !== null }
}

const findOwn = (dropletId: string) => async (tx: Parameters<typeof markDeleting>[0], userId: string) => {
  const [row] = await tx
    .select()
    .from(droplets)
    .where(and(eq(droplets.id, dropletId), eq(droplets.userId, userId), ne(droplets.state, 'deleted')))
    .for('update')
  return row
}

/**
 * Answers when the cloud took the order; if it can't now, the row stays in `deleting` and the reconciler goes on.
 * @throws DROPLET_IN_USE while anything holds capacity on it
 */
export async function deleteDroplet(ctx: FleetCtx, input: { dropletId: string }): Promise<void> {
  const base = { ...ctx, fleet: ctx.services.fleet }
  const droplet = await ownedTx(ctx, findOwn(input.dropletId), async ({ tx, row, record }) => {
    const n = await tx.$count(reservations, eq(reservations.dropletId, row.id))
    if (n > 0) throw new BerthError('DROPLET_IN_USE', `${row.name} holds ${n} deployment${n === 1 ? '' : 's'}.`)
    await markDeleting(tx, record, row, 'asked for')
    return row
  })
  try {
    await finishDeleting(base, droplet)
  } catch (err) {
    ctx.log.warn({ err, droplet: droplet.id }, 'a droplet could not be deleted now; the reconciler goes on')
  }
}

/**
 * R19: stops managing a droplet that can't be reached any more, without asking the cloud. If it is there after all it
 * carries Berth's tag, and the reconciler deletes it.
 * @throws CONFLICT while it works
 */
export async function forgetDroplet(ctx: FleetCtx, input: { dropletId: string }): Promise<void> {
  await ownedTx(ctx, findOwn(input.dropletId), async ({ tx, row, record }) => {
    if (row.state === 'active')
      throw new BerthError('CONFLICT', `${row.name} works.`, { action: 'Delete it: that also ends its cost.' })
    await markGone(tx, record, row, 'forgotten')
  })
  ctx.services.fleet.pool.forget(input.dropletId)
}

/** Its owner trusts it again: what went wrong before counts no more. */
export async function releaseDroplet(ctx: FleetCtx, input: { dropletId: string }): Promise<void> {
  await ownedTx(ctx, findOwn(input.dropletId), ({ tx, row: { id, name }, record }) =>
    releaseHold(tx, record, { dropletId: id, name, why: 'its owner released it' }),
  )
}
