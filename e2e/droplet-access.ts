/** A test's own way to an instance's droplets: the keys from its database, the engine client over real SSH. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { eq } from 'drizzle-orm'
import { connect, type Db } from '#db/client.ts'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { droplets } from '#db/schema/fleet.ts'
import { createVault, type Vault } from '#server/crypto/vault.ts'
import { createEnginePool } from '#server/engine/index.ts'
import type { EnginePool } from '#server/engine/port.ts'
import type { Instance } from './instance.ts'

export interface DropletAccess {
  db: Db
  vault: Vault
  pool: EnginePool
  close(): Promise<void>
}

export function dropletAccess(instance: Instance): DropletAccess {
  const { db, end } = connect(instance.databaseUrl, { max: 2 })
  const vault = createVault(Buffer.from(readFileSync(path.join(instance.dataDir, 'master.key'), 'utf8'), 'base64'))
  const pool = createEnginePool({
    resolve: async (dropletId) => {
      const [found] = await db
        .select()
        .from(droplets)
        .innerJoin(cloudAccounts, eq(cloudAccounts.id, droplets.cloudAccountId))
        .where(eq(droplets.id, dropletId))
      if (!found?.droplets.publicIp) throw new Error(`droplet ${dropletId} has no address`)
      return {
        dropletId,
        host: found.droplets.publicIp,
        port: found.droplets.sshPort,
        username: 'root',
        privateKey: vault.open(found.cloud_accounts.sshPrivateKey, `ssh-key:${found.cloud_accounts.id}`),
        hostKeys: [found.droplets.hostKey, found.droplets.hostKeyPending].filter((key): key is string => key !== null),
      }
    },
  })
  return {
    db,
    vault,
    pool,
    async close() {
      await pool.close()
      await end()
    },
  }
}
