/**
 * Postgres notifications for one process: a single dedicated connection. Notifications sent while it was away are gone,
 * so every subscriber is told to catch up (`onResync`) each time a connection stands anew. postgres.js re-listens after
 * a close but gives up when that first try fails, and can't see a half-open socket: a ping to ourselves proves the way
 * from commit to callback, and a lost one makes a new connection.
 */
import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import type { Log } from './log.ts'

export interface Listener {
  /** @returns the function that ends this subscription, once the channel is listened to */
  on(channel: string, onNotify: (payload: string) => void, onResync?: () => void): Promise<() => void>
  close(): Promise<void>
}

interface Subscription {
  channel: string
  onNotify: (payload: string) => void
  onResync: (() => void) | undefined
}

const PING_EVERY_MS = 5_000

export function createListener(databaseUrl: string, log: Log): Listener {
  const pingChannel = `berth_ping_${randomUUID().replaceAll('-', '')}`
  const subscriptions = new Set<Subscription>()
  let sql = open()
  let answered = true
  let closed = false

  function open() {
    return postgres(databaseUrl, { max: 1, idle_timeout: 0, onnotice: () => {} })
  }

  async function attach(subscription: Subscription, resyncAtOnce: boolean): Promise<void> {
    let again = resyncAtOnce
    await sql.listen(
      subscription.channel,
      (payload) => {
        if (subscriptions.has(subscription)) subscription.onNotify(payload)
      },
      () => {
        if (again) subscription.onResync?.()
        again = true
      },
    )
  }

  async function reopen(): Promise<void> {
    log.warn('the connection that listens to Postgres was lost; making a new one')
    const old = sql
    sql = open()
    void old.end({ timeout: 1 }).catch(() => {})
    await sql.listen(pingChannel, () => {
      answered = true
    })
    for (const subscription of subscriptions) await attach(subscription, true)
  }

  async function ping(): Promise<void> {
    if (!answered) await reopen()
    answered = false
    await sql`select pg_notify(${pingChannel}, '')`
  }

  const ready = sql.listen(pingChannel, () => {
    answered = true
  })
  let pinging = false
  const timer = setInterval(() => {
    if (pinging || closed) return
    pinging = true
    ping()
      .catch((err: unknown) => log.warn({ err }, 'Postgres does not answer'))
      .finally(() => {
        pinging = false
      })
  }, PING_EVERY_MS).unref()

  return {
    async on(channel, onNotify, onResync) {
      await ready
      const subscription: Subscription = { channel, onNotify, onResync }
      subscriptions.add(subscription)
      await attach(subscription, false)
      return () => void subscriptions.delete(subscription)
    },
    async close() {
      closed = true
      clearInterval(timer)
      subscriptions.clear()
      await sql.end({ timeout: 5 })
    },
  }
}
