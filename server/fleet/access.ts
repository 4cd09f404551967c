/** Berth's SSH key and firewall in a cloud account: made once, before the account's first droplet, and remembered. */
import { eq, sql } from 'drizzle-orm'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { housekeepingTx } from '#server/tx.ts'
import { accountById, cloudFor } from './cloud-client.ts'
import { firewallName, installationTag, sshKeyName } from './names.ts'
import type { FleetBase } from './types.ts'

export interface Access {
  sshKeyId: number
  firewallId: string
}

/** Serialized per account by an advisory lock: DigitalOcean would take two firewalls of one name. */
export async function accessOf(base: FleetBase, accountId: string, signal: AbortSignal): Promise<Access> {
  const known = recorded(await accountById(base, accountId))
  if (known) return known
  return housekeepingTx(base.db, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('berth.access'), hashtext(${accountId}))`)
    const account = await accountById(base, accountId)
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
