/** `DIGITALOCEAN_TOKEN` becomes the first admin's cloud account, once: while the installation has never had one. */
import { and, asc, eq, isNull } from 'drizzle-orm'
import { users } from '#db/schema/auth.ts'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { connectCloudAccount, type FleetBase } from '#server/fleet/index.ts'

/** A cloud that is down, or a token it refuses, never stops the start (R20). */
export async function adoptFirstToken(base: FleetBase): Promise<void> {
  const token = base.config.digitalOcean.firstToken
  if (!token || (await base.db.$count(cloudAccounts)) > 0) return
  const [admin] = await base.db
    .select()
    .from(users)
    .where(and(eq(users.role, 'admin'), isNull(users.disabledAt)))
    .orderBy(asc(users.createdAt))
    .limit(1)
  if (!admin) return
  try {
    await connectCloudAccount({ ...base, actor: { kind: 'system', part: 'first-start' } }, { userId: admin.id, token })
    base.log.info('DIGITALOCEAN_TOKEN became the cloud account of the first admin')
  } catch (err) {
    base.log.warn({ err }, 'DIGITALOCEAN_TOKEN could not be used; the next start tries again')
  }
}
