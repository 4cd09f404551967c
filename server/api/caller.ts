/** Who calls and through what: the context that every tRPC call starts from. */
import type { Base, UserCtx } from '#server/context.ts'
import type { BerthError } from '#server/errors.ts'
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
