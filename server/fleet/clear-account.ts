/** What is left of a cloud account that Berth parted with: nothing in the cloud, and no secret here. */
import { and, eq, isNull, ne } from 'drizzle-orm'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { BerthError } from '#server/errors.ts'
import { type CloudAccount, cloudFor } from './cloud-client.ts'
import { sealClientKey, sealToken } from './secrets.ts'
import type { FleetBase } from './types.ts'

/** Takes what Berth put into a removed account out again, then drops its secrets. Idempotent. */
export async function clearAccount(base: FleetBase, account: CloudAccount): Promise<void> {
  const cloud = cloudFor(base, account)
  try {
    if (account.sshKeyProviderId !== null) await cloud.deleteSshKey(account.sshKeyProviderId)
    if (account.firewallProviderId !== null && !(await sharedByAnother(base, account)))
      await cloud.deleteFirewall(account.firewallProviderId)
  } catch (error) {
    // A token that was revoked can't tidy up any more, now or later.
    if (!(error instanceof BerthError) || error.code !== 'CLOUD_TOKEN_INVALID') throw error
  }
  await base.db.update(cloudAccounts).set(withoutSecrets(base, account.id)).where(eq(cloudAccounts.id, account.id))
  base.fleet.clouds.forget(account.id)
}

/** Two users of Berth may bring tokens of one DigitalOcean team; the firewall is the installation's. */
async function sharedByAnother(base: FleetBase, account: CloudAccount): Promise<boolean> {
  const others = await base.db.$count(
    cloudAccounts,
    and(
      eq(cloudAccounts.accountUuid, account.accountUuid),
      ne(cloudAccounts.id, account.id),
      isNull(cloudAccounts.forgottenAt),
    ),
  )
  return others > 0
}

/** The columns stay filled, with nothing in them. */
export const withoutSecrets = (base: FleetBase, accountId: string) => ({
  token: sealToken(base, accountId, ''),
  sshPrivateKey: sealClientKey(base, accountId, ''),
  sshKeyProviderId: null,
  firewallProviderId: null,
})
