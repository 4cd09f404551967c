/**
 * The one place that reads the session cookie. tRPC, streams and server components all come through here; nothing uses
 * next-auth's own session reading, because it never looks at the session's row.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { getToken } from 'next-auth/jwt'
import type { Config } from '#server/config.ts'
import type { Base } from '#server/context.ts'
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
