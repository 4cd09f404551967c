import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import {
  createToken,
  deleteDeployment,
  dryRunResult,
  getDeployment,
  listDeployments,
  listEvents,
  startDryRun,
} from './index.ts'
import { type SagaBench, sagaBench } from './testing-bench.ts'
import { isPoint, type Point, steps } from './testing-faults.ts'
import { eventsOf, newDroplet, newTemplate, newUser, untilAtRest, versionIdOf } from './testing-setup.ts'
import { things } from './testing-world.ts'

let bench: SagaBench
let ctx: UserCtx
let strike: ((point: Point, signal: AbortSignal) => Promise<void>) | undefined

beforeAll(async () => {
  bench = await sagaBench({ steps: steps(async (_id, point, signal) => strike?.(point, signal)) })
  ctx = await newUser(bench.base)
  await newDroplet(ctx)
})
afterAll(() => bench?.end())

/** Of a draft, which nobody could deploy. */
async function start(o: { userId?: string; allowNewDroplet?: boolean; variables?: Record<string, string> } = {}) {
  const slug = await newTemplate(
    bench.base,
    { environmentVariables: [{ name: 'KEY', description: '', isRequired: false, isSecret: true }] },
    { status: 'draft' },
  )
  const versionId = await versionIdOf(bench.sql, slug)
  const { userId = ctx.actor.userId, allowNewDroplet = false, variables = {} } = o
  const { deploymentId } = await startDryRun(bench.base, { versionId, userId, allowNewDroplet, variables })
  return { deploymentId, slug }
}

const result = (deploymentId: string) => dryRunResult(bench.base, deploymentId, { signal: AbortSignal.timeout(20_000) })

async function expectNothingLeft(id: string, slug: string): Promise<void> {
  expect(await things(bench.sql, `%${id}%`)).toEqual([])
  expect(await things(bench.sql, `%${slug}%`)).toEqual([])
  expect(await bench.sql`select 1 from reservations where deployment_id = ${id}`).toHaveLength(0)
  expect(await bench.sql`select 1 from compensations where deployment_id = ${id} and done_at is null`).toHaveLength(0)
  expect(await bench.sql`select 1 from deployment_tokens where deployment_id = ${id}`).toHaveLength(0)
}

test('I4: a dry run lists the tools of the server and leaves nothing, its image and volume included', async () => {
  const { deploymentId, slug } = await start()
  expect(await result(deploymentId)).toMatchObject({
    ok: true,
    tools: [{ name: 'echo' }],
    protocolVersion: '2025-11-25',
    serverInfo: { name: 'world' },
    startMs: expect.any(Number),
  })
  expect(await untilAtRest(bench.sql, deploymentId)).toMatchObject({
    state: 'cancelled',
    serving_attempt: null,
    error: { code: 'DRY_RUN_ENDED', leftovers: [] },
  })
  await expectNothingLeft(deploymentId, slug)
  const made = await bench.sql`select kind from world_made where name like ${`%${deploymentId}%`} order by kind`
  expect(made.map((row) => row.kind)).toEqual(['container', 'network', 'volume'])
  // I5.
  const events = await eventsOf(bench.sql, deploymentId)
  expect(events.map((event) => event.n)).toEqual(events.map((_, index) => index + 1))
  expect(events.some((event) => event.data.step === 'agent-integration')).toBe(false)
})

test('a dry run that fails says at which step, why, and with which last lines', async () => {
  strike = async (point) => {
    if (isPoint(point, { step: 'health-check', when: 'before' }))
      throw Object.assign(new BerthError('HEALTH_CHECK_FAILED', 'it never answered'), { logTail: ['KEY is missing'] })
  }
  const { deploymentId, slug } = await start()
  expect(await result(deploymentId)).toEqual({
    ok: false,
    step: 'health-check',
    code: 'HEALTH_CHECK_FAILED',
    message: 'it never answered',
    logTail: ['KEY is missing'],
  })
  strike = undefined
  await expectNothingLeft(deploymentId, slug)
})

test('R3: a server that fails in words which no database stores is undone like any other', async () => {
  strike = async (point) => {
    if (isPoint(point, { step: 'health-check', when: 'before' }))
      throw Object.assign(new BerthError('HEALTH_CHECK_FAILED', 'no\0 tools\ud800'), {
        logTail: ['half\ud83d', 'NUL\0'],
      })
  }
  const { deploymentId, slug } = await start()
  expect(await result(deploymentId)).toMatchObject({ message: 'no tools', logTail: ['half', 'NUL'] })
  strike = undefined
  await expectNothingLeft(deploymentId, slug)
})

test('whoever gives up waiting leaves nothing behind', async () => {
  strike = (point, signal) =>
    isPoint(point, { step: 'container-deploy', when: 'after' })
      ? new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
      : Promise.resolve()
  const { deploymentId, slug } = await start()
  await expect(dryRunResult(bench.base, deploymentId, { signal: AbortSignal.timeout(700) })).rejects.toThrow()
  expect(await untilAtRest(bench.sql, deploymentId)).toMatchObject({ state: 'cancelled', error: { code: 'CANCELLED' } })
  strike = undefined
  await expectNothingLeft(deploymentId, slug)
})

test('one that may not create a droplet says so where there is no room', async () => {
  const other = await newUser(bench.base)
  const { deploymentId } = await start({ userId: other.actor.userId })
  expect(await result(deploymentId)).toMatchObject({
    ok: false,
    step: 'droplet-selection',
    code: 'NO_PLACEMENT',
    message: expect.stringContaining('may not create'),
  })
})

test('a missing variable is named before anything is made', async () => {
  const slug = await newTemplate(bench.base, {
    environmentVariables: [{ name: 'API_KEY', description: '', isRequired: true, isSecret: true }],
  })
  const versionId = await versionIdOf(bench.sql, slug)
  const started = startDryRun(bench.base, {
    versionId,
    userId: ctx.actor.userId,
    variables: {},
    allowNewDroplet: false,
  })
  await expect(started).rejects.toMatchObject({ code: 'INVALID_INPUT', field: 'variables.API_KEY' })
})

describe('I7: a dry run is nobody’s deployment', () => {
  test('no list, no verb and no token knows it', async () => {
    const { deploymentId } = await start()
    const unknown = { code: 'NOT_FOUND' }
    await expect(getDeployment(ctx, { deploymentId })).rejects.toMatchObject(unknown)
    await expect(listEvents(ctx, { deploymentId })).rejects.toMatchObject(unknown)
    await expect(createToken(ctx, { deploymentId })).rejects.toMatchObject(unknown)
    await expect(deleteDeployment(ctx, { deploymentId })).rejects.toMatchObject(unknown)
    expect(await listDeployments(ctx, {})).toEqual([])
    expect(await listDeployments(ctx, { ids: [deploymentId] })).toEqual([])
    await result(deploymentId)
  })
})
