/** What a saga keeps of its decision, on real rows: snapshot, preferences and reservation are the fleet's own. */
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { placementOutcomes, placements } from '#db/schema/placement.ts'
import type { UserCtx } from '#server/context.ts'
import { unpackInput } from '#server/effectiveness/stored.ts'
import {
  type FleetBase,
  getPlacementSettings,
  preferencesFor,
  release,
  reserve,
  setPlacementSettings,
  snapshotFor,
} from '#server/fleet/index.ts'
import { fakeCloud, fakePool, insertAccount, insertDroplet, withFleet } from '#server/fleet/testing.ts'
import { choose, POLICY_VERSION } from '#server/placement/index.ts'
import { createDeployment, deploymentPlacement } from '../index.ts'
import { type SagaBench, sagaBench } from '../testing-bench.ts'
import { newTemplate, newUser, untilAtRest } from '../testing-setup.ts'

let bench: SagaBench
let ctx: UserCtx
let fleet: FleetBase
let template: string
let ids: { left: string; right: string }

beforeAll(async () => {
  bench = await sagaBench({
    deps(world, { base }) {
      fleet = withFleet(base, { makeCloud: () => fakeCloud(), pool: fakePool() })
      return {
        fleet: {
          ...world.fleet,
          snapshotFor: (userId, o) => snapshotFor(fleet, userId, o),
          preferencesFor: (userId, strategy) => preferencesFor(base.db, userId, strategy),
          reserve,
          release,
        },
      }
    },
  })
  ctx = await newUser(bench.base, { account: false })
  const { userId } = ctx.actor
  const owner = { userId, cloudAccountId: await insertAccount(bench.base, userId) }
  const [left, right] = [await insertDroplet(bench.base, owner), await insertDroplet(bench.base, owner)]
  ids = { left: left.id, right: right.id }
  template = await newTemplate(bench.base)
})
afterAll(() => bench?.end())

async function deployed(o: { strategy?: 'pack' | 'spread' } = {}) {
  const { deploymentId } = await createDeployment(ctx, { template, ...o })
  expect(await untilAtRest(bench.sql, deploymentId)).toMatchObject({ state: 'healthy' })
  const [row] = await bench.base.db.select().from(placements).where(eq(placements.deploymentId, deploymentId))
  if (!row?.input) throw new Error('the decision is not there')
  return { deploymentId, row, input: await unpackInput(row.input) }
}

test('I10: what is stored recomputes the decision to the last digit', async () => {
  for (const strategy of ['spread', 'pack', undefined] as const) {
    const { deploymentId, row, input } = await deployed(strategy && { strategy })
    const again = choose(input.snapshot, input.request)
    expect(JSON.parse(JSON.stringify(again))).toEqual(row.decision)
    expect(await deploymentPlacement(ctx, { deploymentId })).toEqual(row.decision)
    expect(row.policyVersion).toBe(POLICY_VERSION)
    expect(again.strategy).toBe(strategy ?? 'balanced')
    expect(again.forecast?.monthlyMicros).toBe(input.snapshot.monthlyCostMicros)
  }
})

test('a decision knows where it came to stand, and an outcome waits to be filled', async () => {
  const { deploymentId, row } = await deployed()
  expect(row.decision).toMatchObject({ choice: { kind: 'existing', dropletId: row.dropletId } })
  const [outcome] = await bench.base.db
    .select()
    .from(placementOutcomes)
    .where(eq(placementOutcomes.deploymentId, deploymentId))
  expect(outcome).toMatchObject({
    ...{ attempt: 1, userId: ctx.actor.userId, dropletId: row.dropletId, decidedAt: row.at, leftAt: null },
    ...{ reservedMemoryBytes: 128 * 2 ** 20, reservedCpuMillis: 100, costMicros: 0 },
  })
})

test('a person’s preferences decide: a droplet that they forbid gets nothing', async () => {
  const settings = await getPlacementSettings(ctx)
  const settingsCtx = { ...ctx, services: { fleet: fleet.fleet } }
  for (const [forbidden, other] of [
    [ids.left, ids.right],
    [ids.right, ids.left],
  ] as [string, string][]) {
    await setPlacementSettings(settingsCtx, { ...settings, forbiddenDroplets: [forbidden] })
    const { row } = await deployed()
    expect(row.dropletId).toBe(other)
    expect(row.decision).toMatchObject({ ruledOut: [{ dropletId: forbidden, constraint: 'forbidden-droplet' }] })
  }
})
