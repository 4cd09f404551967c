/** Who calls and through what: from a request's headers to the context that every tRPC call starts from. */
import type { IncomingHttpHeaders } from 'node:http'
import { originOf, sessionFrom, TOKEN_PREFIX, tokenActor } from '#server/auth/index.ts'
import type { Config } from '#server/config.ts'
import type { Base, UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import type { Services } from './services.ts'

export interface RequestFacts {
  /** Address of the peer (the proxy's word only when it is on this machine). */
  ip: string
  userAgent: string
}

export interface Caller {
  base: Base
  services: Services
  /** null: nobody is signed in. */
  actor: UserCtx['actor'] | null
  /** Set when the request may not act at all (cross-site mutation): thrown by every procedure. */
  refused: BerthError | null
  request: RequestFacts
}

export interface Incoming {
  headers: IncomingHttpHeaders
  /** `GET` for queries and streams. */
  method: string
  ip: string
}

/** Never throws for what a caller did wrong: that stands in `refused`, and the procedure says it in its own format. */
export async function callerOf(base: Base, services: Services, incoming: Incoming): Promise<Caller> {
  const { headers } = incoming
  const request = {
    get ip() {
      return incoming.ip
    },
    userAgent: headers['user-agent'] ?? '',
  }
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
