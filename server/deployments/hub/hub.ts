/**
 * Committed events to many readers: one notification leads to one read a process, however many watch (I5).
 *
 *   commit → NOTIFY {d,n,u} → markStale(d) → one query for all stale feeds → feed.events → each watcher
 *
 * A feed exists while someone watches its deployment and holds the newest events; a watcher whose next number is older
 * than that reads the database. Numbers have no gaps, so a watcher that waits for `after + 1` can't skip or repeat.
 */
import { sql } from 'drizzle-orm'
import type { Db } from '#db/client.ts'
import type { Listener } from '#server/observability/listen.ts'
import type { Log } from '#server/observability/log.ts'
import { EVENTS_CHANNEL } from '#server/tx.ts'
import type { DeploymentEvent } from '../event-types.ts'
import { eventsAfter, toEvent } from '../list-events.ts'

export type UserNotice = { kind: 'changed'; deploymentId: string; n: number } | { kind: 'resync' }

export interface EventHub {
  /** Says that a deployment of this user changed, not what; `resync` when notifications may have been lost. */
  onUser(userId: string, notify: (notice: UserNotice) => void): () => void
  /**
   * Every event after number `after`, in order, without a gap, until `signal` aborts.
   * The caller has checked who owns the deployment.
   */
  watch(deploymentId: string, after: number, signal: AbortSignal): AsyncGenerator<DeploymentEvent[], void>
  close(): Promise<void>
}

/** Events that a feed keeps: a whole deployment has about 40. */
const FEED_EVENTS_MAX = 300
/** Pause before a failed read is repeated; the next notification repeats it sooner. */
const RETRY_MS = 500

interface Feed {
  events: DeploymentEvent[]
  /** Number of the newest event it has read. */
  last: number
  watchers: Set<() => void>
}

export async function createEventHub(parts: { db: Db; listener: Listener; log: Log }): Promise<EventHub> {
  const { db, listener, log } = parts
  const feeds = new Map<string, Feed>()
  const users = new Map<string, Set<(notice: UserNotice) => void>>()
  const stale = new Set<string>()
  let reading = false
  let retry: NodeJS.Timeout | undefined

  async function readStale(): Promise<void> {
    if (reading) return
    reading = true
    try {
      while (stale.size > 0) {
        const wanted = [...stale].filter((id) => feeds.has(id))
        stale.clear()
        if (wanted.length === 0) break
        await readFeeds(wanted).catch((error: unknown) => {
          for (const id of wanted) stale.add(id)
          throw error
        })
      }
    } catch (err) {
      log.warn({ err }, 'events could not be read; trying again')
      clearTimeout(retry)
      retry = setTimeout(readStale, RETRY_MS).unref()
    } finally {
      reading = false
    }
  }

  async function readFeeds(ids: string[]): Promise<void> {
    const lasts = ids.map((id) => feeds.get(id)?.last ?? 0)
    const rows = await db.execute<
      { deployment_id: string; n: number; at: string; attempt: number; type: string } & Row
    >(
      sql`select e.deployment_id, e.n, e.at, e.attempt, e.type, e.data
          from unnest(${sql.param(`{${ids.join(',')}}`)}::uuid[], ${sql.param(`{${lasts.join(',')}}`)}::int[]) as want(id, last)
          join deployment_events e on e.deployment_id = want.id and e.n > want.last
          order by e.deployment_id, e.n`,
    )
    const touched = new Set<Feed>()
    for (const row of rows) {
      const feed = feeds.get(row.deployment_id)
      if (!feed || row.n <= feed.last) continue
      feed.events.push(toEvent({ ...row, at: new Date(row.at) }))
      feed.last = row.n
      touched.add(feed)
    }
    for (const feed of touched) {
      if (feed.events.length > FEED_EVENTS_MAX) feed.events.splice(0, feed.events.length - FEED_EVENTS_MAX)
      for (const wake of [...feed.watchers]) wake()
    }
  }

  function onNotify(payload: string): void {
    const { d, n, u } = JSON.parse(payload) as { d: string; n: number; u: string }
    for (const notify of users.get(u) ?? []) notify({ kind: 'changed', deploymentId: d, n })
    const feed = feeds.get(d)
    if (!feed || n <= feed.last) return
    stale.add(d)
    void readStale()
  }

  function onResync(): void {
    for (const id of feeds.keys()) stale.add(id)
    for (const group of users.values()) for (const notify of group) notify({ kind: 'resync' })
    void readStale()
  }

  const unlisten = await listener.on(EVENTS_CHANNEL, onNotify, onResync)

  function join(deploymentId: string, wake: () => void): Feed {
    let feed = feeds.get(deploymentId)
    if (!feed) {
      feed = { events: [], last: 0, watchers: new Set() }
      feeds.set(deploymentId, feed)
      // What was committed before the feed stood has no notification to come.
      stale.add(deploymentId)
      void readStale()
    }
    feed.watchers.add(wake)
    return feed
  }

  function leave(deploymentId: string, feed: Feed, wake: () => void): void {
    feed.watchers.delete(wake)
    if (feed.watchers.size === 0 && feeds.get(deploymentId) === feed) feeds.delete(deploymentId)
  }

  async function* watch(deploymentId: string, after: number, signal: AbortSignal) {
    let next = after + 1
    let wake = () => {}
    let woken = Promise.resolve()
    const rearm = () => {
      woken = new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    rearm()
    const onWake = () => wake()
    const feed = join(deploymentId, onWake)
    signal.addEventListener('abort', onWake)
    try {
      while (!signal.aborted) {
        if (feed.last < next) {
          await woken
          rearm()
          continue
        }
        const [oldest] = feed.events
        const batch =
          oldest && oldest.n <= next
            ? feed.events.slice(next - oldest.n)
            : await eventsAfter(db, deploymentId, next - 1)
        const newest = batch.at(-1)
        if (!newest) {
          // The feed knows a newer number than the database shows: the deployment is gone.
          await woken
          rearm()
          continue
        }
        next = newest.n + 1
        yield batch
      }
    } finally {
      signal.removeEventListener('abort', onWake)
      leave(deploymentId, feed, onWake)
    }
  }

  return {
    onUser(userId, notify) {
      const group = users.get(userId) ?? new Set()
      users.set(userId, group)
      group.add(notify)
      return () => {
        group.delete(notify)
        if (group.size === 0 && users.get(userId) === group) users.delete(userId)
      }
    },
    watch,
    async close() {
      unlisten()
      clearTimeout(retry)
    },
  }
}

type Row = { data: Record<string, unknown> }
