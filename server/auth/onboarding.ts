/** What a person without a session does with a one-time link: first admin, invitation, new password. */
import { and, eq, isNull } from 'drizzle-orm'
import { authSessions, users } from '#db/schema/auth.ts'
import type { SignInOptionsView } from '#server/api/views.ts'
import type { Base, Ctx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import type { Fleet } from '#server/fleet/index.ts'
import { recordedTx } from '#server/tx.ts'
import { adoptFirstToken } from './first-token.ts'
import { consumeLink, voidLinks } from './links.ts'
import { insertUser, prepareUser } from './new-user.ts'
import { hashPassword } from './password.ts'
import { notifyEnded } from './session-events.ts'
import { countTry, forgive } from './throttle.ts'

/** Nobody is signed in: what there is, is the request. */
interface OpenCtx extends Base {
  services: { fleet: Fleet }
  request: { ip: string }
}

const asSystem = (ctx: OpenCtx): Ctx => ({ ...ctx, actor: { kind: 'system', part: 'auth' } })
const fleetBase = (ctx: OpenCtx) => ({ ...ctx, fleet: ctx.services.fleet })

export async function signInOptions(ctx: OpenCtx): Promise<SignInOptionsView> {
  const { oauth, demo } = ctx.config
  const needsSetup = (await ctx.db.$count(users)) === 0
  return { github: oauth.github !== null, digitalocean: oauth.digitalocean !== null, needsSetup, demo }
}

/** R18: makes the first admin, once, for whoever holds the token that the start printed. */
export async function setUp(
  ctx: OpenCtx,
  input: { setupToken: string; email: string; password: string },
): Promise<{ email: string }> {
  await countTry(ctx, 'linkAddress', ctx.request.ip)
  const passwordHash = await hashPassword(input.password)
  const { email } = input
  const userId = await recordedTx(asSystem(ctx), null, async (tx, record) => {
    await consumeLink(tx, 'setup', input.setupToken)
    if ((await tx.$count(users)) > 0) throw new BerthError('CONFLICT', 'This installation has its first admin already.')
    const id = await insertUser(tx, { email, name: '', role: 'admin', passwordHash })
    await record.audit('installation.set-up', `user:${id}`)
    return id
  })
  await forgive(ctx, 'linkAddress', ctx.request.ip, 'one')
  prepareUser(fleetBase(ctx), userId)
  ctx.services.fleet.background.start('first-token', 'installation', () => adoptFirstToken(fleetBase(ctx)))
  return { email }
}

export async function acceptInvite(
  ctx: OpenCtx,
  input: { token: string; password: string; name: string },
): Promise<{ email: string }> {
  await countTry(ctx, 'linkAddress', ctx.request.ip)
  const passwordHash = await hashPassword(input.password)
  const made = await recordedTx(asSystem(ctx), null, async (tx, record) => {
    const link = await consumeLink(tx, 'invite', input.token)
    const email = link.email ?? ''
    const role = link.role ?? 'user'
    const userId = await insertUser(tx, { email, name: input.name, role, passwordHash })
    await record.audit('invitation.accepted', `user:${userId}`, { via: 'password', role })
    return { email, userId }
  })
  await forgive(ctx, 'linkAddress', ctx.request.ip, 'one')
  prepareUser(fleetBase(ctx), made.userId)
  return { email: made.email }
}

/** Sets a new password and ends every session of the user (R14). */
export async function resetPassword(
  ctx: OpenCtx,
  input: { token: string; password: string },
): Promise<{ email: string }> {
  await countTry(ctx, 'linkAddress', ctx.request.ip)
  const passwordHash = await hashPassword(input.password)
  const email = await recordedTx(asSystem(ctx), null, async (tx, record) => {
    const link = await consumeLink(tx, 'reset', input.token)
    if (!link.userId) throw new BerthError('NOT_FOUND', 'This link belongs to nobody any more.')
    const [user] = await tx
      .update(users)
      .set({ passwordHash })
      .where(eq(users.id, link.userId))
      .returning({ id: users.id, email: users.email })
    if (!user) throw new BerthError('NOT_FOUND', 'This link belongs to nobody any more.')
    await voidLinks(tx, { kind: 'reset', userId: user.id })
    await tx
      .update(authSessions)
      .set({ revokedAt: new Date() })
      .where(and(eq(authSessions.userId, user.id), isNull(authSessions.revokedAt)))
    await notifyEnded(tx, { kind: 'user', id: user.id, tokensToo: false })
    await record.audit('password.reset', `user:${user.id}`)
    return user.email
  })
  await forgive(ctx, 'linkAddress', ctx.request.ip, 'one')
  await forgive(ctx, 'signInEmail', email, 'all')
  return { email }
}
