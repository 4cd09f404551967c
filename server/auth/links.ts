/** One-time links: 256 random bits, SHA-256 at rest, one use, one day to a week. */
import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { type LinkKind, oneTimeLinks, type Role } from '#db/schema/auth.ts'
import type { Config } from '#server/config.ts'
import { newToken, sha256Hex } from '#server/crypto/vault.ts'
import { BerthError } from '#server/errors.ts'

const HOUR_MS = 3_600_000
/** How long each kind lives; a setup token has to outlast the operator's weekend. */
const LIFETIME_MS: Record<LinkKind, number> = {
  setup: 30 * 24 * HOUR_MS,
  invite: 7 * 24 * HOUR_MS,
  reset: 24 * HOUR_MS,
}
const PREFIX: Record<LinkKind, string> = { setup: 'setup', invite: 'invite', reset: 'reset' }

export type Link = typeof oneTimeLinks.$inferSelect

export async function insertLink(
  tx: Tx,
  input: { kind: LinkKind; userId?: string; email?: string; role?: Role; createdBy?: string },
): Promise<{ id: string; token: string; expiresAt: Date }> {
  const token = newToken(PREFIX[input.kind])
  const expiresAt = new Date(Date.now() + LIFETIME_MS[input.kind])
  const [row] = await tx
    .insert(oneTimeLinks)
    .values({ ...input, tokenHash: sha256Hex(token), expiresAt })
    .returning({ id: oneTimeLinks.id })
  if (!row) throw new Error('insert returned no row')
  return { id: row.id, token, expiresAt }
}

const usable = (kind: LinkKind) =>
  and(eq(oneTimeLinks.kind, kind), isNull(oneTimeLinks.usedAt), gt(oneTimeLinks.expiresAt, sql`now()`))

/** Marks it used in the caller's transaction: two uses at once, and one finds nothing. @throws NOT_FOUND */
export async function consumeLink(tx: Tx, kind: LinkKind, token: string): Promise<Link> {
  const [row] = await tx
    .update(oneTimeLinks)
    .set({ usedAt: new Date() })
    .where(and(eq(oneTimeLinks.tokenHash, sha256Hex(token)), usable(kind)))
    .returning()
  if (row) return row
  throw new BerthError('NOT_FOUND', 'This link was used, has expired, or never existed.', {
    action: 'Ask the person who gave it to you for a new one.',
  })
}

/** Links that did the same and must not work any more (an older reset of the same user, say). */
export async function voidLinks(tx: Tx, where: { kind: LinkKind; userId?: string; email?: string }): Promise<void> {
  const { kind, userId, email } = where
  await tx
    .update(oneTimeLinks)
    .set({ usedAt: new Date() })
    .where(
      and(
        usable(kind),
        userId === undefined ? undefined : eq(oneTimeLinks.userId, userId),
        email === undefined ? undefined : sql`lower(${oneTimeLinks.email}) = ${email.toLowerCase()}`,
      ),
    )
}

/** R14: what somebody handed out while they were an admin ends with that: a link of theirs could make them one again. */
export async function voidLinksMadeBy(tx: Tx, userId: string): Promise<void> {
  await tx
    .update(oneTimeLinks)
    .set({ usedAt: new Date() })
    .where(and(eq(oneTimeLinks.createdBy, userId), isNull(oneTimeLinks.usedAt)))
}

export async function isUsable(tx: Tx, kind: LinkKind, token: string): Promise<boolean> {
  return (await tx.$count(oneTimeLinks, and(eq(oneTimeLinks.tokenHash, sha256Hex(token)), usable(kind)))) > 0
}

/** Where the page for it is. */
export const linkUrl = (config: Config, kind: 'invite' | 'reset', token: string): string =>
  `${config.publicUrl}/${kind}/${token}`
