import { eq } from 'drizzle-orm'
import fc from 'fast-check'
import { v7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deployments } from '#db/schema/deployments.ts'
import { reservations } from '#db/schema/fleet.ts'
import { toolCatalog } from '#db/schema/templates.ts'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import type { Base } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { capacityOf } from '#server/placement/index.ts'
import { housekeepingTx } from '#server/tx.ts'
import { release, reserve } from './reservations.ts'
import { snapshotFor } from './snapshot.ts'
import {
  fakeCloud,
  fakePool,
  GIB,
  insertAccount,
  insertDeployment,
  insertDroplet,
  insertUser,
  MIB,
  testBase,
  withFleet,
} from './testing.ts'
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

describe('I2: what must stand apart', () => {
  const small = { memoryBytes: MIB, cpuMillis: 1, diskBytes: 0, attempt: 1 }
  const deploymentsOf = async (count: number, criteria: object) => {
    const first = await insertDeployment(base, owner.userId, { state: 'deploying' })
    const [{ templateId, templateVersionId } = never()] = await base.db
      .select({ templateId: deployments.templateId, templateVersionId: deployments.templateVersionId })
      .from(deployments)
      .where(eq(deployments.id, first))
    await base.db.update(toolCatalog).set({ autoDeployCriteria: criteria }).where(eq(toolCatalog.id, templateId))
    const same = { state: 'deploying' as const, templateId, templateVersionId }
    const more = Array.from({ length: count - 1 }, () => insertDeployment(base, owner.userId, same))
    return { templateId, ids: [first, ...(await Promise.all(more))] }
  }
  const ask = (droplet: Droplet, deploymentId: string, wish: object) =>
    housekeepingTx(base.db, (tx) => reserve(tx, { ...small, dropletId: droplet.id, deploymentId, ...wish }))

  test.each(['spread', 'exclusive'] as const)('%s: of ten that ask at once one gets the droplet', async (kind) => {
    const droplet = await insertDroplet(base, owner)
    const { templateId, ids } = await deploymentsOf(10, { [kind]: true })
    const outcomes = await Promise.allSettled(ids.map((id) => ask(droplet, id, { templateId, [kind]: true })))
    expect(outcomes.filter((o) => o.status === 'fulfilled')).toHaveLength(1)
    for (const o of outcomes) if (o.status === 'rejected') expect(codeOf(o.reason)).toBe('NO_PLACEMENT')
    expect((await held(droplet)).rows).toBe(1)
  })

  test('spread keeps only its own template away; exclusive keeps all others away, and comes to nobody', async () => {
    const [shared, alone] = [await insertDroplet(base, owner), await insertDroplet(base, owner)]
    const spread = await deploymentsOf(1, { spread: true })
    const exclusive = await deploymentsOf(1, { exclusive: true })
    const plain = await deploymentsOf(2, {})
    const [first = '', second = ''] = plain.ids
    await ask(shared, first, { templateId: plain.templateId })
    await ask(shared, spread.ids[0] ?? '', { templateId: spread.templateId, spread: true })
    const lonely = { templateId: exclusive.templateId, exclusive: true }
    await expect(ask(shared, exclusive.ids[0] ?? '', lonely)).rejects.toMatchObject({ code: 'NO_PLACEMENT' })
    await ask(alone, exclusive.ids[0] ?? '', lonely)
    await expect(ask(alone, second, {})).rejects.toMatchObject({ code: 'NO_PLACEMENT' })
  })

  test('a redeploy may stand beside its own earlier attempt, and placement sees it so', async () => {
    const droplet = await insertDroplet(base, owner)
    const { templateId, ids } = await deploymentsOf(1, { exclusive: true, spread: true })
    const id = ids[0] ?? ''
    const wish = { templateId, exclusive: true, spread: true }
    await ask(droplet, id, wish)
    await ask(droplet, id, { ...wish, attempt: 2 })
    const fleet = withFleet(base, { makeCloud: () => fakeCloud(), pool: fakePool() })
    const seenBy = async (deploymentId?: string) =>
      (await snapshotFor(fleet, owner.userId, deploymentId ? { deploymentId } : {})).droplets.find(
        (d) => d.id === droplet.id,
      )
    expect(await seenBy(id)).toMatchObject({ containers: 0, templates: {}, exclusiveHeld: false })
    expect(await seenBy()).toMatchObject({ containers: 2, templates: { [templateId]: 2 }, exclusiveHeld: true })
  })
})

test('placement sees how many of the user’s own servers ended lately', async () => {
  const [me, other] = [await insertUser(base), await insertUser(base)]
  await insertAccount(base, me)
  const ended = (userId: string, o: { healthyAt?: Date; deletedAt?: Date; purpose?: 'dry-run' }) =>
    insertDeployment(base, userId, { state: o.deletedAt ? 'deleted' : 'healthy', ...o })
  const DAY_MS = 86_400_000
  const [yesterday, longAgo] = [new Date(Date.now() - DAY_MS), new Date(Date.now() - 20 * DAY_MS)]
  await ended(me, { healthyAt: longAgo, deletedAt: yesterday })
  await ended(me, { healthyAt: longAgo, deletedAt: longAgo })
  await ended(me, { deletedAt: yesterday })
  await ended(me, { healthyAt: longAgo })
  await ended(me, { healthyAt: longAgo, deletedAt: yesterday, purpose: 'dry-run' })
  await ended(other, { healthyAt: longAgo, deletedAt: yesterday })
  const fleet = withFleet(base, { makeCloud: () => fakeCloud(), pool: fakePool() })
  expect((await snapshotFor(fleet, me)).demand).toMatchObject({ left: 1 })
})

function never(): never {
  throw new Error('the row is gone')
}
