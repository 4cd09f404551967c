/**
 * The only door to `db.transaction`. Every change of a resource looks it up by owner and leaves an event or an audit
 * row in the same transaction: `ownedTx` throws when the work recorded nothing.
 */
import { type SQL, sql } from 'drizzle-orm'
import type { Db, Tx } from '#db/client.ts'
import { auditLog } from '#db/schema/auth.ts'
import { actorName, type Ctx, type UserCtx } from '#server/context.ts'
import type { EventInput } from '#server/deployments/event-types.ts'
import { BerthError } from '#server/errors.ts'

export const EVENTS_CHANNEL = 'berth_events'

export interface Recorder {
  /** Appends the next event of a deployment, locks its row, notifies listeners at commit. @returns its number */
  event(deploymentId: string, event: EventInput): Promise<number>
  audit(action: string, resource: string, data?: Record<string, unknown>): Promise<void>
}

interface Work<Row> {
  tx: Tx
  row: Row
  record: Recorder
}

/**
 * @param find the owner-scoped lookup, `for update`; undefined becomes NOT_FOUND, foreign or missing alike (I7)
 */
export async function ownedTx<Row, T>(
  ctx: UserCtx,
  find: (tx: Tx, userId: string) => Promise<Row | undefined>,
  work: (w: Work<Row>) => Promise<T>,
): Promise<T> {
  return recordedTx(ctx, ctx.actor.userId, async (tx, record) => {
    const row = await find(tx, ctx.actor.userId)
    if (row === undefined) throw new BerthError('NOT_FOUND', 'There is no such thing here.')
    return work({ tx, row, record })
  })
}

/** For work that creates something, or that Berth itself does (saga, reconciler): still must record. */
export async function recordedTx<T>(
  ctx: Ctx,
  ownerId: string | null,
  work: (tx: Tx, record: Recorder) => Promise<T>,
): Promise<T> {
  return ctx.db.transaction(async (tx) => {
    let recorded = 0
    const record: Recorder = {
      event: (deploymentId, event) => {
        recorded++
        return appendEvent(tx, deploymentId, event)
      },
      audit: async (action, resource, data = {}) => {
        recorded++
        await tx.insert(auditLog).values({ actor: actorName(ctx.actor), userId: ownerId, action, resource, data })
      },
    }
    const result = await work(tx, record)
    if (recorded === 0) throw new Error('a transaction changed something and recorded neither event nor audit row')
    return result
  })
}

/** Bookkeeping that is nobody's act: heartbeats, leases, rate limits, last-seen times. */
export const housekeepingTx = <T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> => db.transaction(work)

/** One statement: the row lock orders writers, so numbers are gapless and commit in order (I5). */
async function appendEvent(tx: Tx, deploymentId: string, event: EventInput): Promise<number> {
  const [row] = await tx.execute<{ n: number }>(sql`
    with numbered as (
      update deployments set last_event = last_event + 1, updated_at = now() where id = ${deploymentId}
      returning last_event as n, attempt, user_id
    ), appended as (
      insert into deployment_events (deployment_id, n, attempt, type, data)
      select ${deploymentId}, n, attempt, ${event.type}, ${JSON.stringify(event.data)}::jsonb from numbered
    )
    select n, pg_notify(${EVENTS_CHANNEL}, json_build_object('d', ${deploymentId}::text, 'n', n, 'u', user_id)::text)
    from numbered`)
  if (!row) throw new BerthError('NOT_FOUND', 'There is no such deployment.')
  return row.n
}

export interface Note {
  channel: string
  payload: string
}

export const eventNote = (deploymentId: string, n: number, userId: string): Note => ({
  channel: EVENTS_CHANNEL,
  payload: JSON.stringify({ d: deploymentId, n, u: userId }),
})

/**
 * For a change that is one statement, which appends its own event: no BEGIN and COMMIT around it, and its notes go out
 * behind its commit. A NOTIFY inside would make commits wait for each other (Postgres orders them by one lock), which
 * a burst of clicks feels. A process that dies in between loses the note, not the row: the queue's sweep finds it.
 *
 * @param statement returns a row when it changed something
 * @returns whether it did
 */
export async function recordedStatement(db: Db, statement: SQL, notes: Note[]): Promise<boolean> {
  const changed = (await db.execute(statement)).length > 0
  if (changed) sendSoon(db, notes)
  return changed
}

const unsent = new WeakMap<Db, Note[]>()

/** One statement for all notes that gathered while the one before was on its way. */
function sendSoon(db: Db, notes: Note[]): void {
  const gathering = unsent.get(db)
  if (gathering) return void gathering.push(...notes)
  unsent.set(db, [...notes])
  const send = async () => {
    for (let next = unsent.get(db); next && next.length > 0; next = unsent.get(db)) {
      unsent.set(db, [])
      await db.execute(sql`
        select pg_notify(note->>'channel', note->>'payload') from jsonb_array_elements(${JSON.stringify(next)}::jsonb) note`)
    }
  }
  // A note that can't be sent is one that the sweep makes up for.
  void send()
    .catch(() => {})
    .finally(() => unsent.delete(db))
}
