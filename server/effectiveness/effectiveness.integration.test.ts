import { eq } from 'drizzle-orm'
import { v7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { deploymentEvents, deployments, usageSamples } from '#db/schema/deployments.ts'
import { reservations } from '#db/schema/fleet.ts'
import { placementOutcomes, placements } from '#db/schema/placement.ts'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import type { Base } from '#server/context.ts'
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
  userCtx,
  withFleet,
} from '#server/fleet/testing.ts'
import {
  choose,
  DEFAULT_PREFERENCES,
  type PlacementRequest,
  POLICY_VERSION,
  type Snapshot,
} from '#server/placement/index.ts'
import { droplet as seenDroplet, snapshot as seenSnapshot } from '#server/placement/testing.ts'
import { allEffectiveness, ownEffectiveness } from './effectiveness.ts'
import { replayDecisions } from './replay.ts'
import { packInput } from './stored.ts'
import { MONTH_HOURS, sweepOutcomes } from './sweep.ts'

let database: TestDatabase
let base: Base
let owner: { userId: string; cloudAccountId: string }

beforeAll(async () => {
  database = await testDatabase()
  base = testBase(database)
})
beforeEach(async () => {
  await base.db.delete(placementOutcomes)
  await base.db.delete(placements)
  const userId = await insertUser(base)
  owner = { userId, cloudAccountId: await insertAccount(base, userId) }
})
afterAll(() => database.end())

const ctx = (userId = owner.userId) =>
  userCtx(withFleet(base, { makeCloud: () => fakeCloud(), pool: fakePool() }), userId)
const HOUR = 3_600_000
const ago = (ms: number) => new Date(Date.now() - ms)
const small = { memoryBytes: 256 * MIB, cpuMillis: 100, diskBytes: GIB }
const request = (o: Partial<PlacementRequest> = {}): PlacementRequest => ({
  ...small,
  preferences: DEFAULT_PREFERENCES,
  ...o,
})

/** A decision as the saga stores it, ten hours ago, on a droplet that stands. */
async function decided(
  o: {
    snapshot?: Snapshot
    request?: PlacementRequest
    state?: 'healthy' | 'failed'
    code?: string
    dropletId?: string
    held?: boolean
  } = {},
) {
  const { snapshot = seenSnapshot(), request: asked = request(), state = 'healthy', held = true } = o
  const dropletId = o.dropletId ?? (await insertDroplet(base, owner)).id
  const deploymentId = await insertDeployment(base, owner.userId, { state, dropletId })
  const at = ago(10 * HOUR)
  const decision = { ...choose(snapshot, asked) }
  const stored = { decision, input: await packInput({ snapshot, request: asked }), policyVersion: POLICY_VERSION }
  await base.db.insert(placements).values({ deploymentId, attempt: 1, at, dropletId, ...stored })
  const { memoryBytes, cpuMillis, diskBytes } = asked
  await base.db.insert(placementOutcomes).values({
    ...{ deploymentId, attempt: 1, userId: owner.userId, dropletId, decidedAt: at, costedAt: at },
    ...{ reservedMemoryBytes: memoryBytes, reservedCpuMillis: cpuMillis, reservedDiskBytes: diskBytes },
  })
  if (held)
    await base.db
      .insert(reservations)
      .values({ deploymentId, attempt: 1, dropletId, memoryBytes, cpuMillis, diskBytes })
  const event =
    state === 'healthy'
      ? { type: 'state', data: { from: 'deploying', to: 'healthy' } }
      : { type: 'step.failed', data: { step: 'image-pull', error: { code: o.code, message: '', action: '' } } }
  await base.db.insert(deploymentEvents).values({ deploymentId, n: 1, attempt: 1, at: ago(9.9 * HOUR), ...event })
  return { deploymentId, dropletId, decision }
}
async function used(deploymentId: string, memoryBytes: number) {
  const rows = Array.from({ length: 60 }, (_, i) => ({ deploymentId, at: ago(i * 60_000), memoryBytes, cpuMillis: 20 }))
  await base.db.insert(usageSamples).values(rows)
}
const outcomeOf = async (deploymentId: string) => {
  const rows = await base.db.select().from(placementOutcomes)
  return rows.find((row) => row.deploymentId === deploymentId)
}

describe('the sweep', () => {
  test('tells when it became healthy, what it used, and its share of what the droplet cost', async () => {
    const { deploymentId, dropletId } = await decided()
    const other = await decided({ dropletId, request: request({ memoryBytes: 3 * 256 * MIB }) })
    await used(deploymentId, 100 * MIB)
    await sweepOutcomes(base)
    const outcome = await outcomeOf(deploymentId)
    expect(outcome).toMatchObject({
      leftAt: null,
      failedAt: null,
      samples: 60,
      p95MemoryBytes: 100 * MIB,
      p95CpuMillis: 20,
    })
    expect(outcome?.healthyAt).toBeInstanceOf(Date)
    // $12 a month for ten hours: a quarter of what is held is its own.
    const tenHours = (12_000_000 * 10) / MONTH_HOURS
    expect(outcome?.costMicros).toBeGreaterThan(tenHours / 4 - 1000)
    expect(outcome?.costMicros).toBeLessThan(tenHours / 4 + 1000)
    expect((await outcomeOf(other.deploymentId))?.costMicros).toBeGreaterThan((tenHours * 3) / 4 - 1000)
  })

  test('adds nothing twice, and ends with the deployment', async () => {
    const { deploymentId } = await decided({ held: false })
    await base.db.update(deployments).set({ deletedAt: ago(5 * HOUR) })
    await sweepOutcomes(base)
    const first = await outcomeOf(deploymentId)
    expect(first?.leftAt?.getTime()).toBeCloseTo(Date.now() - 5 * HOUR, -4)
    expect(first?.costMicros).toBeCloseTo((12_000_000 * 5) / MONTH_HOURS, -3)
    await sweepOutcomes(base)
    expect(await outcomeOf(deploymentId)).toEqual(first)
  })

  test('a later attempt that took the room over goes on with the same placement', async () => {
    const { deploymentId, dropletId } = await decided({ held: false })
    await base.db.insert(reservations).values({ deploymentId, attempt: 2, dropletId, ...small })
    await sweepOutcomes(base)
    expect((await outcomeOf(deploymentId))?.leftAt).toBeNull()
  })
})

describe('effectiveness', () => {
  test('counts hits, faults of droplets and choices that were too dear, and judges no template', async () => {
    const room = seenSnapshot({ droplets: [seenDroplet('a')] })
    await decided({ snapshot: room })
    await decided({ snapshot: room, state: 'failed', code: 'SSH_UNREACHABLE', held: false })
    await decided({ snapshot: room, state: 'failed', code: 'CONTAINER_EXITED', held: false })
    // Reserved too much to fit beside the others, so that a droplet was made; it uses a tenth of it.
    const greedy = request({ memoryBytes: 1500 * MIB })
    const dear = await decided({ snapshot: room, request: greedy })
    expect(dear.decision.choice.kind).toBe('create')
    await used(dear.deploymentId, 150 * MIB)
    const wished = await decided({ snapshot: room })
    const asked = { requestedDropletId: wished.dropletId }
    await base.db.update(deployments).set(asked).where(eq(deployments.id, wished.deploymentId))
    await sweepOutcomes(base)
    const view = await ownEffectiveness(ctx(), { days: 30 })
    expect(view).toMatchObject({
      ...{ decisions: 5, created: 1, judged: 3, hits: 1, faults: 1, dearer: 1, hitRate: 1 / 3, users: 1 },
      use: { decisions: 1, p95MemoryShare: 0.1, p95CpuShare: 0.2 },
    })
    expect(view.regret.worst).toMatchObject([{ deploymentId: dear.deploymentId, choice: { kind: 'create' } }])
    // The whole of its droplet, which would have cost nothing more on the one that was there.
    expect(view.regret.monthlyMicros / 1e6).toBeCloseTo(12, 0)
    expect(view.factors.every(({ verdict, n }) => verdict === 'too-few' && n <= 3)).toBe(true)
  })

  test("shows one's own only; an admin sees the sum without anybody's deployments", async () => {
    await decided({ request: request({ memoryBytes: 1500 * MIB }) })
    await sweepOutcomes(base)
    const stranger = await insertUser(base)
    expect(await ownEffectiveness(ctx(stranger), { days: 30 })).toMatchObject({
      ...{ decisions: 0, hitRate: null, fleet: { droplets: 0 }, use: null, regret: { monthlyMicros: 0, worst: [] } },
    })
    const all = await allEffectiveness(ctx(stranger), { days: 30 })
    expect(all).toMatchObject({ decisions: 1, users: 1, regret: { worst: [] } })
    expect(JSON.stringify(all)).not.toContain(owner.userId)
  })

  test('says how much of the fleet is used, and what is stranded', async () => {
    // 900 thousandths of a vCPU: nine containers use them all, and the rest of the memory is of no use to a tenth.
    const { id: dropletId } = await insertDroplet(base, owner)
    for (let i = 0; i < 9; i++)
      await base.db
        .insert(reservations)
        .values({ deploymentId: v7(), attempt: 1, dropletId, memoryBytes: 64 * MIB, cpuMillis: 100, diskBytes: 0 })
    const { fleet } = await ownEffectiveness(ctx(), { days: 30 })
    const { memoryBytes, cpuMillis } = fleet.resources
    expect(fleet).toMatchObject({ droplets: 1, monthlyMicros: 12_000_000 })
    expect(cpuMillis).toMatchObject({ capacity: 900, reserved: 900, stranded: 0 })
    expect(memoryBytes.stranded).toBe(memoryBytes.capacity - memoryBytes.reserved)
  })
})

describe('a replay', () => {
  const two = seenSnapshot({
    droplets: [
      seenDroplet('full', { free: { memoryBytes: 300 * MIB, cpuMillis: 300, diskBytes: 9 * GIB }, containers: 5 }),
      seenDroplet('empty', { containers: 0, templates: {} }),
    ],
  })

  test('under the weights of then changes nothing; under others it says what and how often', async () => {
    for (let i = 0; i < 3; i++)
      await decided({ snapshot: two, request: request({ preferences: { ...DEFAULT_PREFERENCES, strategy: 'pack' } }) })
    const same = await replayDecisions(ctx(), { days: 30, strategy: 'pack' })
    expect(same).toMatchObject({ decisions: 3, changed: 0, otherRules: 0, monthlyDifferenceMicros: 0, changes: [] })
    const spread = await replayDecisions(ctx(), { days: 30, strategy: 'spread' })
    expect(spread).toMatchObject({
      ...{ decisions: 3, changed: 3, monthlyDifferenceMicros: 0 },
      changes: [{ from: 'a droplet there', to: 'a droplet there', count: 3 }],
    })
  })

  test('ends when its caller has left', async () => {
    await decided({ snapshot: two })
    const gone = AbortSignal.abort(new Error('gone'))
    await expect(replayDecisions(ctx(), { days: 30, strategy: 'spread' }, gone)).rejects.toThrow('gone')
  })
})
