/** A person's own facts, name, password and connected providers. */
import { and, eq, isNull } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { authSessions, oauthAccounts, users } from '#db/schema/auth.ts'
import { cloudAccounts } from '#db/schema/cloud.ts'
import type { MeView, ProfileView } from '#server/api/views.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { ownedTx } from '#server/tx.ts'
import { VERSION } from '#server/version.ts'
import { voidLinks } from './links.ts'
import type { Provider } from './oauth.ts'
import { hashPassword, verifyPassword } from './password.ts'
import { notifyEnded } from './session-events.ts'
import { countTry, forgive } from './throttle.ts'

const findSelf = async (tx: Tx, userId: string) => {
  const [row] = await tx.select().from(users).where(eq(users.id, userId)).for('update')
  return row
}

export async function getMe(ctx: UserCtx): Promise<MeView> {
  const { actor, config } = ctx
  const [row] = await ctx.db
    .select({ passwordHash: users.passwordHash, account: cloudAccounts.id })
    .from(users)
    .leftJoin(cloudAccounts, and(eq(cloudAccounts.userId, users.id), isNull(cloudAccounts.forgottenAt)))
    .where(eq(users.id, actor.userId))
  const hasPassword = row !== undefined && row.passwordHash !== null
  return {
    user: { id: actor.userId, email: actor.email, name: actor.name, role: actor.role, hasPassword },
    via: actor.kind === 'user' ? 'session' : 'token',
    demo: config.demo,
    version: VERSION,
    publicUrl: config.publicUrl,
    cloudAccount: row !== undefined && row.account !== null,
    oauth: { github: config.oauth.github !== null, digitalocean: config.oauth.digitalocean !== null },
  }
}

export async function getProfile(ctx: UserCtx): Promise<ProfileView> {
  const [row] = await ctx.db.select().from(users).where(eq(users.id, ctx.actor.userId))
  if (!row) throw new BerthError('NOT_FOUND', 'There is no such user.')
  const accounts = await ctx.db.select().from(oauthAccounts).where(eq(oauthAccounts.userId, row.id))
  const linked = accounts.map((a) => a.provider).filter((p): p is Provider => p === 'github' || p === 'digitalocean')
  const { email, name, role, createdAt } = row
  return { email, name, role, createdAt, hasPassword: row.passwordHash !== null, linked }
}

export async function renameSelf(ctx: UserCtx, input: { name: string }): Promise<void> {
  await ownedTx(ctx, findSelf, async ({ tx, row, record }) => {
    await tx.update(users).set({ name: input.name }).where(eq(users.id, row.id))
    await record.audit('user.renamed', `user:${row.id}`)
  })
}

/** Refused when it is the only way in. */
export async function unlinkProvider(ctx: UserCtx, input: { provider: Provider }): Promise<void> {
  await ownedTx(ctx, findSelf, async ({ tx, row, record }) => {
    const own = await tx.select().from(oauthAccounts).where(eq(oauthAccounts.userId, row.id))
    const kept = own.filter((a) => a.provider !== input.provider)
    if (kept.length === own.length) throw new BerthError('NOT_FOUND', 'This provider is not connected.')
    if (kept.length === 0 && row.passwordHash === null)
      throw new BerthError('CONFLICT', 'This is your only way to sign in.', {
        action: 'Ask an admin for a password link.',
      })
    await tx
      .delete(oauthAccounts)
      .where(and(eq(oauthAccounts.userId, row.id), eq(oauthAccounts.provider, input.provider)))
    await record.audit('oauth.unlinked', `user:${row.id}`, { provider: input.provider })
  })
}

/** Ends every other session (R14). @throws INVALID_INPUT for a wrong current password, TOO_MANY_ATTEMPTS */
export async function changePassword(
  ctx: UserCtx,
  input: { current: string; next: string },
): Promise<{ endedSessions: number }> {
  const { actor } = ctx
  await countTry(ctx, 'passwordUser', actor.userId)
  const [user] = await ctx.db.select({ hash: users.passwordHash }).from(users).where(eq(users.id, actor.userId))
  const before = user?.hash ?? null
  if (!(await verifyPassword(input.current, before)))
    throw new BerthError('INVALID_INPUT', 'The current password is not right.', { field: 'current' })
  const passwordHash = await hashPassword(input.next)
  const ended = await ownedTx(ctx, findSelf, async ({ tx, row, record }) => {
    if (row.passwordHash !== before) throw new BerthError('CONFLICT', 'The password was changed in the meantime.')
    await tx.update(users).set({ passwordHash }).where(eq(users.id, row.id))
    // Whoever holds an older link must not take the account back with it.
    await voidLinks(tx, { kind: 'reset', userId: row.id })
    const own = actor.kind === 'user' ? actor.sessionId : undefined
    const open = await tx
      .select({ id: authSessions.id })
      .from(authSessions)
      .where(and(eq(authSessions.userId, row.id), isNull(authSessions.revokedAt)))
    const others = open.filter((s) => s.id !== own)
    for (const other of others)
      await tx.update(authSessions).set({ revokedAt: new Date() }).where(eq(authSessions.id, other.id))
    await notifyEnded(tx, { kind: 'user', id: row.id, exceptSession: own, tokensToo: false })
    await record.audit('password.changed', `user:${row.id}`, { endedSessions: others.length })
    return others.length
  })
  await forgive(ctx, 'passwordUser', actor.userId, 'all')
  return { endedSessions: ended }
}
