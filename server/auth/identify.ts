/**
 * From a request's headers to who calls: the one place that reads the session cookie and the bearer token. tRPC,
 * streams and server components all come through here; nothing uses next-auth's own session reading, because it never
 * looks at the session's row.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { getToken } from 'next-auth/jwt'
import type { Caller } from '#server/api/caller.ts'
import type { Services } from '#server/api/services.ts'
import type { Config } from '#server/config.ts'
import type { Base } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { TOKEN_PREFIX, tokenActor } from './api-tokens.ts'
import { originOf } from './origin.ts'
import { type SessionActor, sessionActor } from './sessions.ts'

/** next-auth's secret: derived, so that no second secret has to be kept (R11). */
export const sessionSecret = (base: Base): string => base.vault.derive('session').toString('base64')

export const secureCookies = (config: Config): boolean => config.publicUrl.startsWith('https://')

/** @returns null without a session, and for one that was revoked, has expired, or whose user is disabled */
export async function sessionFrom(
  base: Base,
  headers: Pick<IncomingHttpHeaders, 'cookie'>,
): Promise<SessionActor | null> {
  // No `authorization`: getToken would take a JWT from it too, and a cookie's protection with it.
  const req = { headers: {}, cookies: parseCookies(headers.cookie) } as unknown as Parameters<typeof getToken>[0]['req']
  const jwt = await getToken({ req, secret: sessionSecret(base), secureCookie: secureCookies(base.config) })
  return typeof jwt?.sid === 'string' ? sessionActor(base, jwt.sid) : null
}

function parseCookies(header: string | undefined): Record<string, string> {
  const cookies: Record<string, string> = {}
  for (const pair of header?.split(';') ?? []) {
    const at = pair.indexOf('=')
    if (at > 0) cookies[pair.slice(0, at).trim()] = pair.slice(at + 1).trim()
  }
  return cookies
}

export interface Incoming {
  headers: IncomingHttpHeaders
  /** `GET` for queries and streams. */
  method: string
  ip: string
}

/** Never throws for what a caller did wrong: that stands in `refused`, and the procedure says it in its own format. */
export async function callerOf(base: Base, services: Services, incoming: Incoming): Promise<Caller> {
  const { headers, ip } = incoming
  const request = { ip, userAgent: headers['user-agent'] ?? '' }
  const caller = (actor: Caller['actor'], refused: BerthError | null = null): Caller => {
    return { base, services, actor, refused, request }
  }
  const bearer = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  if (bearer !== undefined) {
    const actor = bearer.startsWith(`${TOKEN_PREFIX}_`) ? await tokenActor(base, bearer) : null
    return actor
      ? caller(actor)
      : caller(null, new BerthError('NOT_SIGNED_IN', 'This API token is unknown, revoked or expired.'))
  }
  const actor = await sessionFrom(base, headers)
  return caller(actor, crossSite(base.config, incoming, actor !== null))
}

function crossSite(config: Config, { headers, method }: Incoming, session: boolean): BerthError | null {
  const origin = originOf(config, headers)
  const changes = method !== 'GET' && method !== 'HEAD'
  if (origin === 'foreign' || (changes && session && origin !== 'same'))
    return new BerthError('NOT_ALLOWED', 'This request does not come from a page of this Berth.', {
      action: 'Open Berth at its own address; scripts use an API token.',
    })
  if (changes && !/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? ''))
    return new BerthError('INVALID_INPUT', 'Send the body as application/json.')
  return null
}
