/** Berth's SSH key and firewall in a cloud account: made once, before the account's first droplet, and remembered. */
import { eq, sql } from 'drizzle-orm'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { housekeepingTx } from '#server/tx.ts'
import { accountById, cloudFor } from './cloud-client.ts'
import { firewallName, installationTag, sshKeyName } from './names.ts'
import type { FleetBase } from './types.ts'
import { pause } from './wait.ts'

export interface Access {
  sshKeyId: number
  firewallId: string
}

/** Each holds a database connection while it asks the cloud: a burst of new accounts must leave the pool to the rest. */
const AT_ONCE_MAX = 4
const LOOK_AGAIN_MS = 50
let asking = 0

/** Serialized per account by an advisory lock: DigitalOcean would take two firewalls of one name. */
export async function accessOf(base: FleetBase, accountId: string, signal: AbortSignal): Promise<Access> {
  const known = recorded(await accountById(base, accountId))
  if (known) return known
  while (asking >= AT_ONCE_MAX) await pause(LOOK_AGAIN_MS, signal)
  asking++
  try {
    return await makeAccess(base, accountId, signal)
  } finally {
    asking--
  }
}

/** Inside, everything is read through `tx`: a second connection might never become free. */
function makeAccess(base: FleetBase, accountId: string, signal: AbortSignal): Promise<Access> {
  return housekeepingTx(base.db, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('berth.access'), hashtext(${accountId}))`)
    const account = await accountById({ db: tx }, accountId)
    const meanwhile = recorded(account)
    if (meanwhile) return meanwhile
    const cloud = cloudFor(base, account)
    const { installationId } = base
    const [sshKeyId, firewallId] = await Promise.all([
      cloud.ensureSshKey({ name: sshKeyName(installationId, accountId), publicKey: account.sshPublicKey }, { signal }),
      cloud.ensureFirewall({ name: firewallName(installationId), tag: installationTag(installationId) }, { signal }),
    ])
    await tx
      .update(cloudAccounts)
      .set({ sshKeyProviderId: sshKeyId, firewallProviderId: firewallId })
      .where(eq(cloudAccounts.id, accountId))
    return { sshKeyId, firewallId }
  })
}

function recorded(account: { sshKeyProviderId: number | null; firewallProviderId: string | null }): Access | null {
  const { sshKeyProviderId: sshKeyId, firewallProviderId: firewallId } = account
  return sshKeyId !== null && firewallId !== null ? { sshKeyId, firewallId } : null
}

/** @returns false when nothing was remembered, so that looking again would change nothing */
export async function forgetAccess(base: FleetBase, accountId: string): Promise<boolean> {
  const account = await accountById(base, accountId)
  if (!recorded(account)) return false
  await base.db
    .update(cloudAccounts)
    .set({ sshKeyProviderId: null, firewallProviderId: null })
    .where(eq(cloudAccounts.id, accountId))
  return true
}
