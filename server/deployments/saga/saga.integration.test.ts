/** Every step × {fails before, fails after its effects, cancelled before, cancelled during} on a pretend fleet. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import {
  cancelDeployment,
  createDeployment,
  deleteDeployment,
  getDeployment,
  redeployDeployment,
  startDeployment,
  stopDeployment,
} from '../index.ts'
import { type SagaBench, sagaBench } from '../testing-bench.ts'
import { isPoint, POINTS, type Point, steps } from '../testing-faults.ts'
import { eventsOf, newDroplet, newTemplate, newUser, until, untilAtRest } from '../testing-setup.ts'
import { things } from '../testing-world.ts'

let bench: SagaBench
let ctx: UserCtx
let template: string
const strikes = new Map<string, (point: Point, signal: AbortSignal) => Promise<void>>()
/** Deployments that wait at a point until the test has planted its strike. */
let gate: Promise<void> = Promise.resolve()

beforeAll(async () => {
  bench = await sagaBench({
    steps: steps(async (id, point, signal) => {
      await gate
      await strikes.get(id)?.(point, signal)
    }),
  })
  ctx = await newUser(bench.base)
  await newDroplet(ctx)
  template = await newTemplate(bench.base)
})

afterAll(() => bench?.end())

/** Creates a deployment that meets `strike` wherever it goes. */
async function create(strike?: (point: Point, signal: AbortSignal, id: string) => Promise<void>): Promise<string> {
  let open = () => {}
  gate = new Promise((resolve) => {
    open = resolve
  })
  const { deploymentId } = await createDeployment(ctx, { template })
  if (strike) strikes.set(deploymentId, (point, signal) => strike(point, signal, deploymentId))
  open()
  return deploymentId
}

async function expectNothingLeft(id: string): Promise<void> {
  expect(await things(bench.sql, `%${id}%`)).toEqual([])
  expect(await bench.sql`select 1 from reservations where deployment_id = ${id}`).toHaveLength(0)
  expect(await bench.sql`select 1 from compensations where deployment_id = ${id} and done_at is null`).toHaveLength(0)
}

async function expectGapless(id: string): Promise<void> {
  const events = await eventsOf(bench.sql, id)
  expect(events.map((event) => event.n)).toEqual(events.map((_, index) => index + 1))
  const [row] = await bench.sql`select last_event, state from deployments where id = ${id}`
  expect(row?.last_event).toBe(events.length)
  const states = events.filter((event) => event.type === 'state')
  expect(states.at(-1)?.data.to).toBe(row?.state)
  // Each change begins where the one before it ended.
  for (const [index, state] of states.entries()) if (index > 0) expect(state.data.from).toBe(states[index - 1]?.data.to)
}

test('a deployment becomes healthy with one container, its network and its volume', async () => {
  const id = await create()
  const rest = await untilAtRest(bench.sql, id)
  expect(rest).toMatchObject({ state: 'healthy', error: null, serving_attempt: 1 })
  expect(await things(bench.sql, `%${id}%`)).toEqual([
    `container berth-${id}-1`,
    `network berth-${id}-1`,
    `volume berth-${id}-data`,
  ])
  await expectGapless(id)
  const view = await getDeployment(ctx, { deploymentId: id })
  expect(view.steps.map((step) => step.status)).toEqual(Array(6).fill('succeeded'))
  expect(view.endpoint).toBe(`${ctx.config.publicUrl}/mcp/${id}`)
  expect(view.tools).toEqual([{ name: 'echo' }])
})

/** Beyond it the new container serves, and there is nothing to go back to. */
const NO_RETURN: Point = { step: 'agent-integration', when: 'after' }

test('past the point of no return a failure ends healthy, and a cancel is refused', async () => {
  let strikesLeft = 1
  const id = await create(async (point, _signal, deploymentId) => {
    if (!isPoint(point, NO_RETURN) || strikesLeft-- < 1) return
    await expect(cancelDeployment(ctx, { deploymentId })).rejects.toMatchObject({ code: 'CONFLICT' })
    throw new BerthError('ENGINE_UNAVAILABLE', 'injected')
  })
  expect(await untilAtRest(bench.sql, id)).toMatchObject({ state: 'healthy', serving_attempt: 1, error: null })
  expect(await things(bench.sql, `berth-${id}-1`)).toEqual([`container berth-${id}-1`, `network berth-${id}-1`])
  await expectGapless(id)
})

describe.each(POINTS.filter((point) => !isPoint(point, NO_RETURN)))('$step, $when its effects', (at) => {
  test('I4: a failure there leaves nothing', async () => {
    const id = await create(async (point) => {
      if (isPoint(point, at)) throw new BerthError('ENGINE_UNAVAILABLE', 'injected')
    })
    const rest = await untilAtRest(bench.sql, id)
    expect(rest.error).toMatchObject({ code: 'ENGINE_UNAVAILABLE', step: at.step, leftovers: [] })
    expect(rest.state).toBe('failed')
    expect(rest.serving_attempt).toBeNull()
    await expectNothingLeft(id)
    await expectGapless(id)
  })

  test('I4: a cancel there leaves nothing', async () => {
    const id = await create(async (point, signal, deploymentId) => {
      if (!isPoint(point, at)) return
      await cancelDeployment(ctx, { deploymentId })
      // The row is told of; the step waits for its own abort, as one in a long call would.
      await new Promise((_, reject) => {
        if (signal.aborted) reject(signal.reason)
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      })
    })
    const rest = await untilAtRest(bench.sql, id)
    expect(rest.state).toBe('cancelled')
    expect(rest.error).toMatchObject({ code: 'CANCELLED', leftovers: [] })
    await expectNothingLeft(id)
    await expectGapless(id)
  })

  test('I9: a deletion there ends in deleted', async () => {
    const id = await create(async (point, _signal, deploymentId) => {
      if (isPoint(point, at)) await deleteDeployment(ctx, { deploymentId })
    })
    await until('deleted', async () => (await untilAtRest(bench.sql, id)).state === 'deleted')
    await expectNothingLeft(id)
    await expectGapless(id)
  })
})

test('I9: a deletion past the point of no return ends in deleted', async () => {
  const id = await create(async (point, _signal, deploymentId) => {
    if (isPoint(point, NO_RETURN)) await deleteDeployment(ctx, { deploymentId })
  })
  await until('deleted', async () => (await untilAtRest(bench.sql, id)).state === 'deleted')
  await expectNothingLeft(id)
  await expectGapless(id)
})

test('I4: an image that was there before stays; one pulled for a failed attempt goes', async () => {
  const other = await newTemplate(bench.base)
  const image = `registry.test/mcp/${other}:1`
  const fail = async (point: Point) => {
    if (isPoint(point, { step: 'health-check', when: 'before' }))
      throw new BerthError('HEALTH_CHECK_FAILED', 'injected')
  }
  const saved = template
  template = other
  try {
    const alone = await create(fail)
    await untilAtRest(bench.sql, alone)
    expect(await things(bench.sql, image)).toEqual([])
    const good = await create()
    expect((await untilAtRest(bench.sql, good)).state).toBe('healthy')
    const second = await create(fail)
    await untilAtRest(bench.sql, second)
    expect(await things(bench.sql, image)).toEqual([`image ${image}`])
  } finally {
    template = saved
  }
})

test('I4: a failed redeploy leaves the old container serving', async () => {
  const id = await create()
  await untilAtRest(bench.sql, id)
  strikes.set(id, async (point) => {
    if (isPoint(point, { step: 'health-check', when: 'after' })) throw new BerthError('HEALTH_CHECK_FAILED', 'injected')
  })
  await redeployDeployment(ctx, { deploymentId: id })
  const rest = await untilAtRest(bench.sql, id)
  expect(rest).toMatchObject({ state: 'healthy', attempt: 2, serving_attempt: 1 })
  expect(rest.error).toMatchObject({ code: 'HEALTH_CHECK_FAILED' })
  expect(await things(bench.sql, `%${id}%`)).toEqual([
    `container berth-${id}-1`,
    `network berth-${id}-1`,
    `volume berth-${id}-data`,
  ])
  strikes.delete(id)
  await redeployDeployment(ctx, { deploymentId: id })
  expect(await untilAtRest(bench.sql, id)).toMatchObject({
    state: 'healthy',
    attempt: 3,
    serving_attempt: 3,
    error: null,
  })
  expect(await things(bench.sql, `container%${id}%`)).toEqual([])
  expect(await things(bench.sql, `berth-${id}-_`)).toEqual([`container berth-${id}-3`, `network berth-${id}-3`])
  expect(await bench.sql`select attempt from reservations where deployment_id = ${id}`).toEqual([{ attempt: 3 }])
  await expectGapless(id)
})

test('a stopped deployment starts again in its own room, with its volume', async () => {
  const id = await create()
  await untilAtRest(bench.sql, id)
  expect(await stopDeployment(ctx, { deploymentId: id })).toEqual({ state: 'stopping' })
  expect(await untilAtRest(bench.sql, id)).toMatchObject({ state: 'stopped', serving_attempt: null })
  strikes.set(id, async (point) => {
    if (isPoint(point, { step: 'container-deploy', when: 'after' })) throw new BerthError('ENGINE_REJECTED', 'injected')
  })
  await startDeployment(ctx, { deploymentId: id })
  expect(await untilAtRest(bench.sql, id)).toMatchObject({ state: 'stopped' })
  expect(await bench.sql`select attempt from reservations where deployment_id = ${id}`).toEqual([{ attempt: 1 }])
  strikes.delete(id)
  await startDeployment(ctx, { deploymentId: id })
  expect(await untilAtRest(bench.sql, id)).toMatchObject({ state: 'healthy', serving_attempt: 3 })
  expect(await things(bench.sql, `berth-${id}-%`)).toEqual([
    `container berth-${id}-3`,
    `network berth-${id}-3`,
    `volume berth-${id}-data`,
  ])
  await deleteDeployment(ctx, { deploymentId: id })
  await until('deleted', async () => (await untilAtRest(bench.sql, id)).state === 'deleted')
  await expectNothingLeft(id)
  await expectGapless(id)
})

test('a redeploy or a start with a volume never leaves a droplet that does not answer, where its data is', async () => {
  const owner = await newUser(bench.base)
  const home = await newDroplet(owner)
  const { deploymentId: id } = await createDeployment(owner, { template })
  expect((await untilAtRest(bench.sql, id)).state).toBe('healthy')
  await newDroplet(owner)
  await bench.sql`update droplets set state = 'unreachable' where id = ${home}`
  await redeployDeployment(owner, { deploymentId: id })
  expect(await untilAtRest(bench.sql, id)).toMatchObject({ serving_attempt: 1, error: { code: 'NO_PLACEMENT' } })
  await stopDeployment(owner, { deploymentId: id })
  await untilAtRest(bench.sql, id)
  await startDeployment(owner, { deploymentId: id })
  expect(await untilAtRest(bench.sql, id)).toMatchObject({ state: 'stopped', error: { code: 'NO_PLACEMENT' } })
  expect(await bench.sql`select distinct droplet from world where name like ${`%${id}%`}`).toEqual([{ droplet: home }])
  await bench.sql`update droplets set state = 'active' where id = ${home}`
  await startDeployment(owner, { deploymentId: id })
  expect((await untilAtRest(bench.sql, id)).state).toBe('healthy')
  expect(await bench.sql`select distinct droplet from world where name like ${`%${id}%`}`).toEqual([{ droplet: home }])
})
