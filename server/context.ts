/** Who acts, and with what: the first argument of every verb. */
import type { Db } from '#db/client.ts'
import type { Role } from '#db/schema/auth.ts'
import type { Config } from '#server/config.ts'
import type { Vault } from '#server/crypto/vault.ts'
import type { Log } from '#server/observability/log.ts'

/** What an API token may do; a browser session may do all of them. */
export const SCOPES = ['read', 'deploy', 'settings', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

export type Actor =
  | { kind: 'user'; userId: string; role: Role; sessionId: string; email: string; name: string }
  | { kind: 'token'; userId: string; role: Role; tokenId: string; scopes: Scope[]; email: string; name: string }
  | { kind: 'system'; part: string }

/** What every verb may use, whoever acts. */
export interface Base {
  db: Db
  config: Config
  vault: Vault
  log: Log
  /** Ten characters that mark everything this installation makes in a cloud (I1). */
  installationId: string
}

export interface Ctx<A extends Actor = Actor> extends Base {
  actor: A
}
/** A person or their token: has a user id, so every query can be scoped (I7). */
export type UserCtx = Ctx<Exclude<Actor, { kind: 'system' }>>

export const actorName = (actor: Actor): string =>
  actor.kind === 'system'
    ? `system:${actor.part}`
    : `${actor.kind}:${actor.kind === 'user' ? actor.userId : actor.tokenId}`
