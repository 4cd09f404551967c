/**
 * Ends what is open when its session or token ends (R10). A revocation NOTIFYs in its transaction; every process holds
 * the open streams of its callers and aborts the ones concerned. A notification can be lost with its connection, so
 * all holders are checked against the database again after a reconnect and once a minute (which also ends streams of
 * sessions that merely expired).
 */
import { sql } from 'drizzle-orm'
import type { Db, Tx } from '#db/client.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import type { Listener } from '#server/observability/listen.ts'
import type { Log } from '#server/observability/log.ts'

export const SESSIONS_CHANNEL = 'berth_sessions'
const RECHECK_INTERVAL_MS = 60_000

/** What ended: one session, one token, or everything of a user but (perhaps) one session. */
export type Ended =
  | { kind: 'session'; id: string }
  | { kind: 'token'; id: string }
  | { kind: 'user'; id: string; exceptSession?: string; tokensToo: boolean }

/** In the transaction that revokes: delivered exactly when it commits. */
export async function notifyEnded(tx: Tx, ended: Ended): Promise<void> {
  await tx.execute(sql`select pg_notify(${SESSIONS_CHANNEL}, ${JSON.stringify(ended)})`)
}

export interface Held {
  signal: AbortSignal
  release(): void
}

export interface AuthEvents {
  /**
   * A signal that aborts (reason: NOT_SIGNED_IN) when the caller's session or token ends; `release` it when the stream
   * ends by itself. @throws NOT_SIGNED_IN when it has ended between the call's own check and this
   */
  hold(actor: UserCtx['actor']): Promise<Held>
  close(): void
}

const hasEnded = () => new BerthError('NOT_SIGNED_IN', 'This session has ended.')

interface Holder {
  kind: 'session' | 'token'
  id: string
  userId: string
  controller: AbortController
}

const concerns = (ended: Ended, holder: Holder): boolean => {
  if (ended.kind !== 'user') return holder.kind === ended.kind && holder.id === ended.id
  if (holder.userId !== ended.id) return false
  return holder.kind === 'token' ? ended.tokensToo : holder.id !== ended.exceptSession
}

export async function createAuthEvents(parts: { db: Db; listener: Listener; log: Log }): Promise<AuthEvents> {
  const holders = new Set<Holder>()

  const end = (holder: Holder) => {
    holders.delete(holder)
    holder.controller.abort(hasEnded())
  }
  const recheck = async () => {
    if (holders.size === 0) return
    const live = await liveKeys(parts.db, [...holders])
    for (const holder of [...holders]) if (!live.has(`${holder.kind}:${holder.id}`)) end(holder)
  }
  const recheckSafely = () =>
    recheck().catch((err: unknown) => parts.log.warn({ err }, 'open streams could not be checked against sessions'))

  const unlisten = await parts.listener.on(
    SESSIONS_CHANNEL,
    (payload) => {
      const ended = JSON.parse(payload) as Ended
      for (const holder of [...holders]) if (concerns(ended, holder)) end(holder)
    },
    () => void recheckSafely(),
  )
  const timer = setInterval(() => void recheckSafely(), RECHECK_INTERVAL_MS).unref()

  return {
    async hold(actor) {
      const controller = new AbortController()
      const holder: Holder = {
        kind: actor.kind === 'user' ? 'session' : 'token',
        id: actor.kind === 'user' ? actor.sessionId : actor.tokenId,
        userId: actor.userId,
        controller,
      }
      holders.add(holder)
      const live = await liveKeys(parts.db, [holder])
      if (!live.has(`${holder.kind}:${holder.id}`)) {
        holders.delete(holder)
        throw hasEnded()
      }
      return { signal: controller.signal, release: () => void holders.delete(holder) }
    },
    /** Streams are not ended here: a stopping server cuts their connections, and browsers come back. */
    close() {
      clearInterval(timer)
      unlisten()
    },
  }
}

async function liveKeys(db: Db, holders: Holder[]): Promise<Set<string>> {
  const ids = (kind: Holder['kind']) => holders.filter((h) => h.kind === kind).map((h) => h.id)
  const list = (values: string[]) => sql`(select jsonb_array_elements_text(${JSON.stringify(values)}::jsonb)::uuid)`
  const rows = await db.execute<{ key: string }>(sql`
    select 'session:' || s.id as key from auth_sessions s join users u on u.id = s.user_id
     where s.id in ${list(ids('session'))} and s.revoked_at is null and s.expires_at > now() and u.disabled_at is null
    union all
    select 'token:' || t.id from api_tokens t join users u on u.id = t.user_id
     where t.id in ${list(ids('token'))} and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
       and u.disabled_at is null`)
  return new Set(rows.map((row) => row.key))
}
