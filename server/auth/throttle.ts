/** Fixed-window counters in Postgres, so that every process counts together and a restart forgets nothing. */
import { createHmac } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { rateLimits } from '#db/schema/auth.ts'
import type { Base } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'

interface Limit {
  max: number
  windowMs: number
}

const QUARTER_HOUR_MS = 15 * 60_000
export const LIMITS = {
  /** Failed sign-ins of one e-mail: OWASP's lock-out after few tries, short enough not to lock its owner out for long. */
  signInEmail: { max: 10, windowMs: QUARTER_HOUR_MS },
  /** Failed sign-ins of one address: an office behind one address still works. */
  signInAddress: { max: 50, windowMs: QUARTER_HOUR_MS },
  /** Guesses at one-time links and the setup token; they hold 256 bits, this only bounds the work. */
  linkAddress: { max: 30, windowMs: QUARTER_HOUR_MS },
  /** Wrong current passwords of one signed-in user. */
  passwordUser: { max: 10, windowMs: QUARTER_HOUR_MS },
  /** An OAuth state is good for one callback (R15). */
  oauthState: { max: 1, windowMs: QUARTER_HOUR_MS },
} as const satisfies Record<string, Limit>
export type LimitName = keyof typeof LIMITS

/** Keys hold a keyed hash, never an e-mail or an address. */
const keyOf = (base: Base, name: LimitName, subject: string): string =>
  `${name}:${createHmac('sha256', base.vault.derive('rate-limit')).update(subject.toLowerCase()).digest('hex')}`

/**
 * Counts one try. Callers count before the work, so that tries at once can't slip past, and `forgive` after a success.
 * @throws TOO_MANY_ATTEMPTS with `retryAfterMs`
 */
export async function countTry(base: Base, name: LimitName, subject: string): Promise<void> {
  const { max, windowMs } = LIMITS[name]
  const [row] = await base.db.execute<{ count: number; left_ms: number }>(sql`
    insert into rate_limits (key, window_start, count) values (${keyOf(base, name, subject)}, now(), 1)
    on conflict (key) do update set
      count = case when rate_limits.window_start < now() - make_interval(secs => ${windowMs / 1000})
                   then 1 else rate_limits.count + 1 end,
      window_start = case when rate_limits.window_start < now() - make_interval(secs => ${windowMs / 1000})
                          then now() else rate_limits.window_start end
    returning count, (extract(epoch from window_start - now()) * 1000 + ${windowMs})::int as left_ms`)
  if (!row || row.count <= max) return
  const retryAfterMs = Math.max(1000, row.left_ms)
  throw new BerthError('TOO_MANY_ATTEMPTS', `Too many attempts. Try again in ${inWords(retryAfterMs)}.`, {
    retryAfterMs,
  })
}

/** Takes one try back (an address shared with others) or all of them (the e-mail that signed in). */
export async function forgive(base: Base, name: LimitName, subject: string, what: 'one' | 'all'): Promise<void> {
  const key = keyOf(base, name, subject)
  if (what === 'all') await base.db.delete(rateLimits).where(eq(rateLimits.key, key))
  else
    await base.db
      .update(rateLimits)
      .set({ count: sql`greatest(${rateLimits.count} - 1, 0)` })
      .where(eq(rateLimits.key, key))
}

/** Windows that ended say nothing any more. */
export async function forgetOldWindows(base: Base): Promise<void> {
  await base.db.execute(sql`delete from rate_limits where window_start < now() - interval '1 day'`)
}

function inWords(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 60) return `${seconds} seconds`
  const minutes = Math.ceil(seconds / 60)
  return minutes === 1 ? '1 minute' : `${minutes} minutes`
}
