import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import type { UserCtx } from '#server/context.ts'
import { createListener, type Listener } from '#server/observability/listen.ts'
import { recordedTx } from '#server/tx.ts'
import { createDeployment, type DeploymentEvent } from '../index.ts'
import { newTemplate, newUser, type TestBase, testBase, until } from '../testing-setup.ts'
import { createEventHub, type EventHub, type UserNotice } from './hub.ts'
import { watchEvents } from './watch.ts'

let database: TestDatabase
let bench: TestBase
let listener: Listener
let hub: EventHub
let ctx: UserCtx
let template: string

beforeAll(async () => {
  database = await testDatabase()
  bench = testBase(database.url)
  listener = createListener(database.url, bench.base.log)
  hub = await createEventHub({ db: bench.base.db, listener, log: bench.base.log })
  ctx = await newUser(bench.base)
  template = await newTemplate(bench.base)
})

afterAll(async () => {
  await hub?.close()
  await listener?.close()
  await bench?.end()
  await database?.end()
})

const say = (deploymentId: string, message: string) =>
  recordedTx(ctx, null, (_tx, record) =>
    record.event(deploymentId, { type: 'step.progress', data: { step: 'image-pull', message } }),
  )

const create = async () => (await createDeployment(ctx, { template })).deploymentId

/** Collects in the background; `signal` ends it. */
function collect(id: string, after: number, signal: AbortSignal): DeploymentEvent[] {
  const seen: DeploymentEvent[] = []
  void (async () => {
    for await (const batch of watchEvents(ctx, hub, { deploymentId: id, after, signal })) seen.push(...batch)
  })()
  return seen
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

test('I5: watchers that join at any moment, from any number, see every event once and in order', async () => {
  const id = await create()
  const end = new AbortController()
  const watchers = [{ after: 0, seen: collect(id, 0, end.signal) }]
  const total = 400
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    for (let nth = 0; nth < total / 4; nth++) {
      await say(id, `${writer} ${nth}`)
      if (nth % 20 === 0) {
        const after = (writer * 37 + nth) % 60
        watchers.push({ after, seen: collect(id, after, end.signal) })
      }
    }
  })
  await Promise.all(writers)
  // One that comes when all is written, and one that comes from beyond the end.
  watchers.push(
    { after: 0, seen: collect(id, 0, end.signal) },
    { after: 10_000, seen: collect(id, 10_000, end.signal) },
  )
  for (const { after, seen } of watchers) {
    const expected = after > total ? [] : numbers(after + 1, total + 1)
    await until(`all events after ${after}`, async () => seen.length >= expected.length)
    expect(seen.map((event) => event.n)).toEqual(expected)
  }
  end.abort()
})

test('I5: events committed while the listening connection is away are not missed', async () => {
  const id = await create()
  const end = new AbortController()
  const seen = collect(id, 0, end.signal)
  const notices: UserNotice[] = []
  const leave = hub.onUser(ctx.actor.userId, (notice) => notices.push(notice))
  await until('the first event', async () => seen.length === 1)
  await bench.base.db.execute(sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and query ilike 'listen%'`)
  for (let nth = 0; nth < 20; nth++) await say(id, String(nth))
  await until('all 21 events', async () => seen.length === 21)
  expect(seen.map((event) => event.n)).toEqual(numbers(1, 21))
  await until('a resync', async () => notices.some((notice) => notice.kind === 'resync'))
  leave()
  end.abort()
})

test('I7: a foreign deployment is not watched', async () => {
  const id = await create()
  const other = await newUser(bench.base)
  const watching = watchEvents(other, hub, { deploymentId: id, signal: new AbortController().signal })
  await expect(watching.next()).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('a thousand watchers cost one read an event, not a thousand', async () => {
  const id = await create()
  const end = new AbortController()
  const arrivals: number[] = []
  const expected = 1000
  for (let nth = 0; nth < expected; nth++)
    void (async () => {
      for await (const batch of hub.watch(id, 1, end.signal)) for (const _ of batch) arrivals.push(performance.now())
    })()
  await until('the feed stands', async () => bench.statements.some((statement) => statement.includes('unnest')))
  bench.statements.length = 0
  const latencies: number[] = []
  for (let round = 1; round <= 10; round++) {
    await say(id, String(round))
    // When its writer hears of the commit: some watchers may hear even before.
    const committedAt = performance.now()
    await until('everybody heard', async () => arrivals.length === round * expected)
    for (const at of arrivals.slice(-expected)) latencies.push(Math.max(0, at - committedAt))
  }
  end.abort()
  latencies.sort((a, b) => a - b)
  const p99 = latencies[Math.floor(latencies.length * 0.99)] ?? 0
  console.info(`event to 1,000 watchers: p99 ${p99.toFixed(1)} ms after the commit`)
  const reads = bench.statements.filter((statement) => statement.includes('deployment_events e')).length
  expect(reads).toBeGreaterThanOrEqual(1)
  // One more: the read that was under way when the first commit came.
  expect(reads).toBeLessThanOrEqual(11)
})
