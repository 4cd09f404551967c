import { eq } from 'drizzle-orm'
import { v7 } from 'uuid'
import { describe, expect, test } from 'vitest'
import { auditLog } from '#db/schema/auth.ts'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { deploymentEvents, deployments } from '#db/schema/deployments.ts'
import { reservations } from '#db/schema/fleet.ts'
import type { CloudDroplet } from '#server/cloud/port.ts'
import { BerthError } from '#server/errors.ts'
import { fakeCloud, insertAccount, insertDroplet, insertUser, MIB, withFleet } from '../testing.ts'
import { startReconciler } from './reconciler.ts'
import { reconcilerBench } from './testing.ts'

const bench = reconcilerBench()
const { runOnce, addDroplet, addDeployment, later, stateOf, inCloud, tagged } = bench

describe('in the cloud', () => {
  test('I3: a late twin is deleted in the next pass, and the droplet that is used stays', async () => {
    const droplet = await addDroplet({ providerId: 1 })
    inCloud(1, { tags: tagged(droplet.attemptTag) })
    inCloud(2, { tags: tagged(droplet.attemptTag), createdAt: bench.now })
    await runOnce()
    expect(bench.cloud.deleted).toEqual([2])
    expect(await stateOf(droplet)).toBe('active')
  })

  test('I3: a droplet of an attempt that was given up is deleted as soon as it appears', async () => {
    const droplet = await addDroplet({ state: 'deleted', deletedAt: bench.now })
    inCloud(3, { tags: tagged(droplet.attemptTag), createdAt: bench.now })
    await runOnce()
    expect(bench.cloud.deleted).toEqual([3])
  })

  test('I1: a droplet that no row knows is deleted once it is old enough to be sure', async () => {
    inCloud(4, { tags: tagged('berth-try-unheard-of'), createdAt: bench.now })
    await runOnce()
    expect(bench.cloud.deleted).toEqual([])
    later(90_000)
    await runOnce()
    expect(bench.cloud.deleted).toEqual([4])
  })

  test('R19: what carries no tag of this installation is never touched', async () => {
    inCloud(5, { tags: ['berth', 'berth-another'] })
    inCloud(6, { tags: [] })
    bench.cloud.listDroplets = async () => bench.cloud.droplets
    await runOnce()
    expect(bench.cloud.deleted).toEqual([])
    expect(bench.reconciler.status().unmanaged).toBe(2)
  })

  test('a creation under way is left alone', async () => {
    const droplet = await addDroplet({
      state: 'booting',
      deadlineAt: new Date(bench.now.getTime() + 60_000),
    })
    inCloud(8, { tags: tagged(droplet.attemptTag), createdAt: bench.now })
    await runOnce()
    expect(bench.cloud.deleted).toEqual([])
    expect(await stateOf(droplet)).toBe('booting')
  })

  test('R19: a droplet that vanished is believed gone at the second look; what it served says so', async () => {
    const droplet = await addDroplet({ providerId: 9 })
    const deploymentId = await addDeployment({ state: 'healthy', dropletId: droplet.id })
    await bench.base.db.insert(reservations).values({
      deploymentId,
      attempt: 1,
      dropletId: droplet.id,
      memoryBytes: MIB,
      cpuMillis: 1,
      diskBytes: 0,
    })
    bench.pool.reachable = false
    await runOnce()
    expect(await stateOf(droplet)).toBe('unreachable')
    await runOnce()
    expect(await stateOf(droplet)).toBe('deleted')
    const [deployment] = await bench.base.db.select().from(deployments).where(eq(deployments.id, deploymentId))
    expect(deployment?.state).toBe('unhealthy')
    const events = await bench.base.db
      .select()
      .from(deploymentEvents)
      .where(eq(deploymentEvents.deploymentId, deploymentId))
    expect(events.map((e) => e.type)).toEqual(['state', 'health.changed'])
    expect(await bench.base.db.$count(reservations, eq(reservations.deploymentId, deploymentId))).toBe(0)
    const audit = await bench.base.db
      .select()
      .from(auditLog)
      .where(eq(auditLog.resource, `droplet:${droplet.id}`))
    expect(audit.map((a) => a.action)).toContain('droplet.gone')
  })

  test('R20: a cloud that is down changes nothing and says why', async () => {
    const droplet = await addDroplet({ providerId: 10 })
    bench.cloud.failNext.listDroplets = new BerthError('CLOUD_UNAVAILABLE', 'DigitalOcean is down.')
    await runOnce()
    expect(await stateOf(droplet)).toBe('active')
    expect(bench.reconciler.status().problems).toEqual([expect.stringContaining('DigitalOcean is down.')])
  })

  test('R20: the trouble of one account keeps no other from its turn', async () => {
    const other = await insertUser(bench.base)
    const otherOwner = { userId: other, cloudAccountId: await insertAccount(bench.base, other, 'dop_v1_broken') }
    const broken = fakeCloud({ listDroplets: () => Promise.reject(new Error('broken')) })
    const { cloud, pool } = bench
    const base = withFleet(bench.base, { makeCloud: (token) => (token === 'dop_v1_broken' ? broken : cloud), pool })
    await insertDroplet(base, otherOwner, { providerId: 11 })
    const own = startReconciler(base, { periodMs: 3_600_000, now: () => bench.now })
    inCloud(12, { tags: tagged('berth-try-unheard-of') })
    await own.runOnce()
    await own.stop()
    expect(bench.cloud.deleted).toEqual([12])
  })
})

describe('I9: stuck rows', () => {
  test('a creation that nobody finishes is destroyed past its deadline', async () => {
    const droplet = await addDroplet({ state: 'booting', deadlineAt: new Date(bench.now.getTime() - 1000) })
    inCloud(20, { tags: tagged(droplet.attemptTag) })
    await runOnce()
    expect(bench.cloud.deleted).toEqual([20])
    expect(await stateOf(droplet)).toBe('deleted')
  })

  test('one whose saga still runs gets ten minutes more, no longer', async () => {
    const createdFor = await addDeployment({ state: 'deploying' })
    const deadlineAt = new Date(bench.now.getTime() - 1000)
    const droplet = await addDroplet({ state: 'booting', deadlineAt, createdFor })
    await runOnce()
    expect(await stateOf(droplet)).toBe('booting')
    later(11 * 60_000)
    await runOnce()
    expect(await stateOf(droplet)).toBe('deleted')
  })

  test('a deletion that the cloud refused is taken up again', async () => {
    const droplet = await addDroplet({
      state: 'deleting',
      providerId: 21,
      deadlineAt: new Date(bench.now.getTime() - 1000),
    })
    inCloud(21, { tags: tagged(droplet.attemptTag) })
    await runOnce()
    expect(bench.cloud.deleted).toEqual([21])
    expect(await stateOf(droplet)).toBe('deleted')
  })

  test('I4: an idle droplet whose deployment was undone goes too; one with another guest stays', async () => {
    const createdFor = await addDeployment({ state: 'failed' })
    const idle = await addDroplet({ providerId: 22, createdFor })
    const used = await addDroplet({ providerId: 23, createdFor })
    for (const d of [idle, used]) inCloud(d.providerId ?? 0, { tags: tagged(d.attemptTag) })
    await bench.base.db.insert(reservations).values({
      deploymentId: v7(),
      attempt: 1,
      dropletId: used.id,
      memoryBytes: MIB,
      cpuMillis: 1,
      diskBytes: 0,
    })
    await runOnce()
    expect(bench.cloud.deleted).toEqual([22])
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
  bench.cloud.listDroplets = () => {
    listed()
    return held
  }
  const first = runOnce()
  await listing
  const other = startReconciler(bench.base, { periodMs: 3_600_000 })
  expect(await other.runOnce()).toBe(false)
  release()
  expect(await first).toBe(true)
  await other.stop()
})

test('the key and firewall of an account that was removed while its cloud was down are taken away later', async () => {
  await bench.base.db
    .update(cloudAccounts)
    .set({ forgottenAt: new Date(), sshKeyProviderId: 5, firewallProviderId: 'fw' })
    .where(eq(cloudAccounts.id, bench.owner.cloudAccountId))
  const gone: unknown[] = []
  bench.cloud.deleteSshKey = async (id) => void gone.push(id)
  bench.cloud.deleteFirewall = async (id) => void gone.push(id)
  bench.cloud.failNext.deleteSshKey = undefined
  await runOnce()
  expect(gone).toEqual([5, 'fw'])
  const [account] = await bench.base.db
    .select()
    .from(cloudAccounts)
    .where(eq(cloudAccounts.id, bench.owner.cloudAccountId))
  expect(account).toMatchObject({ sshKeyProviderId: null, firewallProviderId: null })
  expect(
    bench.base.vault.open(account?.token ?? { keyId: '', box: '' }, `cloud-token:${bench.owner.cloudAccountId}`),
  ).toBe('')
})

test('I9: a pass that loses its database connection is followed by others', async () => {
  const backends = () => bench.database.sql<{ pid: number }[]>`
    select l.pid from pg_locks l join pg_database d on d.oid = l.database
    where l.locktype = 'advisory' and l.objsubid = 1 and d.datname = current_database()`
  const list = bench.cloud.listDroplets
  bench.cloud.listDroplets = async () => {
    for (const { pid } of await backends()) await bench.database.sql`select pg_terminate_backend(${pid})`
    await expect.poll(backends).toEqual([])
    bench.cloud.listDroplets = list
    return []
  }
  await runOnce()
  expect(await runOnce()).toBe(true)
  expect(bench.reconciler.status().problems).toEqual([])
})

test('a droplet limit that DigitalOcean raised is known within the hour', async () => {
  bench.cloud.account = async () => ({ uuid: v7(), email: 'cloud@berth.test', status: 'active', dropletLimit: 25 })
  const limit = async () =>
    (await bench.base.db.select().from(cloudAccounts).where(eq(cloudAccounts.id, bench.owner.cloudAccountId)))[0]
      ?.dropletLimit
  await runOnce()
  expect(await limit()).toBe(10)
  later(3_700_000)
  await runOnce()
  expect(await limit()).toBe(25)
})
