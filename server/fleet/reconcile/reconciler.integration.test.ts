import { eq } from 'drizzle-orm'
import { v7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { auditLog } from '#db/schema/auth.ts'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { deploymentEvents, deployments } from '#db/schema/deployments.ts'
import { droplets, reservations } from '#db/schema/fleet.ts'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import type { CloudDroplet } from '#server/cloud/port.ts'
import { BerthError } from '#server/errors.ts'
import {
  type FakeCloud,
  type FakePool,
  fakeCloud,
  fakePool,
  insertAccount,
  insertDeployment,
  insertDroplet,
  insertUser,
  MIB,
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

describe('in the cloud', () => {
  test('I3: a late twin is deleted in the next pass, and the droplet that is used stays', async () => {
    const droplet = await insertDroplet(base, owner, { providerId: 1 })
    inCloud(1, { tags: tagged(droplet.attemptTag) })
    inCloud(2, { tags: tagged(droplet.attemptTag), createdAt: now })
    await reconciler.runOnce()
    expect(cloud.deleted).toEqual([2])
    expect(await stateOf(droplet)).toBe('active')
  })

  test('I3: a droplet of an attempt that was given up is deleted as soon as it appears', async () => {
    const droplet = await insertDroplet(base, owner, { state: 'deleted', deletedAt: now })
    inCloud(3, { tags: tagged(droplet.attemptTag), createdAt: now })
    await reconciler.runOnce()
    expect(cloud.deleted).toEqual([3])
  })

  test('I1: a droplet that no row knows is deleted once it is old enough to be sure', async () => {
    inCloud(4, { tags: tagged('berth-try-unheard-of'), createdAt: now })
    await reconciler.runOnce()
    expect(cloud.deleted).toEqual([])
    later(90_000)
    await reconciler.runOnce()
    expect(cloud.deleted).toEqual([4])
  })

  test('R19: what carries no tag of this installation is never touched', async () => {
    inCloud(5, { tags: ['berth', 'berth-another'] })
    inCloud(6, { tags: [] })
    cloud.listDroplets = async () => cloud.droplets
    await reconciler.runOnce()
    expect(cloud.deleted).toEqual([])
    expect(reconciler.status().unmanaged).toBe(2)
  })

  test('a creation under way is left alone', async () => {
    const droplet = await insertDroplet(base, owner, {
      state: 'booting',
      deadlineAt: new Date(now.getTime() + 60_000),
    })
    inCloud(8, { tags: tagged(droplet.attemptTag), createdAt: now })
    await reconciler.runOnce()
    expect(cloud.deleted).toEqual([])
    expect(await stateOf(droplet)).toBe('booting')
  })

  test('R19: a droplet that vanished is believed gone at the second look; what it served says so', async () => {
    const droplet = await insertDroplet(base, owner, { providerId: 9 })
    const deploymentId = await insertDeployment(base, owner.userId, { state: 'healthy', dropletId: droplet.id })
    await base.db.insert(reservations).values({
      deploymentId,
      attempt: 1,
      dropletId: droplet.id,
      memoryBytes: MIB,
      cpuMillis: 1,
      diskBytes: 0,
    })
    pool.reachable = false
    await reconciler.runOnce()
    expect(await stateOf(droplet)).toBe('unreachable')
    await reconciler.runOnce()
    expect(await stateOf(droplet)).toBe('deleted')
    const [deployment] = await base.db.select().from(deployments).where(eq(deployments.id, deploymentId))
    expect(deployment?.state).toBe('unhealthy')
    const events = await base.db.select().from(deploymentEvents).where(eq(deploymentEvents.deploymentId, deploymentId))
    expect(events.map((e) => e.type)).toEqual(['state', 'health.changed'])
    expect(await base.db.$count(reservations, eq(reservations.deploymentId, deploymentId))).toBe(0)
    const audit = await base.db
      .select()
      .from(auditLog)
      .where(eq(auditLog.resource, `droplet:${droplet.id}`))
    expect(audit.map((a) => a.action)).toContain('droplet.gone')
  })

  test('R20: a cloud that is down changes nothing and says why', async () => {
    const droplet = await insertDroplet(base, owner, { providerId: 10 })
    cloud.failNext.listDroplets = new BerthError('CLOUD_UNAVAILABLE', 'DigitalOcean is down.')
    await reconciler.runOnce()
    expect(await stateOf(droplet)).toBe('active')
    expect(reconciler.status().problems).toEqual([expect.stringContaining('DigitalOcean is down.')])
  })

  test('R20: the trouble of one account keeps no other from its turn', async () => {
    const other = await insertUser(base)
    const otherOwner = { userId: other, cloudAccountId: await insertAccount(base, other, 'dop_v1_broken') }
    const broken = fakeCloud({ listDroplets: () => Promise.reject(new Error('broken')) })
    const working = cloud
    base = withFleet(base, { makeCloud: (token) => (token === 'dop_v1_broken' ? broken : working), pool })
    await insertDroplet(base, otherOwner, { providerId: 11 })
    const own = startReconciler(base, { periodMs: 3_600_000, now: () => now })
    inCloud(12, { tags: tagged('berth-try-unheard-of') })
    await own.runOnce()
    await own.stop()
    expect(cloud.deleted).toEqual([12])
  })
})

describe('I9: stuck rows', () => {
  test('a creation that nobody finishes is destroyed past its deadline', async () => {
    const droplet = await insertDroplet(base, owner, { state: 'booting', deadlineAt: new Date(now.getTime() - 1000) })
    inCloud(20, { tags: tagged(droplet.attemptTag) })
    await reconciler.runOnce()
    expect(cloud.deleted).toEqual([20])
    expect(await stateOf(droplet)).toBe('deleted')
  })

  test('one whose saga still runs gets ten minutes more, no longer', async () => {
    const createdFor = await insertDeployment(base, owner.userId, { state: 'deploying' })
    const deadlineAt = new Date(now.getTime() - 1000)
    const droplet = await insertDroplet(base, owner, { state: 'booting', deadlineAt, createdFor })
    await reconciler.runOnce()
    expect(await stateOf(droplet)).toBe('booting')
    later(11 * 60_000)
    await reconciler.runOnce()
    expect(await stateOf(droplet)).toBe('deleted')
  })

  test('a deletion that the cloud refused is taken up again', async () => {
    const droplet = await insertDroplet(base, owner, {
      state: 'deleting',
      providerId: 21,
      deadlineAt: new Date(now.getTime() - 1000),
    })
    inCloud(21, { tags: tagged(droplet.attemptTag) })
    await reconciler.runOnce()
    expect(cloud.deleted).toEqual([21])
    expect(await stateOf(droplet)).toBe('deleted')
  })

  test('I4: an idle droplet whose deployment was undone goes too; one with another guest stays', async () => {
    const createdFor = await insertDeployment(base, owner.userId, { state: 'failed' })
    const idle = await insertDroplet(base, owner, { providerId: 22, createdFor })
    const used = await insertDroplet(base, owner, { providerId: 23, createdFor })
    for (const d of [idle, used]) inCloud(d.providerId ?? 0, { tags: tagged(d.attemptTag) })
    await base.db.insert(reservations).values({
      deploymentId: v7(),
      attempt: 1,
      dropletId: used.id,
      memoryBytes: MIB,
      cpuMillis: 1,
      diskBytes: 0,
    })
    await reconciler.runOnce()
    expect(cloud.deleted).toEqual([22])
    expect(await stateOf(used)).toBe('active')
  })
})

test('one process reconciles at a time', async () => {
  let release = () => {}
  const held = new Promise<CloudDroplet[]>((resolve) => {
    release = () => resolve([])
  })
  let listed = () => {}
  const listing = new Promise<void>((resolve) => {
    listed = resolve
  })
  cloud.listDroplets = () => {
    listed()
    return held
  }
  const first = reconciler.runOnce()
  await listing
  const other = startReconciler(base, { periodMs: 3_600_000 })
  expect(await other.runOnce()).toBe(false)
  release()
  expect(await first).toBe(true)
  await other.stop()
})

test('the key and firewall of an account that was removed while its cloud was down are taken away later', async () => {
  await base.db
    .update(cloudAccounts)
    .set({ forgottenAt: new Date(), sshKeyProviderId: 5, firewallProviderId: 'fw' })
    .where(eq(cloudAccounts.id, owner.cloudAccountId))
  const gone: unknown[] = []
  cloud.deleteSshKey = async (id) => void gone.push(id)
  cloud.deleteFirewall = async (id) => void gone.push(id)
  cloud.failNext.deleteSshKey = undefined
  await reconciler.runOnce()
  expect(gone).toEqual([5, 'fw'])
  const [account] = await base.db.select().from(cloudAccounts).where(eq(cloudAccounts.id, owner.cloudAccountId))
  expect(account).toMatchObject({ sshKeyProviderId: null, firewallProviderId: null })
  expect(base.vault.open(account?.token ?? { keyId: '', box: '' }, `cloud-token:${owner.cloudAccountId}`)).toBe('')
})

test('I9: a pass that loses its database connection is followed by others', async () => {
  const backends = () => database.sql<{ pid: number }[]>`
    select l.pid from pg_locks l join pg_database d on d.oid = l.database
    where l.locktype = 'advisory' and l.objsubid = 1 and d.datname = current_database()`
  const list = cloud.listDroplets
  cloud.listDroplets = async () => {
    for (const { pid } of await backends()) await database.sql`select pg_terminate_backend(${pid})`
    await expect.poll(backends).toEqual([])
    cloud.listDroplets = list
    return []
  }
  await reconciler.runOnce()
  expect(await reconciler.runOnce()).toBe(true)
  expect(reconciler.status().problems).toEqual([])
})

test('a droplet limit that DigitalOcean raised is known within the hour', async () => {
  cloud.account = async () => ({ uuid: v7(), email: 'cloud@berth.test', status: 'active', dropletLimit: 25 })
  const limit = async () =>
    (await base.db.select().from(cloudAccounts).where(eq(cloudAccounts.id, owner.cloudAccountId)))[0]?.dropletLimit
  await reconciler.runOnce()
  expect(await limit()).toBe(10)
  later(3_700_000)
  await reconciler.runOnce()
  expect(await limit()).toBe(25)
})
