/** `kill -9` of the worker at every step and in the middle of effects: the next one ends what it left (I1, I3, I4, I9). */
import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import type { UserCtx } from '#server/context.ts'
import { createDeployment, deleteDeployment, dryRunResult, startDryRun, stopDeployment } from '../index.ts'
import { POINTS } from '../testing-faults.ts'
import {
  eventsOf,
  newDroplet,
  newTemplate,
  newUser,
  type TestBase,
  testBase,
  until,
  untilAtRest,
  versionIdOf,
} from '../testing-setup.ts'
import { createWorld, things } from '../testing-world.ts'

let database: TestDatabase
let bench: TestBase
let ctx: UserCtx
let template: string
let child: ChildProcess
let over = false
let deaths = 0

const spawnWorker = (): ChildProcess =>
  spawn(process.execPath, [path.join(import.meta.dirname, '../testing-worker.ts')], {
    env: { ...process.env, DATABASE_URL: database.url },
    stdio: ['ignore', process.env.TEST_LOG ? 'inherit' : 'ignore', 'inherit'],
  })

/** Keeps one worker running, as a service manager would. */
function keepOneRunning(): void {
  child = spawnWorker()
  child.once('exit', (_code, signal) => {
    if (over) return
    if (signal === 'SIGKILL') deaths++
    keepOneRunning()
  })
}

beforeAll(async () => {
  database = await testDatabase()
  bench = testBase(database.url)
  await createWorld(bench.sql)
  await bench.sql`create table faults (name text not null, point text not null)`
  ctx = await newUser(bench.base)
  await newDroplet(ctx)
  template = await newTemplate(bench.base)
  keepOneRunning()
})

afterAll(async () => {
  over = true
  child?.kill('SIGKILL')
  await bench?.end()
  await database?.end()
})

let counter = 0
async function deploy(prefix: string, ...points: string[]): Promise<string> {
  const name = `${prefix}-${counter++}`
  for (const point of points) await bench.sql`insert into faults values (${name}, ${point})`
  const { deploymentId } = await createDeployment(ctx, { template, name })
  return deploymentId
}

async function expectOneOfEach(id: string): Promise<void> {
  expect(await things(bench.sql, `%${id}%`)).toEqual([
    `container berth-${id}-1`,
    `network berth-${id}-1`,
    `volume berth-${id}-data`,
  ])
  // I3: nothing was made a second time either.
  const made = await bench.sql`select kind from world_made where name like ${`%${id}%`} order by kind`
  expect(made.map((row) => row.kind)).toEqual(['container', 'network', 'volume'])
}

async function expectNothing(id: string): Promise<void> {
  expect(await things(bench.sql, `%${id}%`)).toEqual([])
  expect(await bench.sql`select 1 from reservations where deployment_id = ${id}`).toHaveLength(0)
}

/** I5, and I3: each step begins and ends once, a take-over says so. */
async function expectOneSetOfEvents(id: string): Promise<void> {
  const events = await eventsOf(bench.sql, id)
  expect(events.map((event) => event.n)).toEqual(events.map((_, index) => index + 1))
  for (const type of ['step.started', 'step.succeeded', 'step.failed']) {
    const steps = events.filter((event) => event.type === type).map((event) => event.data.step)
    expect(steps).toEqual([...new Set(steps)])
  }
}

const PULLED = 60_000

describe('kill -9 while deploying', () => {
  const points = [
    ...POINTS.map(({ step, when }) => `${step} ${when}`),
    'ensureNetwork',
    'ensureVolume',
    'ensureContainer',
    'startContainer',
  ]
  test.each(points)('I3, I9: at "%s" it ends healthy with exactly one container', async (point) => {
    const before = deaths
    const id = await deploy('killed', point)
    const rest = await untilAtRest(bench.sql, id, PULLED)
    expect(deaths).toBe(before + 1)
    expect(rest).toMatchObject({ state: 'healthy', serving_attempt: 1, error: null })
    await expectOneOfEach(id)
    await expectOneSetOfEvents(id)
  })
})

describe('kill -9 in a dry run', () => {
  test.each([
    'droplet-selection after',
    'ensureVolume',
    'startContainer',
    'health-check before',
    'health-check after',
    'removeContainer',
    'removeNetwork',
  ])('I1, I4, I9: at "%s" it still says what it saw, and nothing is left', async (point) => {
    const before = deaths
    const slug = await newTemplate(bench.base)
    await bench.sql`insert into faults values (${`dry run of ${slug} 1`}, ${point})`
    const { deploymentId: id } = await startDryRun(bench.base, {
      versionId: await versionIdOf(bench.sql, slug),
      userId: ctx.actor.userId,
      variables: {},
      allowNewDroplet: false,
    })
    const result = await dryRunResult(bench.base, id, { signal: AbortSignal.timeout(PULLED) })
    expect(result).toMatchObject({ ok: true, tools: [{ name: 'echo' }] })
    expect(deaths).toBe(before + 1)
    await expectNothing(id)
    expect(await things(bench.sql, `%${slug}%`)).toEqual([])
    await expectOneSetOfEvents(id)
  })
})

describe('kill -9 while undoing', () => {
  test.each(['removeContainer', 'removeNetwork'])('I4, I9: at "%s" nothing is left', async (point) => {
    const before = deaths
    const id = await deploy('sick', point)
    const rest = await untilAtRest(bench.sql, id, PULLED)
    expect(deaths).toBe(before + 1)
    expect(rest).toMatchObject({ state: 'failed', error: { code: 'HEALTH_CHECK_FAILED', leftovers: [] } })
    await expectNothing(id)
    await expectOneSetOfEvents(id)
  })
})

test('I9: kill -9 while stopping and while deleting', async () => {
  const id = await deploy('killed', 'stopContainer')
  await untilAtRest(bench.sql, id, PULLED)
  const before = deaths
  await stopDeployment(ctx, { deploymentId: id })
  expect(await untilAtRest(bench.sql, id, PULLED)).toMatchObject({ state: 'stopped' })
  const [row] = await bench.sql`select name from deployments where id = ${id}`
  await bench.sql`insert into faults values (${row?.name}, 'removeContainer')`
  await deleteDeployment(ctx, { deploymentId: id })
  expect(await untilAtRest(bench.sql, id, PULLED)).toMatchObject({ state: 'deleted' })
  expect(deaths).toBe(before + 2)
  await expectNothing(id)
})

test('I9: ten under way at once survive three deaths', async () => {
  const before = deaths
  const ids = await Promise.all([
    deploy('killed', 'image-pull after'),
    deploy('sick', 'ensureContainer'),
    deploy('killed', 'health-check before'),
    ...Array.from({ length: 7 }, () => deploy('calm')),
  ])
  const rests = await Promise.all(ids.map((id) => untilAtRest(bench.sql, id, PULLED)))
  expect(rests.map((rest) => rest.state)).toEqual(['healthy', 'failed', ...Array(8).fill('healthy')])
  expect(deaths).toBeGreaterThan(before)
  for (const [index, id] of ids.entries()) {
    if (index === 1) await expectNothing(id)
    else await expectOneOfEach(id)
    await expectOneSetOfEvents(id)
  }
})

test('I9: a second worker that lives takes over within three seconds', async () => {
  const standby = spawnWorker()
  try {
    await until('two living workers', async () => {
      const rows = await bench.sql`select 1 from workers where heartbeat_at > now() - interval '3 seconds'`
      return rows.length >= 2
    })
    const id = await deploy('killed', 'health-check before')
    expect(await untilAtRest(bench.sql, id, PULLED)).toMatchObject({ state: 'healthy' })
    const events = await bench.sql<{ type: string; ms: number }[]>`
      select type, extract(epoch from at)::float8 * 1000 as ms from deployment_events where deployment_id = ${id} order by n`
    const resumed = events.findIndex((event) => event.type === 'step.resumed')
    const gapMs = (events[resumed]?.ms ?? 0) - (events[resumed - 1]?.ms ?? 0)
    console.info(`take-over by a living worker: ${Math.round(gapMs)} ms`)
    expect(gapMs).toBeGreaterThan(0)
    expect(gapMs).toBeLessThan(3000)
  } finally {
    standby.kill('SIGKILL')
  }
})
