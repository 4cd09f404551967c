import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { auditLog } from '#db/schema/auth.ts'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { droplets, reservations } from '#db/schema/fleet.ts'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import type { Base } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { provisionDroplet } from './provision.ts'
import {
  type FakeCloud,
  type FakePool,
  fakeCloud,
  fakePool,
  insertAccount,
  insertUser,
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
let accountId: string

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
  accountId = await insertAccount(base, userId)
})

const input = (o: Partial<ProvisionInput> = {}) => provisionInput({ userId, ...o })
const rowsFor = (deploymentId: string) => base.db.select().from(droplets).where(eq(droplets.createdFor, deploymentId))
const reservationsOf = (deploymentId: string) =>
  base.db.$count(reservations, eq(reservations.deploymentId, deploymentId))

test('a provisioned droplet is active, tagged, reserved for its deployment, and the steps were told', async () => {
  const told: string[] = []
  const request = input({ onProgress: ({ phase }) => void told.push(phase) })
  const droplet = await provisionDroplet(base, request)
  expect(droplet).toMatchObject({ state: 'active', publicIp: '192.0.2.1', engineVersion: '29.0.0', deadlineAt: null })
  expect(droplet.hostKeyPendingPrivate).toBeNull()
  expect(cloud.created).toHaveLength(1)
  expect(cloud.created[0]?.tags.toSorted()).toEqual(
    ['berth', `berth-${base.installationId}`, `berth-dep-${request.deploymentId}`, droplet.attemptTag].toSorted(),
  )
  expect(cloud.created[0]?.userData).toContain(droplet.hostKey)
  expect(await reservationsOf(request.deploymentId)).toBe(1)
  expect(told).toEqual(['creating', 'booting', 'connecting', 'ready'])
  await base.fleet.background.idle()
})

test('I1: the row with its tag stands before the cloud is asked', async () => {
  const request = input()
  let seen: unknown
  cloud.createDroplet = async () => {
    const [row] = await rowsFor(request.deploymentId)
    seen = { state: row?.state, providerId: row?.providerId, tagged: row?.attemptTag.includes(row.id) }
    throw new BerthError('CLOUD_LIMIT', 'full')
  }
  await expect(provisionDroplet(base, request)).rejects.toMatchObject({ code: 'CLOUD_LIMIT' })
  expect(seen).toEqual({ state: 'booting', providerId: null, tagged: true })
})

test('I3: two calls of one attempt at the same time share one row', async () => {
  const request = input()
  const [one, two] = await Promise.all([provisionDroplet(base, request), provisionDroplet(base, request)])
  expect(one.id).toBe(two.id)
  expect(await rowsFor(request.deploymentId)).toHaveLength(1)
  expect(await reservationsOf(request.deploymentId)).toBe(1)
})

test('I3: a call that is repeated makes one droplet', async () => {
  const request = input()
  const first = await provisionDroplet(base, request)
  const again = await provisionDroplet(base, request)
  expect(again.id).toBe(first.id)
  expect(cloud.created).toHaveLength(1)
  expect(await rowsFor(request.deploymentId)).toHaveLength(1)
})

test('I3: after a crash behind the request, the same tag and host key are asked for again, as tried before', async () => {
  const request = input()
  cloud.failNext.createDroplet = new Error('the process died here')
  await expect(provisionDroplet(base, request)).rejects.toThrow('died')
  const droplet = await provisionDroplet(base, request)
  expect(await rowsFor(request.deploymentId)).toHaveLength(1)
  expect(cloud.created[0]).toMatchObject({ attemptTag: droplet.attemptTag, firstTriedAt: droplet.createdAt })
  expect(cloud.created[0]?.userData).toContain(droplet.hostKey)
})

test('a second attempt of the same deployment gets a droplet of its own while the first serves', async () => {
  const first = input()
  const one = await provisionDroplet(base, first)
  const two = await provisionDroplet(base, { ...first, attempt: 2 })
  expect(two.id).not.toBe(one.id)
})

test('I9: a droplet that never becomes ready ends in DROPLET_BOOT_TIMEOUT, and a later try may go on with it', async () => {
  const request = input()
  pool.reachable = false
  await expect(provisionDroplet(base, { ...request, deadlineMs: 200 })).rejects.toMatchObject({
    code: 'DROPLET_BOOT_TIMEOUT',
  })
  const [row] = await rowsFor(request.deploymentId)
  expect(row?.state).toBe('booting')
  pool.reachable = true
  expect(await provisionDroplet(base, request)).toMatchObject({ id: row?.id, state: 'active' })
})

test('an aborted provision throws the reason it was aborted for', async () => {
  pool.reachable = false
  await expect(provisionUnder(input(), 200)).rejects.toMatchObject({ code: 'STEP_TIMEOUT' })
})

test('cloud-init that failed is an error that says where to look', async () => {
  pool.command = async () => '{"status":"error","detail":"see /var/log/cloud-init-output.log"}'
  await expect(provisionDroplet(base, input())).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    message: expect.stringContaining('/var/log/cloud-init-output.log'),
  })
})

test('a key that was deleted in the account is uploaded again, once', async () => {
  await provisionDroplet(base, input())
  cloud.failNext.createDroplet = new BerthError('CLOUD_REJECTED', 'no such ssh key')
  expect((await provisionDroplet(base, input())).state).toBe('active')
})

test('I6: no audit row of the fleet holds a key or a token', async () => {
  await provisionDroplet(base, input())
  await base.fleet.background.idle()
  const said = JSON.stringify(await base.db.select().from(auditLog))
  expect(said).not.toContain('PRIVATE KEY')
  expect(said).not.toContain('dop_v1')
})

test('what is made in the account is remembered: its key and firewall are asked for once', async () => {
  let asked = 0
  cloud.ensureFirewall = async () => `firewall-${++asked}`
  await Promise.all([provisionDroplet(base, input()), provisionDroplet(base, input()), provisionDroplet(base, input())])
  expect(asked).toBe(1)
  const [account] = await base.db.select().from(cloudAccounts).where(eq(cloudAccounts.id, accountId))
  expect(account).toMatchObject({ sshKeyProviderId: 1, firewallProviderId: 'firewall-1' })
})

function provisionUnder(request: ProvisionInput, ms: number) {
  const limit = new AbortController()
  setTimeout(() => limit.abort(new BerthError('STEP_TIMEOUT', 'too slow')), ms)
  return provisionDroplet(base, { ...request, signal: limit.signal })
}

test('I9: twelve new accounts at once leave connections for everybody, however slowly the cloud answers', async () => {
  let go = () => {}
  const gate = new Promise<void>((resolve) => {
    go = resolve
  })
  const slow = fakeCloud({ ensureSshKey: () => gate.then(() => 1) })
  const many = withFleet(plain, { makeCloud: () => slow, pool })
  const users = await Promise.all(
    Array.from({ length: 12 }, async () => {
      const id = await insertUser(many)
      await insertAccount(many, id)
      return id
    }),
  )
  const made = Promise.all(users.map((id) => provisionDroplet(many, input({ userId: id }))))
  await new Promise((resolve) => setTimeout(resolve, 300))
  await many.db.execute('select 1')
  go()
  expect(new Set((await made).map((row) => row.state))).toEqual(new Set(['active']))
})
