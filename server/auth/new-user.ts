/** Making a user, and what every new user gets. */
import type { Tx } from '#db/client.ts'
import { type Role, users } from '#db/schema/auth.ts'
import { BerthError } from '#server/errors.ts'
import { ensureDemoAccount, type FleetBase } from '#server/fleet/index.ts'

/** @throws CONFLICT when the e-mail is taken */
export async function insertUser(
  tx: Tx,
  input: { email: string; name: string; role: Role; passwordHash: string | null },
): Promise<string> {
  const [row] = await tx.insert(users).values(input).onConflictDoNothing().returning({ id: users.id })
  if (!row) throw new BerthError('CONFLICT', 'There is a user with this e-mail already.', { field: 'email' })
  return row.id
}

/** In the demo a new user has a cloud account by itself. Nobody waits for it: a cloud that is down stops nothing (R20). */
export function prepareUser(base: FleetBase, userId: string): void {
  if (!base.config.demo) return
  base.fleet.background.start('demo-account', userId, async () => {
    await ensureDemoAccount(base, userId)
  })
}
