/** A browser's sessions: one row each; the cookie only names the row, so revoking the row ends the session. */
import { and, desc, eq, gt, isNull, ne, sql } from 'drizzle-orm'
import { authSessions, users } from '#db/schema/auth.ts'
import type { SessionView } from '#server/api/views.ts'
import type { Base, Ctx, UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { ownedTx, recordedTx } from '#server/tx.ts'
import { notifyEnded } from './session-events.ts'

/** Absolute, not sliding: a stolen cookie ends by itself. */
export const SESSION_MAX_AGE_S = 14 * 24 * 3600
/** A write a call would cost more than this column is worth. */
const LAST_SEEN_EVERY_MS = 60_000

export interface ClientFacts {
  ip: string
  userAgent: string
}

export type SessionActor = Extract<UserCtx['actor'], { kind: 'user' }>

/** @returns the id that the cookie carries. @throws NOT_SIGNED_IN for a disabled user */
export async function openSession(base: Base, userId: string, via: string, client: ClientFacts): Promise<string> {
  const ctx: Ctx = { ...base, actor: { kind: 'system', part: 'auth' } }
  return recordedTx(ctx, userId, async (tx, record) => {
    const [user] = await tx
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.id, userId), isNull(users.disabledAt)))
      .for('share')
    if (!user) throw new BerthError('NOT_SIGNED_IN', 'This account is disabled.')
    const [row] = await tx
      .insert(authSessions)
      .values({
        userId,
        ip: client.ip.slice(0, 64),
        userAgent: client.userAgent.slice(0, 300),
        expiresAt: new Date(Date.now() + SESSION_MAX_AGE_S * 1000),
      })
      .returning({ id: authSessions.id })
    if (!row) throw new Error('insert returned no row')
    await record.audit('session.opened', `session:${row.id}`, { via })
    return row.id
  })
}

/** The person behind a session id: null when revoked, expired, unknown or disabled. */
export async function sessionActor(base: Base, sessionId: string): Promise<SessionActor | null> {
  const [row] = await base.db
    .select({
      userId: users.id,
      role: users.role,
      email: users.email,
      name: users.name,
      lastSeenAt: authSessions.lastSeenAt,
    })
    .from(authSessions)
    .innerJoin(users, eq(users.id, authSessions.userId))
    .where(
      and(
        eq(authSessions.id, sessionId),
        isNull(authSessions.revokedAt),
        gt(authSessions.expiresAt, sql`now()`),
        isNull(users.disabledAt),
      ),
    )
  if (!row) return null
  if (Date.now() - row.lastSeenAt.getTime() > LAST_SEEN_EVERY_MS)
    await base.db.update(authSessions).set({ lastSeenAt: new Date() }).where(eq(authSessions.id, sessionId))
  return { kind: 'user', userId: row.userId, role: row.role, sessionId, email: row.email, name: row.name }
}

const live = (userId: string) =>
  and(eq(authSessions.userId, userId), isNull(authSessions.revokedAt), gt(authSessions.expiresAt, sql`now()`))

export async function listSessions(ctx: UserCtx): Promise<SessionView[]> {
  const { actor } = ctx
  const rows = await ctx.db.select().from(authSessions).where(live(actor.userId)).orderBy(desc(authSessions.lastSeenAt))
  return rows.map(({ id, userAgent, ip, createdAt, lastSeenAt, expiresAt }) => {
    return {
      id,
      userAgent,
      ip,
      createdAt,
      lastSeenAt,
      expiresAt,
      current: actor.kind === 'user' && actor.sessionId === id,
    }
  })
}

export async function revokeSession(ctx: UserCtx, input: { sessionId: string }): Promise<void> {
  await ownedTx(
    ctx,
    async (tx, userId) => {
      const [row] = await tx
        .select({ id: authSessions.id })
        .from(authSessions)
        .where(and(eq(authSessions.id, input.sessionId), live(userId)))
        .for('update')
      return row
    },
    async ({ tx, row, record }) => {
      await tx.update(authSessions).set({ revokedAt: new Date() }).where(eq(authSessions.id, row.id))
      await notifyEnded(tx, { kind: 'session', id: row.id })
      await record.audit('session.revoked', `session:${row.id}`)
    },
  )
}

/** For next-auth's sign-out, which knows only what its cookie held. A session that is over already stays so. */
export async function endSession(base: Base, sessionId: string): Promise<void> {
  const actor = await sessionActor(base, sessionId)
  if (actor) await revokeSession({ ...base, actor }, { sessionId })
}

/** Ends the session that asks; a token has none, and nothing happens. */
export async function signOut(ctx: UserCtx): Promise<void> {
  if (ctx.actor.kind === 'user') await revokeSession(ctx, { sessionId: ctx.actor.sessionId })
}

/** All but the one that asks (all, when a token asks). */
export async function revokeOtherSessions(ctx: UserCtx): Promise<{ revoked: number }> {
  const { actor } = ctx
  return recordedTx(ctx, actor.userId, async (tx, record) => {
    const own = actor.kind === 'user' ? actor.sessionId : undefined
    const rows = await tx
      .update(authSessions)
      .set({ revokedAt: new Date() })
      .where(and(live(actor.userId), own ? ne(authSessions.id, own) : undefined))
      .returning({ id: authSessions.id })
    await notifyEnded(tx, { kind: 'user', id: actor.userId, exceptSession: own, tokensToo: false })
    await record.audit('session.revoked-others', `user:${actor.userId}`, { count: rows.length })
    return { revoked: rows.length }
  })
}
