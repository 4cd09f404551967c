/** What an admin does with users. Every verb checks the role itself: routers are not the only callers. */
import { and, desc, eq, isNull, ne, sql } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { apiTokens, authSessions, oneTimeLinks, ROLES, type Role, users } from '#db/schema/auth.ts'
import type { InvitationView, OneTimeLinkView, UserView } from '#server/api/views.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { type Recorder, recordedTx } from '#server/tx.ts'
import { insertLink, linkUrl, voidLinks, voidLinksMadeBy } from './links.ts'
import { notifyEnded } from './session-events.ts'

type User = typeof users.$inferSelect
const rank = (role: Role): number => ROLES.indexOf(role)

function requireAdmin(ctx: UserCtx): void {
  if (ctx.actor.role !== 'admin') throw new BerthError('NOT_ALLOWED', 'Only an admin may do this.')
}

/** R14: nobody grants a role above their own. */
function requireGrantable(ctx: UserCtx, role: Role): void {
  if (rank(role) > rank(ctx.actor.role))
    throw new BerthError('NOT_ALLOWED', `You can't give the role "${role}", which is above your own.`, {
      field: 'role',
    })
}

/** Changes one user under its lock. @throws NOT_FOUND; NOT_ALLOWED for a user above the actor */
async function changeUser<T>(
  ctx: UserCtx,
  userId: string,
  work: (w: { tx: Tx; user: User; record: Recorder }) => Promise<T>,
): Promise<T> {
  requireAdmin(ctx)
  return recordedTx(ctx, userId, async (tx, record) => {
    // One lock for all changes of users: counting the admins that are left must not race.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('berth.users'))`)
    const [user] = await tx.select().from(users).where(eq(users.id, userId)).for('update')
    if (!user) throw new BerthError('NOT_FOUND', 'There is no such user.')
    requireGrantable(ctx, user.role)
    return work({ tx, user, record })
  })
}

async function requireAnotherAdmin(tx: Tx, user: User): Promise<void> {
  if (user.role !== 'admin') return
  const others = await tx.$count(users, and(eq(users.role, 'admin'), isNull(users.disabledAt), ne(users.id, user.id)))
  if (others === 0) throw new BerthError('CONFLICT', 'This is the only admin.', { action: 'Make another admin first.' })
}

export async function listUsers(ctx: UserCtx): Promise<UserView[]> {
  requireAdmin(ctx)
  return ctx.db
    .select({
      id: users.id,
      email: users.email,
      name: users.name,
      role: users.role,
      createdAt: users.createdAt,
      disabledAt: users.disabledAt,
      lastSeenAt:
        sql<Date | null>`(select max(s.last_seen_at) from auth_sessions s where s.user_id = "users"."id")`.mapWith(
          (value: string) => new Date(value),
        ),
      deployments:
        sql<number>`(select count(*) from deployments d where d.user_id = "users"."id" and d.purpose = 'serve' and d.state <> 'deleted')`.mapWith(
          Number,
        ),
    })
    .from(users)
    .orderBy(users.createdAt)
}

export async function inviteUser(ctx: UserCtx, input: { email: string; role: Role }): Promise<OneTimeLinkView> {
  requireAdmin(ctx)
  requireGrantable(ctx, input.role)
  const { email, role } = input
  return recordedTx(ctx, null, async (tx, record) => {
    const taken = await tx.$count(users, sql`lower(${users.email}) = ${email.toLowerCase()}`)
    if (taken > 0) throw new BerthError('CONFLICT', 'There is a user with this e-mail already.', { field: 'email' })
    await voidLinks(tx, { kind: 'invite', email })
    const link = await insertLink(tx, { kind: 'invite', email, role, createdBy: ctx.actor.userId })
    await record.audit('invitation.created', `link:${link.id}`, { role })
    return { url: linkUrl(ctx.config, 'invite', link.token), expiresAt: link.expiresAt }
  })
}

export async function listInvitations(ctx: UserCtx): Promise<InvitationView[]> {
  requireAdmin(ctx)
  const rows = await ctx.db
    .select()
    .from(oneTimeLinks)
    .where(and(eq(oneTimeLinks.kind, 'invite'), isNull(oneTimeLinks.usedAt), sql`${oneTimeLinks.expiresAt} > now()`))
    .orderBy(desc(oneTimeLinks.createdAt))
  return rows.map(({ id, kind, email, role, createdAt, expiresAt }) => {
    return { id, kind, email: email ?? '', role: role ?? 'user', createdAt, expiresAt }
  })
}

export async function revokeInvitation(ctx: UserCtx, input: { invitationId: string }): Promise<void> {
  requireAdmin(ctx)
  await recordedTx(ctx, null, async (tx, record) => {
    const rows = await tx
      .update(oneTimeLinks)
      .set({ usedAt: new Date() })
      .where(and(eq(oneTimeLinks.id, input.invitationId), eq(oneTimeLinks.kind, 'invite'), isNull(oneTimeLinks.usedAt)))
      .returning({ id: oneTimeLinks.id })
    if (rows.length === 0) throw new BerthError('NOT_FOUND', 'There is no such invitation.')
    await record.audit('invitation.revoked', `link:${input.invitationId}`)
  })
}

/** Ends sessions, API tokens and links at once; what the user has deployed keeps running until somebody deletes it. */
export async function disableUser(ctx: UserCtx, input: { userId: string }): Promise<void> {
  await changeUser(ctx, input.userId, async ({ tx, user, record }) => {
    if (user.id === ctx.actor.userId) throw new BerthError('CONFLICT', 'You can’t disable yourself.')
    await requireAnotherAdmin(tx, user)
    const now = new Date()
    await tx.update(users).set({ disabledAt: now }).where(eq(users.id, user.id))
    await tx
      .update(authSessions)
      .set({ revokedAt: now })
      .where(and(eq(authSessions.userId, user.id), isNull(authSessions.revokedAt)))
    await tx
      .update(apiTokens)
      .set({ revokedAt: now })
      .where(and(eq(apiTokens.userId, user.id), isNull(apiTokens.revokedAt)))
    await voidLinks(tx, { kind: 'reset', userId: user.id })
    await voidLinksMadeBy(tx, user.id)
    await notifyEnded(tx, { kind: 'user', id: user.id, tokensToo: true })
    await record.audit('user.disabled', `user:${user.id}`)
  })
}

export async function enableUser(ctx: UserCtx, input: { userId: string }): Promise<void> {
  await changeUser(ctx, input.userId, async ({ tx, user, record }) => {
    await tx.update(users).set({ disabledAt: null }).where(eq(users.id, user.id))
    await record.audit('user.enabled', `user:${user.id}`)
  })
}

/** A link with which the user sets a new password; the old one works until then. */
export async function resetUser(ctx: UserCtx, input: { userId: string }): Promise<OneTimeLinkView> {
  return changeUser(ctx, input.userId, async ({ tx, user, record }) => {
    if (user.disabledAt)
      throw new BerthError('CONFLICT', 'This user is disabled.', { action: 'Enable the user first.' })
    await voidLinks(tx, { kind: 'reset', userId: user.id })
    const link = await insertLink(tx, {
      kind: 'reset',
      userId: user.id,
      email: user.email,
      createdBy: ctx.actor.userId,
    })
    await record.audit('password.reset-link-made', `user:${user.id}`)
    return { url: linkUrl(ctx.config, 'reset', link.token), expiresAt: link.expiresAt }
  })
}

export async function changeRole(ctx: UserCtx, input: { userId: string; role: Role }): Promise<void> {
  requireGrantable(ctx, input.role)
  await changeUser(ctx, input.userId, async ({ tx, user, record }) => {
    if (rank(input.role) < rank(user.role)) {
      await requireAnotherAdmin(tx, user)
      await voidLinksMadeBy(tx, user.id)
    }
    await tx.update(users).set({ role: input.role }).where(eq(users.id, user.id))
    // A role is read at every call, but an open stream was judged by the old one.
    await notifyEnded(tx, { kind: 'user', id: user.id, tokensToo: true })
    await record.audit('user.role-changed', `user:${user.id}`, { from: user.role, to: input.role })
  })
}
