/** Where the EnginePool finds a droplet, and by which keys it knows it. */
import { eq } from 'drizzle-orm'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { droplets } from '#db/schema/fleet.ts'
import type { Base } from '#server/context.ts'
import type { DropletTarget } from '#server/engine/port.ts'
import { BerthError } from '#server/errors.ts'
import { openClientKey } from './secrets.ts'

/** @throws NOT_FOUND for one that is unknown or gone, SSH_UNREACHABLE while it has no address */
export async function resolveTarget(base: Pick<Base, 'db' | 'vault'>, dropletId: string): Promise<DropletTarget> {
  const [row] = await base.db
    .select({ droplet: droplets, account: cloudAccounts })
    .from(droplets)
    .innerJoin(cloudAccounts, eq(cloudAccounts.id, droplets.cloudAccountId))
    .where(eq(droplets.id, dropletId))
  if (!row || row.droplet.state === 'deleted') throw new BerthError('NOT_FOUND', 'There is no such droplet any more.')
  const { droplet, account } = row
  if (!droplet.publicIp) throw new BerthError('SSH_UNREACHABLE', `${droplet.name} has no address yet.`)
  return {
    dropletId,
    host: droplet.publicIp,
    port: droplet.sshPort,
    username: 'root',
    privateKey: openClientKey(base, account.id, account.sshPrivateKey),
    hostKeys: droplet.hostKeyPending ? [droplet.hostKeyPending, droplet.hostKey] : [droplet.hostKey],
  }
}
