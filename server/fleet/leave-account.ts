/** The two ways to part with a cloud account: removing it tidily, or forgetting it as it stands. */
import { and, eq, isNull, ne } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { droplets } from '#db/schema/fleet.ts'
import { ownedTx } from '#server/tx.ts'
import { refuseWhileUsed } from './accounts.ts'
import { clearAccount, withoutSecrets } from './clear-account.ts'
import { markGone } from './gone.ts'
import type { FleetCtx } from './types.ts'

const findLive = async (tx: Tx, userId: string) => {
  const [row] = await tx
    .select()
    .from(cloudAccounts)
    .where(and(eq(cloudAccounts.userId, userId), isNull(cloudAccounts.forgottenAt)))
    .for('update')
  return row
}

/**
 * Ends Berth's part in the account and takes its key and firewall away; what the cloud refuses now is tried again by
 * the reconciler.
 * @throws CLOUD_ACCOUNT_IN_USE while it has droplets
 */
export async function removeCloudAccount(ctx: FleetCtx): Promise<void> {
  const base = { ...ctx, fleet: ctx.services.fleet }
  const account = await ownedTx(ctx, findLive, async ({ tx, row, record }) => {
    await refuseWhileUsed(tx, row.id)
    await tx.update(cloudAccounts).set({ forgottenAt: new Date() }).where(eq(cloudAccounts.id, row.id))
    await record.audit('cloud-account.removed', `cloud-account:${row.id}`)
    return row
  })
  try {
    await clearAccount(base, account)
  } catch (err) {
    ctx.log.warn(
      { err, cloudAccount: account.id },
      'key and firewall stay in the account until the reconciler gets them',
    )
  }
}

/** Without a single cloud call: its droplets go on, and cost, but Berth knows them no more. */
export async function forgetCloudAccount(ctx: FleetCtx): Promise<void> {
  const forgotten = await ownedTx(ctx, findLive, async ({ tx, row, record }) => {
    const live = await tx
      .select()
      .from(droplets)
      .where(and(eq(droplets.cloudAccountId, row.id), ne(droplets.state, 'deleted')))
      .for('update')
    for (const droplet of live) await markGone(tx, record, droplet, 'account forgotten')
    await tx
      .update(cloudAccounts)
      .set({ forgottenAt: new Date(), ...withoutSecrets({ ...ctx, fleet: ctx.services.fleet }, row.id) })
      .where(eq(cloudAccounts.id, row.id))
    await record.audit('cloud-account.forgotten', `cloud-account:${row.id}`, { droplets: live.length })
    return { accountId: row.id, dropletIds: live.map((d) => d.id) }
  })
  for (const id of forgotten.dropletIds) ctx.services.fleet.pool.forget(id)
  ctx.services.fleet.clouds.forget(forgotten.accountId)
}
