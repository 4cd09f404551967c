/** The DigitalOcean client of a stored account. */
import { eq } from 'drizzle-orm'
import type { Db, Tx } from '#db/client.ts'
import { cloudAccounts } from '#db/schema/cloud.ts'
import type { Cloud } from '#server/cloud/port.ts'
import { BerthError } from '#server/errors.ts'
import { openToken } from './secrets.ts'
import type { FleetBase } from './types.ts'

export type CloudAccount = typeof cloudAccounts.$inferSelect

/** The token is opened when the client is first made. */
export const cloudFor = (base: FleetBase, account: CloudAccount): Cloud =>
  base.fleet.clouds.client(account.id, account.token.box, () => openToken(base, account.id, account.token))

/** Live or parted with. @throws CLOUD_ACCOUNT_MISSING */
export async function accountById(base: { db: Db | Tx }, accountId: string): Promise<CloudAccount> {
  const [account] = await base.db.select().from(cloudAccounts).where(eq(cloudAccounts.id, accountId))
  if (!account) throw new BerthError('CLOUD_ACCOUNT_MISSING', 'This cloud account is not known.')
  return account
}
