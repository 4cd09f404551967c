import { eq } from 'drizzle-orm'
import { v7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { droplets, reservations } from '#db/schema/fleet.ts'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import type { Base } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { housekeepingTx } from '#server/tx.ts'
import { destroyDroplet, keepDroplet, undoProvision } from './destroy.ts'
import { provisionDroplet } from './provision.ts'
import { reserve } from './reservations.ts'
import {
  type FakeCloud,
  type FakePool,
  fakeCloud,
  fakePool,
  insertAccount,
  insertUser,
  MIB,
  provisionInput,
  testBase,
  withFleet,
} from './testing.ts'
import type { FleetBase, ProvisionInput } from './types.ts'

let database: TestDatabase
let plain: Base
let base: FleetBase
let cloud: FakeCloud
let pool: FakePool
let userId: string

beforeAll(async () => {
  database = await testDatabase()
  plain = testBase(database)
})
afterAll(() => database.end())

beforeEach(async () => {
  cloud = fakeCloud()
  pool = fakePool()
  base = withFleet(plain, { makeCloud: () => cloud, pool })
  userId = await insertUser(base)
  await insertAccount(base, userId)
})

const input = (o: Partial<ProvisionInput> = {}) => provisionInput({ userId, ...o })
const rowsFor = (deploymentId: string) => base.db.select().from(droplets).where(eq(droplets.createdFor, deploymentId))
const reservationsOf = (deploymentId: string) =>
  base.db.$count(reservations, eq(reservations.deploymentId, deploymentId))

describe('undo', () => {
  test('I4: leaves no droplet, no reservation and no key behind, and may be repeated', async () => {
    const request = input()
    const droplet = await provisionDroplet(base, request)
    expect(await undoProvision(base, request)).toBe('deleted')
    expect(cloud.droplets).toEqual([])
    expect(await reservationsOf(request.deploymentId)).toBe(0)
    expect(pool.forgotten).toContain(droplet.id)
    const [row] = await rowsFor(request.deploymentId)
    expect(row).toMatchObject({ state: 'deleted', hostKeyPendingPrivate: null })
    expect(await undoProvision(base, request)).toBe('none')
  })

  test('I4: finds a droplet whose id was never written down, by its tag', async () => {
    const request = input()
    const create = cloud.createDroplet
    cloud.createDroplet = async (o) => {
      await create(o)
      throw new Error('the answer was lost')
    }
    await expect(provisionDroplet(base, request)).rejects.toThrow('lost')
    expect(cloud.droplets).toHaveLength(1)
    await undoProvision(base, request)
    expect(cloud.droplets).toEqual([])
  })

  test('I4: keeps a droplet that another deployment moved onto', async () => {
    const request = input()
    const droplet = await provisionDroplet(base, request)
    const guest = { deploymentId: v7(), attempt: 1 }
    await housekeepingTx(base.db, (tx) =>
      reserve(tx, { ...guest, dropletId: droplet.id, memoryBytes: MIB, cpuMillis: 1, diskBytes: 0 }),
    )
    expect(await undoProvision(base, request)).toBe('kept')
    expect(cloud.droplets).toHaveLength(1)
    expect(await reservationsOf(request.deploymentId)).toBe(0)
    expect(await reservationsOf(guest.deploymentId)).toBe(1)
  })

  test('I4: a failed redeploy leaves the droplet that serves alone', async () => {
    const first = input()
    const serving = await provisionDroplet(base, first)
    await housekeepingTx(base.db, (tx) => keepDroplet(tx, first))
    const redeploy = { ...first, attempt: 2 }
    const second = await provisionDroplet(base, redeploy)
    expect(await undoProvision(base, redeploy)).toBe('deleted')
    const states = await base.db.select({ id: droplets.id, state: droplets.state }).from(droplets)
    expect(states.find((d) => d.id === serving.id)?.state).toBe('active')
    expect(states.find((d) => d.id === second.id)?.state).toBe('deleted')
  })

  test('a cloud that is down leaves the row in `deleting`, and the next try ends it', async () => {
    const request = input()
    await provisionDroplet(base, request)
    cloud.failNext.deleteDroplet = new BerthError('CLOUD_UNAVAILABLE', 'down')
    await expect(undoProvision(base, request)).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' })
    expect((await rowsFor(request.deploymentId))[0]?.state).toBe('deleting')
    expect(await undoProvision(base, request)).toBe('deleted')
    expect(cloud.droplets).toEqual([])
  })
})

test('I4: a droplet that looked unused is left alone when somebody moved in meanwhile', async () => {
  const request = input()
  const droplet = await provisionDroplet(base, request)
  expect(await destroyDroplet(base, droplet.id, { reason: 'idle', onlyUnused: true })).toBe(false)
  expect(cloud.droplets).toHaveLength(1)
  await base.db.delete(reservations).where(eq(reservations.dropletId, droplet.id))
  expect(await destroyDroplet(base, droplet.id, { reason: 'idle', onlyUnused: true })).toBe(true)
  expect(cloud.droplets).toEqual([])
})
