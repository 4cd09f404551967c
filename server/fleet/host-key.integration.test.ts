import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { droplets } from '#db/schema/fleet.ts'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import type { Base } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { rotateHostKey } from './host-key.ts'
import { generateKeyPair } from './key-pair.ts'
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

describe('host key rotation', () => {
  const rowOf = async (id: string) => (await base.db.select().from(droplets).where(eq(droplets.id, id)))[0]

  test('the key that was in the user data is replaced as soon as the droplet is active', async () => {
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
    pool.probeHostKey = async () => generateKeyPair().publicLine
    const droplet = await provisionDroplet(base, input())
    await base.fleet.background.idle()
    const row = await rowOf(droplet.id)
    expect(row?.hostKey).toBe(droplet.hostKey)
    expect(row?.hostKeyPending).not.toBeNull()
  })
})
