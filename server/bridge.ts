/**
 * What Next's bundle may reach of the running server, through `globalThis[Symbol.for('berth.runtime')]`: the bundle has
 * copies of whatever it imports, so it imports only the types of this and finds the one running thing here.
 */
import { createCaller } from '#server/api/root.ts'
import type { Services } from '#server/api/services.ts'
import {
  arriveByOAuth,
  checkPassword,
  endSession,
  linkedUser,
  openSession,
  type Provider,
  SESSION_MAX_AGE_S,
  type SessionActor,
  secureCookies,
  sessionFrom,
  sessionSecret,
} from '#server/auth/index.ts'
import type { Config } from '#server/config.ts'
import type { Base } from '#server/context.ts'
import { toBerthError } from '#server/errors.ts'
import type { FleetBase } from '#server/fleet/index.ts'
import { ADDRESS_HEADER } from '#server/http/client-address.ts'

/** An error that may cross into the bundle, where `instanceof` does not work: plain data. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; code: string; retryAfterSeconds: number | null }

export interface AuthBridge {
  secret: string
  secureCookies: boolean
  sessionMaxAgeSeconds: number
  oauth: Config['oauth']
  /** null: wrong e-mail or password. */
  checkPassword(
    input: { email: string; password: string },
    headers: Headers,
  ): Promise<Outcome<{ userId: string } | null>>
  arriveByOAuth(input: OAuthCallback, headers: Headers): Promise<Outcome<{ userId: string }>>
  /** Of an account that has just arrived. */
  linkedUser(provider: Provider, providerAccountId: string): Promise<{ userId: string } | null>
  /** @returns the id that the cookie carries; the browser's own session when it is this user's already */
  openSession(userId: string, via: string, headers: Headers): Promise<string>
  endSession(sessionId: string): Promise<void>
  logProblem(code: string): void
}

export interface OAuthCallback {
  provider: Provider
  providerAccountId: string
  displayName: string
  state: string
  invitation: string | null
}

export interface RuntimeBridge {
  /** For server components: acts as the request's session. Pages are reached by links from anywhere: no origin check. */
  caller(headers: Headers): Promise<ReturnType<typeof createCaller>>
  sessionFrom(headers: Headers): Promise<SessionActor | null>
  auth: AuthBridge
}

export const RUNTIME = Symbol.for('berth.runtime')

export function createBridge(base: FleetBase, services: Services): RuntimeBridge {
  const session = (headers: Headers) => sessionFrom(base, { cookie: headers.get('cookie') ?? undefined })
  const client = (headers: Headers) => ({
    ip: headers.get(ADDRESS_HEADER) ?? '',
    userAgent: headers.get('user-agent') ?? '',
  })
  return {
    sessionFrom: session,
    async caller(headers) {
      return createCaller({ base, services, actor: await session(headers), refused: null, request: client(headers) })
    },
    auth: {
      secret: sessionSecret(base),
      secureCookies: secureCookies(base.config),
      sessionMaxAgeSeconds: SESSION_MAX_AGE_S,
      oauth: base.config.oauth,
      checkPassword: (input, headers) => outcome(base, () => checkPassword(base, { ...input, ip: client(headers).ip })),
      arriveByOAuth: (input, headers) =>
        outcome(base, async () => arriveByOAuth(base, { ...input, session: await session(headers) })),
      linkedUser: (provider, providerAccountId) => linkedUser(base, provider, providerAccountId),
      async openSession(userId, via, headers) {
        const current = await session(headers)
        if (via !== 'password' && current?.userId === userId) return current.sessionId
        return openSession(base, userId, via, client(headers))
      },
      endSession: (sessionId) => endSession(base, sessionId),
      logProblem: (code) => base.log.warn({ code }, 'next-auth reports a problem'),
    },
  }
}

async function outcome<T>(base: Base, work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await work() }
  } catch (error) {
    const known = toBerthError(error)
    if (known.code === 'INTERNAL') base.log.error({ err: error }, 'a sign-in failed')
    const wait = known.retryAfterMs
    return { ok: false, code: known.code, retryAfterSeconds: wait === undefined ? null : Math.ceil(wait / 1000) }
  }
}
