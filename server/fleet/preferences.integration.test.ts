import { and, eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PlacementSettings, placementSettings } from '#db/placement-preferences.ts'
import { auditLog } from '#db/schema/auth.ts'
import { droplets } from '#db/schema/fleet.ts'
import { placementPreferences, regionLatency } from '#db/schema/placement.ts'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import type { Base } from '#server/context.ts'
import { DEFAULT_PREFERENCES } from '#server/placement/index.ts'
import { getPlacementSettings, preferencesFor, setPlacementSettings } from './preferences.ts'
import { snapshotFor } from './snapshot.ts'
import {
  fakeCloud,
  fakePool,
  insertAccount,
  insertDroplet,
  insertUser,
  testBase,
  userCtx,
  withFleet,
} from './testing.ts'
import type { FleetCtx } from './types.ts'

let database: TestDatabase
let base: Base

beforeAll(async () => {
  database = await testDatabase()
  base = testBase(database)
})
afterAll(() => database.end())

const fleet = (cloud = fakeCloud()) => withFleet(base, { makeCloud: () => cloud, pool: fakePool() })
async function person(
  cloud = fakeCloud(),
): Promise<{ ctx: FleetCtx; owner: { userId: string; cloudAccountId: string } }> {
  const userId = await insertUser(base)
  return { ctx: userCtx(fleet(cloud), userId), owner: { userId, cloudAccountId: await insertAccount(base, userId) } }
}

test('somebody who has said nothing yet gets the defaults', async () => {
  const { ctx } = await person()
  expect(await preferencesFor(base.db, ctx.actor.userId)).toEqual(DEFAULT_PREFERENCES)
  expect(placementSettings.safeParse(await getPlacementSettings(ctx)).success).toBe(true)
})

test('what is set is read again, kept in micro-dollars, and audited without the place', async () => {
  const { ctx, owner } = await person()
  const droplet = await insertDroplet(base, owner)
  const settings: PlacementSettings = {
    ...(await getPlacementSettings(ctx)),
    ...{
      strategy: 'pack',
      weights: { cost: 10, load: 0 },
      preferredDroplets: [droplet.id],
      forbiddenRegions: ['fra1'],
    },
    place: { lat: 48.1, lon: 11.6, label: 'Munich' },
    provisioning: { ...(await getPlacementSettings(ctx)).provisioning, monthlyBudgetUsd: 59.99, maxDropletsPerUser: 3 },
  }
  expect(await setPlacementSettings(ctx, settings)).toEqual(settings)
  expect(await preferencesFor(base.db, owner.userId)).toMatchObject({
    ...{ strategy: 'pack', weights: { cost: 10, load: 0 }, place: { label: 'Munich' } },
    provisioning: { monthlyBudgetMicros: 59_990_000, maxDropletsPerUser: 3 },
  })
  const once = await preferencesFor(base.db, owner.userId, 'spread')
  expect([once.strategy, once.weights]).toEqual(['spread', undefined])
  const mine = and(eq(auditLog.userId, owner.userId), eq(auditLog.action, 'placement-preferences.set'))
  const audited = await base.db.select().from(auditLog).where(mine)
  expect(audited).toHaveLength(1)
  expect(JSON.stringify(audited)).not.toContain('Munich')
})

test('R7: a droplet of somebody else answers as one that is not there, and nothing is kept', async () => {
  const [{ ctx }, other] = [await person(), await person()]
  const theirs = await insertDroplet(base, other.owner)
  const settings = await getPlacementSettings(ctx)
  for (const field of ['preferredDroplets', 'forbiddenDroplets'] as const)
    await expect(setPlacementSettings(ctx, { ...settings, [field]: [theirs.id] })).rejects.toMatchObject({
      ...{ code: 'NOT_FOUND', field },
    })
  const rows = await base.db
    .select()
    .from(placementPreferences)
    .where(eq(placementPreferences.userId, ctx.actor.userId))
  expect(rows).toEqual([])
})

test('a droplet that is no more leaves the settings, so that they can be saved again', async () => {
  const { ctx, owner } = await person()
  const droplet = await insertDroplet(base, owner)
  await setPlacementSettings(ctx, { ...(await getPlacementSettings(ctx)), forbiddenDroplets: [droplet.id] })
  await base.db.update(droplets).set({ state: 'deleted' }).where(eq(droplets.id, droplet.id))
  const settings = await getPlacementSettings(ctx)
  expect(settings.forbiddenDroplets).toEqual([])
  await setPlacementSettings(ctx, settings)
})

test.each<[string, Partial<PlacementSettings>]>([
  ['a weight above ten', { weights: { cost: 11 } }],
  [
    'no factor with a weight',
    { weights: { resources: 0, load: 0, location: 0, cost: 0, redundancy: 0, preferences: 0 } },
  ],
  ['a region both preferred and forbidden', { preferredRegions: ['fra1'], forbiddenRegions: ['fra1'] }],
  ['a place off the earth', { place: { lat: 91, lon: 0, label: 'x' } }],
  ['a slug with a quote', { preferredSizes: ["s-1'; drop"] }],
])('%s is refused', async (_, wrong) => {
  const { ctx } = await person()
  expect(placementSettings.safeParse({ ...(await getPlacementSettings(ctx)), ...wrong }).success).toBe(false)
})

test.each<[string, string, (settings: PlacementSettings) => PlacementSettings]>([
  ['preferredRegions', 'DigitalOcean has no region mars9.', (s) => ({ ...s, preferredRegions: ['fra1', 'mars9'] })],
  ['forbiddenRegions', 'DigitalOcean has no region mars9.', (s) => ({ ...s, forbiddenRegions: ['mars9'] })],
  ['preferredSizes', 'DigitalOcean has no size s-nope.', (s) => ({ ...s, preferredSizes: ['s-nope'] })],
  ['forbiddenSizes', 'DigitalOcean has no size s-nope.', (s) => ({ ...s, forbiddenSizes: ['s-nope'] })],
  [
    'provisioning.preferredRegions',
    'DigitalOcean has no region mars9.',
    (s) => ({ ...s, provisioning: { ...s.provisioning, preferredRegions: ['mars9'] } }),
  ],
  [
    'provisioning.defaultSize',
    'DigitalOcean has no size s-nope.',
    (s) => ({ ...s, provisioning: { ...s.provisioning, defaultSize: 's-nope' } }),
  ],
])('%s that the cloud does not know is refused, and nothing is kept', async (field, message, wrong) => {
  const { ctx } = await person()
  const settings = await getPlacementSettings(ctx)
  const action = `Take it out, or use ${message.includes('region') ? 'fra1' : 's-1vcpu-2gb'}.`
  await expect(setPlacementSettings(ctx, wrong(settings))).rejects.toMatchObject({
    ...{ code: 'INVALID_INPUT', field, message, action },
  })
  expect(await getPlacementSettings(ctx)).toEqual(settings)
})

test('a region that vanished may stay in the settings, one that is sold out or has a droplet may come in', async () => {
  const cloud = fakeCloud()
  const regions = await cloud.regions()
  cloud.regions = async () => [...regions, { slug: 'nyc2', name: 'New York 2', available: false, sizes: [] }]
  const { ctx, owner } = await person(cloud)
  await insertDroplet(base, { ...owner }, { region: 'sfo1' })
  const first = { ...(await getPlacementSettings(ctx)), forbiddenRegions: ['nyc2', 'sfo1'] }
  await setPlacementSettings(ctx, first)
  const later: FleetCtx = userCtx(fleet(), owner.userId)
  await setPlacementSettings(later, { ...first, preferredSizes: ['s-1vcpu-2gb'] })
  expect((await getPlacementSettings(later)).forbiddenRegions).toEqual(['nyc2', 'sfo1'])
  const more = setPlacementSettings(later, { ...first, preferredRegions: ['nyc1'] })
  await expect(more).rejects.toMatchObject({ code: 'INVALID_INPUT', field: 'preferredRegions' })
})

test.each<[string, () => Promise<FleetCtx>]>([
  [
    'the cloud does not answer',
    async () => {
      const cloud = fakeCloud()
      cloud.failNext.sizes = new Error('down')
      return (await person(cloud)).ctx
    },
  ],
  ['no cloud account is connected', async () => userCtx(fleet(), await insertUser(base))],
])('what can’t be checked is accepted: %s', async (_, made) => {
  const ctx = await made()
  const settings = { ...(await getPlacementSettings(ctx)), forbiddenRegions: ['mars9'] }
  expect(await setPlacementSettings(ctx, settings)).toEqual(settings)
})

test('round trips measured from here count only for somebody who says to sit here', async () => {
  const { ctx, owner } = await person()
  await insertDroplet(base, owner)
  await base.db.insert(regionLatency).values({ region: 'fra1', rttMs: 12.34 })
  expect((await snapshotFor(fleet(), owner.userId)).latencyMs).toEqual({})
  await setPlacementSettings(ctx, { ...(await getPlacementSettings(ctx)), latency: 'measured' })
  expect((await snapshotFor(fleet(), owner.userId)).latencyMs).toEqual({ fra1: 12.3 })
})
