/** API tokens `berth_…`: shown once, SHA-256 at rest, act as their user within their scopes. */
import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { apiTokens, users } from '#db/schema/auth.ts'
import type { ApiTokenView } from '#server/api/views.ts'
import { type Base, SCOPES, type Scope, type UserCtx } from '#server/context.ts'
import { newToken, sha256Hex } from '#server/crypto/vault.ts'
import { BerthError } from '#server/errors.ts'
import { ownedTx, recordedTx } from '#server/tx.ts'
import { notifyEnded } from './session-events.ts'

export const TOKEN_PREFIX = 'berth'
/** Shown in lists: the word and six characters of 43. */
const SHOWN_CHARS = TOKEN_PREFIX.length + 1 + 6
const LAST_USED_EVERY_MS = 60_000
const TOKENS_MAX = 100
const DAY_MS = 24 * 3_600_000

export type TokenActor = Extract<UserCtx['actor'], { kind: 'token' }>

/** @returns the token itself, which is nowhere else */
export async function insertApiToken(
  tx: Tx,
  input: { userId: string; name: string; scopes: Scope[]; expiresAt?: Date },
): Promise<{ token: string; tokenId: string }> {
  const token = newToken(TOKEN_PREFIX)
  const { userId, name, scopes, expiresAt } = input
  const [row] = await tx
    .insert(apiTokens)
    .values({ userId, name, prefix: token.slice(0, SHOWN_CHARS), tokenHash: sha256Hex(token), scopes, expiresAt })
    .returning({ id: apiTokens.id })
  if (!row) throw new Error('insert returned no row')
  return { token, tokenId: row.id }
}

/** A token gives no more than its maker has: neither scopes (R14), nor a longer life, nor, through `admin`, a role. */
export async function createApiToken(
  ctx: UserCtx,
  input: { name: string; scopes: Scope[]; expiresInDays?: number },
): Promise<{ token: string; tokenId: string }> {
  const { actor } = ctx
  const scopes = SCOPES.filter((scope) => input.scopes.includes(scope))
  if (actor.kind === 'token') {
    const missing = scopes.find((scope) => !actor.scopes.includes(scope))
    if (missing) throw new BerthError('SCOPE_MISSING', `This API token lacks the scope "${missing}" and can't give it.`)
  }
  if (scopes.includes('admin') && actor.role !== 'admin')
    throw new BerthError('NOT_ALLOWED', 'Only an admin can make a token with the scope "admin".', { field: 'scopes' })
  return recordedTx(ctx, actor.userId, async (tx, record) => {
    // The row lock makes the count exact under calls at once.
    await tx.select({ id: users.id }).from(users).where(eq(users.id, actor.userId)).for('update')
    const count = await tx.$count(apiTokens, live(actor.userId))
    if (count >= TOKENS_MAX)
      throw new BerthError('CONFLICT', `There are ${TOKENS_MAX} API tokens already; revoke one first.`)
    const wanted = input.expiresInDays ? new Date(Date.now() + input.expiresInDays * DAY_MS) : undefined
    const expiresAt = earlier(wanted, actor.kind === 'token' ? await endOf(tx, actor.tokenId) : undefined)
    const made = await insertApiToken(tx, { userId: actor.userId, name: input.name, scopes, expiresAt })
    await record.audit('token.created', `token:${made.tokenId}`, { name: input.name, scopes })
    return made
  })
}

const earlier = (a: Date | undefined, b: Date | undefined): Date | undefined => (a && b ? (a < b ? a : b) : (a ?? b))

async function endOf(tx: Tx, tokenId: string): Promise<Date | undefined> {
  const [row] = await tx.select({ expiresAt: apiTokens.expiresAt }).from(apiTokens).where(eq(apiTokens.id, tokenId))
  return row?.expiresAt ?? undefined
}

const live = (userId: string) =>
  and(
    eq(apiTokens.userId, userId),
    isNull(apiTokens.revokedAt),
    sql`(${apiTokens.expiresAt} is null or ${apiTokens.expiresAt} > now())`,
  )

export async function listApiTokens(ctx: UserCtx): Promise<ApiTokenView[]> {
  const rows = await ctx.db
    .select()
    .from(apiTokens)
    .where(and(eq(apiTokens.userId, ctx.actor.userId), isNull(apiTokens.revokedAt)))
    .orderBy(desc(apiTokens.createdAt))
  return rows.map(({ id, name, prefix, scopes, createdAt, expiresAt, lastUsedAt }) => {
    return { id, name, prefix, scopes: knownScopes(scopes), createdAt, expiresAt, lastUsedAt }
  })
}

export async function revokeApiToken(ctx: UserCtx, input: { tokenId: string }): Promise<void> {
  await ownedTx(
    ctx,
    async (tx, userId) => {
      const [row] = await tx
        .select({ id: apiTokens.id })
        .from(apiTokens)
        .where(and(eq(apiTokens.id, input.tokenId), eq(apiTokens.userId, userId), isNull(apiTokens.revokedAt)))
        .for('update')
      return row
    },
    async ({ tx, row, record }) => {
      await tx.update(apiTokens).set({ revokedAt: new Date() }).where(eq(apiTokens.id, row.id))
      await notifyEnded(tx, { kind: 'token', id: row.id })
      await record.audit('token.revoked', `token:${row.id}`)
    },
  )
}

/** Who a bearer token is: null when unknown, revoked, expired, or its user is disabled. */
export async function tokenActor(base: Base, token: string): Promise<TokenActor | null> {
  const [row] = await base.db
    .select({
      tokenId: apiTokens.id,
      scopes: apiTokens.scopes,
      lastUsedAt: apiTokens.lastUsedAt,
      userId: users.id,
      role: users.role,
      email: users.email,
      name: users.name,
    })
    .from(apiTokens)
    .innerJoin(users, eq(users.id, apiTokens.userId))
    .where(
      and(
        eq(apiTokens.tokenHash, sha256Hex(token)),
        isNull(apiTokens.revokedAt),
        sql`(${apiTokens.expiresAt} is null or ${apiTokens.expiresAt} > now())`,
        isNull(users.disabledAt),
      ),
    )
  if (!row) return null
  if (!row.lastUsedAt || Date.now() - row.lastUsedAt.getTime() > LAST_USED_EVERY_MS)
    await base.db.update(apiTokens).set({ lastUsedAt: new Date() }).where(eq(apiTokens.id, row.tokenId))
  const { userId, role, tokenId, email, name } = row
  return { kind: 'token', userId, role, tokenId, scopes: knownScopes(row.scopes), email, name }
}

const knownScopes = (stored: string[]): Scope[] => SCOPES.filter((scope) => stored.includes(scope))
