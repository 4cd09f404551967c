import { and, eq, like, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { auditLog } from '#db/schema/auth.ts'
import { deploymentEvents, deploymentSteps, usageSamples } from '#db/schema/deployments.ts'
import { dropletHolds, placements } from '#db/schema/placement.ts'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import type { Base } from '#server/context.ts'
import { capacityOf } from '#server/placement/index.ts'
import { housekeepingTx } from '#server/tx.ts'
import { listDroplets, releaseDroplet } from '../inventory.ts'
import { release, reserve } from '../reservations.ts'
import { snapshotFor } from '../snapshot.ts'
import {
  fakeCloud,
  fakePool,
  insertAccount,
  insertDeployment,
  insertDroplet,
  insertUser,
  MIB,
  testBase,
  userCtx,
  withFleet,
} from '../testing.ts'
import type { Droplet, FleetBase } from '../types.ts'
import { breakerRound } from './round.ts'

let database: TestDatabase
let base: Base
let fleet: FleetBase
let owner: { userId: string; cloudAccountId: string }
let droplet: Droplet

beforeAll(async () => {
  database = await testDatabase()
  base = testBase(database)
  fleet = withFleet(base, { makeCloud: () => fakeCloud(), pool: fakePool() })
})
beforeEach(async () => {
  const userId = await insertUser(base)
  owner = { userId, cloudAccountId: await insertAccount(base, userId) }
  droplet = await insertDroplet(base, owner)
})
afterAll(() => database.end())

async function failed(code: string, o: { on?: Droplet; deploymentId?: string; attempt?: number; step?: string } = {}) {
  const { on = droplet, step = 'container-deploy', attempt = 1 } = o
  const deploymentId = o.deploymentId ?? (await insertDeployment(base, owner.userId, { state: 'failed' }))
  await base.db
    .insert(placements)
    .values({ deploymentId, attempt, decision: {}, dropletId: on.id })
    .onConflictDoNothing()
  const data = { step, error: { code, message: '', action: '' }, logTail: [] }
  await base.db.insert(deploymentEvents).values({ deploymentId, n: attempt * 10, attempt, type: 'step.failed', data })
  return deploymentId
}
async function measured(shares: number[]) {
  const capacity = capacityOf(droplet).memoryBytes
  const deploymentId = await insertDeployment(base, owner.userId, { state: 'healthy', dropletId: droplet.id })
  const rows = shares.map((share, i) => ({
    ...{ deploymentId, at: new Date(Date.now() - i * 60_000), cpuMillis: 10 },
    memoryBytes: Math.round(share * capacity),
  }))
  await base.db.insert(usageSamples).values(rows)
  return deploymentId
}
const round = () => breakerRound(fleet, new Date())
const seen = async (deploymentId?: string) => {
  const snapshot = await snapshotFor(fleet, owner.userId, deploymentId ? { deploymentId } : {})
  return snapshot.droplets.find(({ id }) => id === droplet.id)
}
const viewed = async () => (await listDroplets(userCtx(fleet, owner.userId)))[0]
const ask = (deploymentId: string, attempt = 1) => {
  const small = { memoryBytes: MIB, cpuMillis: 1, diskBytes: 0, dropletId: droplet.id }
  return housekeepingTx(base.db, (tx) => reserve(tx, { ...small, deploymentId, attempt }))
}
const fresh = () => insertDeployment(base, owner.userId, { state: 'deploying' })
const coolDown = () =>
  base.db
    .update(dropletHolds)
    .set({ until: new Date(Date.now() - 1000) })
    .where(eq(dropletHolds.dropletId, droplet.id))
const audited = async () => {
  const mine = and(eq(auditLog.userId, owner.userId), like(auditLog.action, 'droplet.%'))
  return (await base.db.select().from(auditLog).where(mine).orderBy(auditLog.id)).map(({ action }) => action)
}

test('three deployments that failed by its fault hold a droplet back, and placement says why', async () => {
  await failed('SSH_UNREACHABLE')
  await failed('ENGINE_UNAVAILABLE')
  await round()
  expect(await seen()).toMatchObject({ state: 'ok', failures: 2 })
  await failed('STEP_TIMEOUT', { step: 'image-pull' })
  await round()
  expect(await seen()).toMatchObject({ state: 'held', failures: 3, reason: expect.stringContaining('failing') })
  expect(await viewed()).toMatchObject({ hold: { reason: 'failing', trying: false } })
  await expect(ask(await fresh())).rejects.toMatchObject({
    code: 'NO_PLACEMENT',
    message: expect.stringContaining('failing deployments'),
  })
  expect(await audited()).toEqual(['droplet.held'])
})

test('a broken template closes no droplet: its own faults do not count, the doubtful ones count once', async () => {
  for (let i = 0; i < 4; i++) await failed('CONTAINER_EXITED')
  await failed('STEP_TIMEOUT', { step: 'health-check' })
  const deploymentId = await failed('IMAGE_PULL_FAILED', { step: 'image-pull' })
  for (let attempt = 2; attempt < 6; attempt++)
    await failed('IMAGE_PULL_FAILED', { step: 'image-pull', deploymentId, attempt })
  await round()
  expect(await seen()).toMatchObject({ state: 'ok', failures: 1 })
})

test('what is measured fills the snapshot: the newest sample of each container, and nothing older than five minutes', async () => {
  expect((await seen())?.used).toBeNull()
  await measured([0.25, 0.9])
  await measured([0.25])
  const capacity = capacityOf(droplet).memoryBytes
  expect(await seen()).toMatchObject({ used: { memoryBytes: 2 * Math.round(0.25 * capacity), cpuMillis: 20 } })
  await base.db.update(usageSamples).set({ at: sql`at - interval '6 minutes'` })
  expect((await seen())?.used).toBeNull()
})

test('memory above 95 % for three samples holds it back and tells its owner; the alarm ends with its reason', async () => {
  const deploymentId = await measured([0.97, 0.96, 0.98])
  await round()
  expect(await seen()).toMatchObject({ state: 'held', reason: 'over its memory' })
  expect(await viewed()).toMatchObject({ hold: { reason: 'over-memory' }, alarms: [{ kind: 'over-memory' }] })
  await base.db.delete(usageSamples).where(eq(usageSamples.deploymentId, deploymentId))
  await round()
  expect(await viewed()).toMatchObject({ hold: { reason: 'over-memory' }, alarms: [] })
  expect(await audited()).toEqual(['droplet.alarm', 'droplet.held', 'droplet.alarm-over'])
})

test('use beyond what is reserved alarms the owner without holding the droplet back', async () => {
  await measured([0.5, 0.5, 0.5])
  await ask(await fresh())
  await round()
  expect(await viewed()).toMatchObject({ hold: null, alarms: [{ kind: 'over-reserved' }] })
})

test('a droplet lost three times in an hour is held back though it answers again', async () => {
  for (let i = 0; i < 3; i++)
    await base.db.insert(auditLog).values({
      ...{ actor: 'system:fleet', userId: owner.userId, action: 'droplet.unreachable' },
      resource: `droplet:${droplet.id}`,
    })
  await round()
  expect(await seen()).toMatchObject({ state: 'held', reason: expect.stringContaining('lost 3 times') })
})

describe('after the cool-down', () => {
  beforeEach(async () => {
    for (let i = 0; i < 3; i++) await failed('ENGINE_UNAVAILABLE')
    await round()
    await coolDown()
  })

  test('of twenty that ask at once one tries the droplet, and the others see it held', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, fresh))
    expect(await seen()).toMatchObject({ state: 'ok' })
    const outcomes = await Promise.allSettled(ids.map((id) => ask(id)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const trial = ids[outcomes.findIndex(({ status }) => status === 'fulfilled')] ?? ''
    expect(await seen()).toMatchObject({ state: 'held' })
    expect(await seen(trial)).toMatchObject({ state: 'ok' })
    await ask(trial)
    await round()
    expect(await viewed()).toMatchObject({ hold: { trying: true } })
  })

  test('a healthy trial lets it go, and the old failures count no more', async () => {
    const deploymentId = await fresh()
    await ask(deploymentId)
    const step = { deploymentId, attempt: 1, step: 'health-check' as const, position: 4, status: 'succeeded' as const }
    await base.db.insert(deploymentSteps).values(step)
    await round()
    await round()
    expect(await viewed()).toMatchObject({ hold: null })
    expect(await seen()).toMatchObject({ state: 'ok', failures: 0 })
    expect(await audited()).toEqual(['droplet.held', 'droplet.released'])
  })

  test('a trial that fails by its fault holds it for twice as long', async () => {
    const deploymentId = await fresh()
    await ask(deploymentId)
    await failed('SSH_UNREACHABLE', { deploymentId })
    await round()
    const [hold] = await base.db.select().from(dropletHolds).where(eq(dropletHolds.dropletId, droplet.id))
    expect(hold).toMatchObject({ trips: 2, trialDeploymentId: null, releasedAt: null })
    expect((hold?.until.getTime() ?? 0) - Date.now()).toBeGreaterThan(19 * 60_000)
  })

  test('a trial that was cancelled leaves the place to another', async () => {
    const deploymentId = await fresh()
    await ask(deploymentId)
    await housekeepingTx(base.db, (tx) => release(tx, { deploymentId, attempt: 1 }))
    await round()
    await ask(await fresh())
  })
})

test('its owner releases it at once; a stranger finds nothing to release', async () => {
  for (let i = 0; i < 3; i++) await failed('ENGINE_UNAVAILABLE')
  await round()
  const stranger = userCtx(fleet, await insertUser(base))
  await expect(releaseDroplet(stranger, { dropletId: droplet.id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await releaseDroplet(userCtx(fleet, owner.userId), { dropletId: droplet.id })
  await round()
  expect(await seen()).toMatchObject({ state: 'ok', failures: 0 })
  await ask(await fresh())
  expect(await audited()).toEqual(['droplet.held', 'droplet.released'])
})
