import { eq } from 'drizzle-orm'
import { v7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { auditLog } from '#db/schema/auth.ts'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { droplets, reservations } from '#db/schema/fleet.ts'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import type { Base } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { housekeepingTx } from '#server/tx.ts'
import { keepDroplet, undoProvision } from './destroy.ts'
import { rotateHostKey } from './host-key.ts'
import { generateKeyPair } from './key-pair.ts'
import { provisionDroplet } from './provision.ts'
import { reserve } from './reservations.ts'
import {
  type FakeCloud,
  type FakePool,
  fakeCloud,
  fakePool,
  GIB,
  insertAccount,
  insertUser,
  MIB,
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
  pool = fakePool({ publicOf: () => pendingOf(pool.commands.at(-1)?.dropletId ?? '') })
  base = withFleet(plain, { makeCloud: () => cloud, pool })
  userId = await insertUser(base)
  accountId = await insertAccount(base, userId)
})

/** What the database says is pending when the droplet is told: the fake sshd shows it from then on. */
const pending = new Map<string, string>()
const pendingOf = (dropletId: string) => pending.get(dropletId) ?? ''

const input = (o: Partial<ProvisionInput> = {}): ProvisionInput => ({
  userId,
  deploymentId: v7(),
  attempt: 1,
  size: 's-1vcpu-2gb',
  region: 'fra1',
  memoryBytes: 256 * MIB,
  cpuMillis: 250,
  diskBytes: GIB,
  signal: new AbortController().signal,
  ...o,
})
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

describe('host key rotation', () => {
  /** The fake sshd shows what was pending when `host-key-add` arrived. */
  const showPending = () => {
    const command = pool.command
    pool.command = async (dropletId, what, o) => {
      const [row] = await base.db.select().from(droplets).where(eq(droplets.id, dropletId))
      pending.set(dropletId, row?.hostKeyPending ?? '')
      const said = await command(dropletId, what, o)
      if (what.endsWith('host-key-add')) pool.shown.set(dropletId, pendingOf(dropletId))
      return said
    }
  }
  const rowOf = async (id: string) => (await base.db.select().from(droplets).where(eq(droplets.id, id)))[0]

  test('the key that was in the user data is replaced as soon as the droplet is active', async () => {
    showPending()
    const droplet = await provisionDroplet(base, input())
    await base.fleet.background.idle()
    const row = await rowOf(droplet.id)
    expect(row?.hostKeyRotatedAt).toBeInstanceOf(Date)
    expect(row?.hostKey).not.toBe(droplet.hostKey)
    expect(row).toMatchObject({ hostKeyPending: null, hostKeyPendingPrivate: null })
    expect(pool.commands.map((c) => c.command.split(' ')[1])).toEqual([
      'bootstrap-status',
      'host-key-add',
      'host-key-finish',
    ])
  })

  test.each(['host-key-add', 'host-key-finish'])(
    'an end at %s is taken up again and never locks Berth out',
    async (at) => {
      showPending()
      const working = pool.command
      pool.command = async (dropletId, what, o) => {
        if (what.endsWith(at)) throw new BerthError('SSH_UNREACHABLE', 'lost')
        return working(dropletId, what, o)
      }
      const droplet = await provisionDroplet(base, input())
      await base.fleet.background.idle()
      const between = await rowOf(droplet.id)
      // Whatever the droplet shows now is accepted.
      const shown = pool.shown.get(droplet.id) ?? droplet.hostKey
      expect([between?.hostKey, between?.hostKeyPending]).toContain(shown)
      pool.command = working
      await rotateHostKey(base, droplet.id)
      const row = await rowOf(droplet.id)
      expect(row?.hostKey).toBe(pool.shown.get(droplet.id))
      expect(row).toMatchObject({ hostKeyPending: null, hostKeyPendingPrivate: null })
      expect(row?.hostKeyRotatedAt).toBeInstanceOf(Date)
    },
  )

  test('a droplet that shows another key than it was given is not promoted', async () => {
    showPending()
    pool.probeHostKey = async () => generateKeyPair().publicLine
    const droplet = await provisionDroplet(base, input())
    await base.fleet.background.idle()
    const row = await rowOf(droplet.id)
    expect(row?.hostKey).toBe(droplet.hostKey)
    expect(row?.hostKeyPending).not.toBeNull()
  })
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
