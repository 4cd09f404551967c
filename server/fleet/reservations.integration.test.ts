import { eq } from 'drizzle-orm'
import fc from 'fast-check'
import { v7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reservations } from '#db/schema/fleet.ts'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import type { Base } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { capacityOf } from '#server/placement/index.ts'
import { housekeepingTx } from '#server/tx.ts'
import { release, reserve } from './reservations.ts'
import { GIB, insertAccount, insertDroplet, insertUser, MIB, testBase } from './testing.ts'
import type { Droplet } from './types.ts'

let database: TestDatabase
let base: Base
let owner: { userId: string; cloudAccountId: string }

beforeAll(async () => {
  database = await testDatabase()
  base = testBase(database)
  const userId = await insertUser(base)
  owner = { userId, cloudAccountId: await insertAccount(base, userId) }
})
afterAll(() => database.end())

const held = async (droplet: Droplet) => {
  const rows = await base.db.select().from(reservations).where(eq(reservations.dropletId, droplet.id))
  return {
    rows: rows.length,
    memoryBytes: rows.reduce((sum, r) => sum + r.memoryBytes, 0),
    cpuMillis: rows.reduce((sum, r) => sum + r.cpuMillis, 0),
    diskBytes: rows.reduce((sum, r) => sum + r.diskBytes, 0),
  }
}
const codeOf = (error: unknown) => (error instanceof BerthError ? error.code : String(error))

test('I2: however many reserve at once, a droplet never holds more than it has', async () => {
  const demand = fc.record({
    memoryBytes: fc.integer({ min: 16 * MIB, max: GIB }),
    cpuMillis: fc.integer({ min: 10, max: 400 }),
    diskBytes: fc.integer({ min: 0, max: 20 * GIB }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(demand, { minLength: 2, maxLength: 30 }), async (demands) => {
      const droplet = await insertDroplet(base, owner)
      const outcomes = await Promise.allSettled(
        demands.map((d) =>
          housekeepingTx(base.db, (tx) => reserve(tx, { ...d, dropletId: droplet.id, deploymentId: v7(), attempt: 1 })),
        ),
      )
      for (const o of outcomes) if (o.status === 'rejected') expect(codeOf(o.reason)).toBe('NO_PLACEMENT')
      const sums = await held(droplet)
      const capacity = capacityOf(droplet)
      expect(sums.rows).toBe(outcomes.filter((o) => o.status === 'fulfilled').length)
      expect(sums.memoryBytes).toBeLessThanOrEqual(capacity.memoryBytes)
      expect(sums.cpuMillis).toBeLessThanOrEqual(capacity.cpuMillis)
      expect(sums.diskBytes).toBeLessThanOrEqual(capacity.diskBytes)
      // Not refused without need either: the smallest of the demands would not fit any more, or all were taken.
      const refused = demands.filter((_, i) => outcomes[i]?.status === 'rejected')
      for (const d of refused)
        expect(
          sums.memoryBytes + d.memoryBytes > capacity.memoryBytes ||
            sums.cpuMillis + d.cpuMillis > capacity.cpuMillis ||
            sums.diskBytes + d.diskBytes > capacity.diskBytes,
        ).toBe(true)
    }),
    { numRuns: 25 },
  )
})

test('I3: the same attempt reserves once, however often it asks', async () => {
  const droplet = await insertDroplet(base, owner)
  const input = {
    dropletId: droplet.id,
    deploymentId: v7(),
    attempt: 1,
    memoryBytes: GIB,
    cpuMillis: 500,
    diskBytes: 0,
  }
  await Promise.all(Array.from({ length: 8 }, () => housekeepingTx(base.db, (tx) => reserve(tx, input))))
  expect(await held(droplet)).toMatchObject({ rows: 1, memoryBytes: GIB })
})

test('what is released can be reserved again, and releasing nothing is success', async () => {
  const droplet = await insertDroplet(base, owner)
  const most = { ...capacityOf(droplet), dropletId: droplet.id, attempt: 1 }
  const first = { ...most, deploymentId: v7() }
  const second = { ...most, deploymentId: v7() }
  await housekeepingTx(base.db, (tx) => reserve(tx, first))
  await expect(housekeepingTx(base.db, (tx) => reserve(tx, second))).rejects.toMatchObject({ code: 'NO_PLACEMENT' })
  await housekeepingTx(base.db, (tx) => release(tx, first))
  await housekeepingTx(base.db, (tx) => release(tx, first))
  await housekeepingTx(base.db, (tx) => reserve(tx, second))
  expect((await held(droplet)).rows).toBe(1)
})

test.each(['creating', 'booting', 'unreachable', 'deleting', 'deleted'] as const)(
  'nothing can be reserved on a droplet that is %s',
  async (state) => {
    const droplet = await insertDroplet(base, owner, { state })
    const input = {
      dropletId: droplet.id,
      deploymentId: v7(),
      attempt: 1,
      memoryBytes: MIB,
      cpuMillis: 1,
      diskBytes: 0,
    }
    await expect(housekeepingTx(base.db, (tx) => reserve(tx, input))).rejects.toMatchObject({ code: 'NO_PLACEMENT' })
  },
)
