import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { deployments } from '#db/schema/deployments.ts'
import { droplets, reservations } from '#db/schema/fleet.ts'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import { BerthError } from '#server/errors.ts'
import { setCloudAccount } from './accounts.ts'
import { deleteDroplet, forgetDroplet, listDroplets } from './inventory.ts'
import { forgetCloudAccount } from './leave-account.ts'
import { snapshotFor } from './snapshot.ts'
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
  userCtx,
  withFleet,
} from './testing.ts'
import type { FleetBase } from './types.ts'

let database: TestDatabase
let base: FleetBase
let cloud: FakeCloud
let pool: FakePool
let owner: { userId: string; cloudAccountId: string }

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.end())
beforeEach(async () => {
  cloud = fakeCloud()
  pool = fakePool()
  base = withFleet(testBase(database), { makeCloud: () => cloud, pool })
  const userId = await insertUser(base)
  owner = { userId, cloudAccountId: await insertAccount(base, userId) }
})

const me = () => userCtx(base, owner.userId)
const stateOf = async (id: string) =>
  (await base.db.select({ state: droplets.state }).from(droplets).where(eq(droplets.id, id)))[0]?.state
const hold = async (dropletId: string, memoryBytes = 64 * MIB) => {
  const deploymentId = await insertDeployment(base, owner.userId, { state: 'healthy', dropletId })
  await base.db
    .insert(reservations)
    .values({ deploymentId, attempt: 1, dropletId, memoryBytes, cpuMillis: 100, diskBytes: 0 })
  return deploymentId
}

test('the list shows each droplet with what is held on it', async () => {
  const droplet = await insertDroplet(base, owner)
  const deploymentId = await hold(droplet.id)
  expect(await listDroplets(me())).toMatchObject([
    {
      id: droplet.id,
      reservedMemoryBytes: 64 * MIB,
      reservedCpuMillis: 100,
      deployments: [{ deploymentId, state: 'healthy', memoryBytes: 64 * MIB }],
    },
  ])
})

test('I6: no key or token is in what leaves', async () => {
  await insertDroplet(base, owner)
  expect(JSON.stringify(await listDroplets(me()))).not.toMatch(/ssh-ed25519|PRIVATE|dop_v1|keyId/)
})

test('R7: the droplet of another user is neither listed, deleted nor forgotten', async () => {
  const droplet = await insertDroplet(base, owner, { state: 'unreachable' })
  const stranger = userCtx(base, await insertUser(base))
  expect(await listDroplets(stranger)).toEqual([])
  for (const act of [deleteDroplet, forgetDroplet])
    await expect(act(stranger, { dropletId: droplet.id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(await stateOf(droplet.id)).toBe('unreachable')
})

test('a droplet in use is refused, an idle one is deleted', async () => {
  const droplet = await insertDroplet(base, owner, { providerId: 1 })
  const deploymentId = await hold(droplet.id)
  await expect(deleteDroplet(me(), { dropletId: droplet.id })).rejects.toMatchObject({ code: 'DROPLET_IN_USE' })
  await base.db.delete(reservations).where(eq(reservations.deploymentId, deploymentId))
  await deleteDroplet(me(), { dropletId: droplet.id })
  expect(cloud.deleted).toEqual([1])
  expect(await stateOf(droplet.id)).toBe('deleted')
  expect(await listDroplets(me())).toEqual([])
})

test('R20: while the cloud is down a deletion is accepted and stays under way', async () => {
  const droplet = await insertDroplet(base, owner, { providerId: 1 })
  cloud.failNext.deleteDroplet = new BerthError('CLOUD_UNAVAILABLE', 'down')
  await deleteDroplet(me(), { dropletId: droplet.id })
  expect(await stateOf(droplet.id)).toBe('deleting')
})

test('R19: a droplet that can not be reached may be forgotten, without a cloud call; one that works may not', async () => {
  const working = await insertDroplet(base, owner, { providerId: 1 })
  const lost = await insertDroplet(base, owner, { providerId: 2, state: 'unreachable' })
  const deploymentId = await hold(lost.id)
  await expect(forgetDroplet(me(), { dropletId: working.id })).rejects.toMatchObject({ code: 'CONFLICT' })
  await forgetDroplet(me(), { dropletId: lost.id })
  expect(cloud.deleted).toEqual([])
  expect(await stateOf(lost.id)).toBe('deleted')
  expect(pool.forgotten).toEqual([lost.id])
  const [deployment] = await base.db.select().from(deployments).where(eq(deployments.id, deploymentId))
  expect(deployment?.state).toBe('unhealthy')
})

test('R19: a forgotten account leaves its droplets to themselves and keeps none of its secrets', async () => {
  const droplet = await insertDroplet(base, owner, { providerId: 1 })
  await forgetCloudAccount(me())
  expect(cloud.deleted).toEqual([])
  expect(await stateOf(droplet.id)).toBe('deleted')
  const [account] = await base.db.select().from(cloudAccounts).where(eq(cloudAccounts.id, owner.cloudAccountId))
  if (!account) throw new Error('the row is kept')
  expect(base.vault.open(account.token, `cloud-token:${account.id}`)).toBe('')
  expect(base.vault.open(account.sshPrivateKey, `ssh-key:${account.id}`)).toBe('')
  await expect(snapshotFor(base, owner.userId)).rejects.toMatchObject({ code: 'CLOUD_ACCOUNT_MISSING' })
})

test('a token without the scopes that Berth needs is refused, with their names', async () => {
  cloud.missingScopes = async () => ['droplet:create', 'firewall:create']
  await expect(setCloudAccount(me(), { token: 'dop_v1_0123456789abcdef' })).rejects.toMatchObject({
    code: 'CLOUD_SCOPE_MISSING',
    message: expect.stringContaining('droplet:create, firewall:create'),
  })
})

test('a locked account is refused', async () => {
  cloud.account = async () => ({ uuid: 'u', email: 'e', status: 'locked', dropletLimit: 1 })
  await expect(setCloudAccount(me(), { token: 'dop_v1_0123456789abcdef' })).rejects.toMatchObject({
    code: 'CLOUD_REJECTED',
  })
})

test('R20: while the cloud is down, placement still sees the droplets that run', async () => {
  const down = fakeCloud({ sizes: () => Promise.reject(new BerthError('CLOUD_UNAVAILABLE', 'down')) })
  const during = withFleet(base, { makeCloud: () => down, pool })
  await expect(snapshotFor(during, owner.userId)).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' })
  const droplet = await insertDroplet(base, owner)
  expect(await snapshotFor(during, owner.userId)).toMatchObject({
    sizes: [],
    droplets: [{ id: droplet.id, state: 'ok' }],
  })
})
