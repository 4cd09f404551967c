/**
 * OAuth sign-in links by the provider's own account id (R13). What the provider says about e-mail addresses is never
 * read: an account is linked only from a signed-in session or with an invitation.
 */
import { and, eq, isNull } from 'drizzle-orm'
import { oauthAccounts, users } from '#db/schema/auth.ts'
import type { Base, Ctx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import type { FleetBase } from '#server/fleet/index.ts'
import { recordedTx } from '#server/tx.ts'
import { consumeLink } from './links.ts'
import { insertUser, prepareUser } from './new-user.ts'
import type { SessionActor } from './sessions.ts'
import { countTry } from './throttle.ts'

export type Provider = 'github' | 'digitalocean'

export interface OAuthArrival {
  provider: Provider
  providerAccountId: string
  /** For a new user's display name only. */
  displayName: string
  /** The `state` of the callback, already checked by next-auth against its signed cookie. */
  state: string
  /** Who is signed in in this browser. */
  session: SessionActor | null
  /** Token of the invitation that this sign-in accepts. */
  invitation: string | null
}

/** @throws NOT_SIGNED_IN for an account that is linked to nobody, CONFLICT when it is somebody else's */
export async function arriveByOAuth(base: FleetBase, arrival: OAuthArrival): Promise<{ userId: string }> {
  const { provider, providerAccountId, session } = arrival
  // next-auth checks signature and browser; the counter makes a state good for one callback (R15).
  await countTry(base, 'oauthState', arrival.state)
  const linked = await linkedUser(base, provider, providerAccountId)
  if (linked && session && linked.userId !== session.userId)
    throw new BerthError('CONFLICT', 'This account is already connected to another user.')
  if (linked) return linked
  if (session) return linkTo(base, session, provider, providerAccountId)
  if (arrival.invitation) return acceptByOAuth(base, arrival, arrival.invitation)
  throw new BerthError('NOT_SIGNED_IN', 'This account is not connected to a user here.', {
    action: 'Sign in with your password, then connect it under Settings, or ask an admin for an invitation.',
  })
}

/** The enabled user whose account it is. */
export async function linkedUser(
  base: Base,
  provider: Provider,
  providerAccountId: string,
): Promise<{ userId: string } | null> {
  const [row] = await base.db
    .select({ userId: oauthAccounts.userId })
    .from(oauthAccounts)
    .innerJoin(users, eq(users.id, oauthAccounts.userId))
    .where(
      and(
        eq(oauthAccounts.provider, provider),
        eq(oauthAccounts.providerAccountId, providerAccountId),
        isNull(users.disabledAt),
      ),
    )
  return row ?? null
}

async function linkTo(base: Base, session: SessionActor, provider: Provider, providerAccountId: string) {
  const ctx: Ctx = { ...base, actor: session }
  return recordedTx(ctx, session.userId, async (tx, record) => {
    const inserted = await tx
      .insert(oauthAccounts)
      .values({ provider, providerAccountId, userId: session.userId })
      .onConflictDoNothing()
      .returning({ userId: oauthAccounts.userId })
    if (inserted.length === 0) throw new BerthError('CONFLICT', 'This account is already connected to another user.')
    await record.audit('oauth.linked', `user:${session.userId}`, { provider })
    return { userId: session.userId }
  })
}

async function acceptByOAuth(base: FleetBase, arrival: OAuthArrival, token: string) {
  const { provider, providerAccountId, displayName } = arrival
  const ctx: Ctx = { ...base, actor: { kind: 'system', part: 'auth' } }
  const made = await recordedTx(ctx, null, async (tx, record) => {
    const link = await consumeLink(tx, 'invite', token)
    const userId = await insertUser(tx, {
      email: link.email ?? '',
      name: displayName.slice(0, 80),
      role: link.role ?? 'user',
      passwordHash: null,
    })
    await tx.insert(oauthAccounts).values({ provider, providerAccountId, userId })
    await record.audit('invitation.accepted', `user:${userId}`, { via: provider, role: link.role })
    return { userId }
  })
  prepareUser(base, made.userId)
  return made
}
