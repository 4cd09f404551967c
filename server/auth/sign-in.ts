/** E-mail and password: throttled, in constant time, and silent about which of the two was wrong. */
import { sql } from 'drizzle-orm'
import { users } from '#db/schema/auth.ts'
import type { Base } from '#server/context.ts'
import { verifyPassword } from './password.ts'
import { countTry, forgive } from './throttle.ts'

/** @returns the user's id; null for a wrong pair, an unknown or a disabled user alike. @throws TOO_MANY_ATTEMPTS */
export async function checkPassword(
  base: Base,
  input: { email: string; password: string; ip: string },
): Promise<{ userId: string } | null> {
  const email = input.email.trim().toLowerCase()
  await countTry(base, 'signInAddress', input.ip)
  await countTry(base, 'signInEmail', email)
  const [user] = await base.db
    .select({ id: users.id, passwordHash: users.passwordHash, disabledAt: users.disabledAt })
    .from(users)
    .where(sql`lower(${users.email}) = ${email}`)
  const right = await verifyPassword(input.password, user?.passwordHash ?? null)
  if (!user || !right || user.disabledAt) return null
  await forgive(base, 'signInEmail', email, 'all')
  await forgive(base, 'signInAddress', input.ip, 'one')
  return { userId: user.id }
}
