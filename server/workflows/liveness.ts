/**
 * Which processes live. Each holds a session-level advisory lock on its own id: when the process dies, its connection
 * closes and Postgres frees the lock at once, so nobody waits for a time-out after `kill -9`. The heartbeat covers the
 * rest: a process that hangs, a machine that vanished with its sockets open.
 */
import { eq, sql } from 'drizzle-orm'
import postgres from 'postgres'
import type { Db } from '#db/client.ts'
import { workers } from '#db/schema/deployments.ts'
import type { Log } from '#server/observability/log.ts'

export interface Liveness {
  /** Is this the one process that has this duty? Held until it dies; then another's next question wins it. */
  elected(duty: string): Promise<boolean>
  stop(): Promise<void>
}

/** First half of the two-part lock key, so that no other use of advisory locks can collide ("brth"). */
const LOCK_SPACE = 0x62727468
const HEARTBEAT_MS = 2_000
/** Five missed heartbeats: longer than any pause of an event loop that still works. */
const STALE_MS = 10_000
const RELOCK_MS = 500
/** Rows of dead boots are kept a day for whoever reads the table after an incident. */
const FORGET_AFTER = '1 day'

export async function startLiveness(o: {
  db: Db
  databaseUrl: string
  workerId: string
  role: string
  /** Where other processes reach this one; null when it listens on nothing. */
  internalUrl: string | null
  log: Log
}): Promise<Liveness> {
  let stopped = false
  /** Duties whose lock this connection holds; gone with it. */
  const duties = new Set<string>()
  let relock: NodeJS.Timeout | undefined
  const lockSql = postgres(o.databaseUrl, {
    max: 1,
    idle_timeout: 0,
    // The default renews a connection after an hour, which would free the lock of a living process.
    max_lifetime: null,
    onnotice: () => {},
    onclose: () => {
      duties.clear()
      if (!stopped) relock = setTimeout(hold, RELOCK_MS)
    },
  })
  const lock = async () => {
    await lockSql`select pg_advisory_lock(${LOCK_SPACE}::int, hashtext(${o.workerId}))`
  }
  function hold(): void {
    lock().catch((err: unknown) => {
      if (stopped) return
      o.log.warn({ err }, 'this process could not renew its sign of life; trying again')
      relock = setTimeout(hold, RELOCK_MS)
    })
  }
  const beat = async () => {
    const values = { id: o.workerId, role: o.role, internalUrl: o.internalUrl }
    await o.db
      .insert(workers)
      .values(values)
      .onConflictDoUpdate({ target: workers.id, set: { heartbeatAt: sql`now()` } })
  }

  await lock()
  await beat()
  await o.db.execute(sql`delete from workers where heartbeat_at < now() - ${FORGET_AFTER}::interval`)
  const timer = setInterval(() => {
    beat().catch((err: unknown) => o.log.warn({ err }, 'the heartbeat could not be written'))
  }, HEARTBEAT_MS).unref()

  return {
    async elected(duty) {
      if (duties.has(duty)) return true
      const [row] = await lockSql<{ won: boolean }[]>`
        select pg_try_advisory_lock(${LOCK_SPACE}::int, hashtext(${`duty:${duty}`})) as won`
      if (row?.won) duties.add(duty)
      return row?.won ?? false
    },
    async stop() {
      stopped = true
      clearInterval(timer)
      clearTimeout(relock)
      await o.db.delete(workers).where(eq(workers.id, o.workerId))
      await lockSql.end({ timeout: 5 })
    },
  }
}

/** Those of `ids` whose process is gone or hangs. */
export async function deadWorkers(db: Db, ids: string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const rows = await db.execute<{ id: string }>(sql`
    select w.id from unnest(${sql.param(`{${ids.map((id) => JSON.stringify(id)).join(',')}}`)}::text[]) as w(id)
    where not exists (
      select 1 from pg_locks l
      where l.locktype = 'advisory' and l.granted and l.objsubid = 2 and l.classid::bigint = ${LOCK_SPACE}
        and l.objid::bigint = hashtext(w.id)::bigint & 4294967295
        and l.database = (select oid from pg_database where datname = current_database())
    ) or exists (
      select 1 from workers h
      where h.id = w.id and h.heartbeat_at < now() - ${STALE_MS} * interval '1 millisecond'
    )`)
  return rows.map((row) => row.id)
}
