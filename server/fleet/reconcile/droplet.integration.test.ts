import { eq } from 'drizzle-orm'
import { v7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { auditLog } from '#db/schema/auth.ts'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { deployments } from '#db/schema/deployments.ts'
import { droplets } from '#db/schema/fleet.ts'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import type { CloudDroplet } from '#server/cloud/port.ts'
import {
  type FakeCloud,
  type FakePool,
  fakeCloud,
  fakePool,
  insertAccount,
  insertDeployment,
  insertDroplet,
  insertUser,
  testBase,
  withFleet,
} from '../testing.ts'
import type { Droplet, FleetBase } from '../types.ts'
import { type Reconciler, startReconciler } from './reconciler.ts'

let database: TestDatabase
let base: FleetBase
let cloud: FakeCloud
let pool: FakePool
let owner: { userId: string; cloudAccountId: string }
let reconciler: Reconciler
let now: Date

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.end())

beforeEach(async () => {
  await reconciler?.stop()
  await base?.db.update(cloudAccounts).set({ forgottenAt: new Date() })
  cloud = fakeCloud()
  pool = fakePool()
  base = withFleet(testBase(database), { makeCloud: () => cloud, pool })
  const userId = await insertUser(base)
  owner = { userId, cloudAccountId: await insertAccount(base, userId) }
  now = new Date()
  reconciler = startReconciler(base, { periodMs: 3_600_000, now: () => now })
})
afterAll(() => reconciler.stop())

const later = (ms: number) => {
  now = new Date(now.getTime() + ms)
}
const stateOf = async (droplet: Droplet) =>
  (await base.db.select({ state: droplets.state }).from(droplets).where(eq(droplets.id, droplet.id)))[0]?.state
const inCloud = (id: number, o: Partial<CloudDroplet> & { tags: string[] }): CloudDroplet => {
  const droplet: CloudDroplet = {
    id,
    name: `cloud-${id}`,
    status: 'active',
    region: 'fra1',
    size: 's-1vcpu-2gb',
    publicIp: '192.0.2.1',
    sshPort: 22,
    createdAt: new Date(now.getTime() - 3_600_000),
    ...o,
  }
  cloud.droplets.push(droplet)
  return droplet
}
const tagged = (attemptTag: string) => ['berth', `berth-${base.installationId}`, attemptTag]

describe('on droplets', () => {
  const withDroplet = async () => {
    const droplet = await insertDroplet(base, owner, { providerId: 30 })
    inCloud(30, { tags: tagged(droplet.attemptTag) })
    return droplet
  }
  const labels = (deploymentId: string, attempt: number) => ({
    'berth.installation': base.installationId,
    'berth.deployment': deploymentId,
    'berth.attempt': String(attempt),
  })
  const container = (name: string, deploymentId: string, attempt: number) => ({
    id: name,
    name,
    image: 'i',
    state: 'running' as const,
    exitCode: 0,
    oomKilled: false,
    createdAt: new Date(),
    startedAt: null,
    restartCount: 0,
    labels: labels(deploymentId, attempt),
    hostPorts: {},
  })

  test('I1: what no deployment owns is removed; what serves or is being made is not', async () => {
    const droplet = await withDroplet()
    const healthy = await insertDeployment(base, owner.userId, { state: 'healthy', attempt: 2, servingAttempt: 2 })
    const running = await insertDeployment(base, owner.userId, { state: 'deploying' })
    const failed = await insertDeployment(base, owner.userId, { state: 'failed' })
    pool.containers = [
      container('serves', healthy, 2),
      container('replaced', healthy, 1),
      container('in-the-making', running, 1),
      container('failed', failed, 1),
      container('of-nobody', v7(), 1),
    ]
    pool.networks = [{ name: 'net-failed', labels: labels(failed, 1), createdAt: new Date() }]
    pool.volumes = [
      { name: 'vol-healthy', labels: labels(healthy, 1), createdAt: new Date() },
      { name: 'vol-failed', labels: labels(failed, 1), createdAt: new Date() },
    ]
    await reconciler.runOnce()
    expect(pool.removed).toEqual(['replaced', 'failed', 'of-nobody', 'net-failed', 'vol-failed'])
    const audit = await base.db
      .select()
      .from(auditLog)
      .where(eq(auditLog.resource, `droplet:${droplet.id}`))
    expect(audit.map((a) => a.action)).toContain('droplet.leftovers-removed')
  })

  test('what an undo could not remove leaves the error once it is gone', async () => {
    await withDroplet()
    const error = { code: 'X', message: '', action: '', step: null, leftovers: ['container berth-x-1'] }
    const failed = await insertDeployment(base, owner.userId, { state: 'failed', error })
    later(1000)
    await reconciler.runOnce()
    const [row] = await base.db.select().from(deployments).where(eq(deployments.id, failed))
    expect(row?.error).toEqual({ ...error, leftovers: [] })
  })

  test('a droplet that answers was seen now; one that fails three looks is unreachable until it answers', async () => {
    const droplet = await withDroplet()
    await reconciler.runOnce()
    const [seen] = await base.db.select().from(droplets).where(eq(droplets.id, droplet.id))
    expect(seen?.lastSeenAt).toEqual(now)
    pool.reachable = false
    await reconciler.runOnce()
    await reconciler.runOnce()
    expect(await stateOf(droplet)).toBe('active')
    await reconciler.runOnce()
    expect(await stateOf(droplet)).toBe('unreachable')
    pool.reachable = true
    await reconciler.runOnce()
    expect(await stateOf(droplet)).toBe('active')
  })

  test('a host key rotation that was left pending is finished', async () => {
    const droplet = await insertDroplet(base, owner, {
      providerId: 31,
      hostKeyRotatedAt: null,
      readyAt: new Date(now.getTime() - 120_000),
    })
    inCloud(31, { tags: tagged(droplet.attemptTag) })
    pool.probeHostKey = async (id) =>
      (await base.db.select().from(droplets).where(eq(droplets.id, id)))[0]?.hostKeyPending ?? ''
    await reconciler.runOnce()
    const [row] = await base.db.select().from(droplets).where(eq(droplets.id, droplet.id))
    expect(row?.hostKey).not.toBe(droplet.hostKey)
    expect(row?.hostKeyRotatedAt).toBeInstanceOf(Date)
  })
})
