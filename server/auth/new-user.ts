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

/** In the demo a new user has a cloud account by itself. A cloud that is down stops nobody (R20): Settings offers it again. */
export async function prepareUser(base: FleetBase, userId: string): Promise<void> {
  if (!base.config.demo) return
  await ensureDemoAccount(base, userId).catch((err: unknown) =>
    base.log.warn({ err, user: userId }, 'a demo cloud account could not be made; it is tried again at the next start'),
  )
}
