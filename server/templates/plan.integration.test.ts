import { eq } from 'drizzle-orm'
import { v7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PlacementSettings } from '#db/placement-preferences.ts'
import { deployments } from '#db/schema/deployments.ts'
import { reservations } from '#db/schema/fleet.ts'
import { templateVersions, toolCatalog } from '#db/schema/templates.ts'
import { type AutoDeployCriteria, templateConfig } from '#db/template-config.ts'
import type { PlanView } from '#server/api/views-placement.ts'
import { GIB, insertAccount, insertDeployment, insertDroplet, MIB } from '#server/fleet/testing.ts'
import { type Person, type Stack, testStack } from '#server/testing/stack.ts'

let stack: Stack
let person: Person
let owner: { userId: string; cloudAccountId: string }

const size = (slug: string, vcpus: number, gib: number, dollars: number) => ({
  ...{ slug, vcpus, memoryBytes: gib * GIB, diskBytes: 50 * GIB, priceMonthlyMicros: dollars * 1e6 },
  ...{ priceHourlyMicros: dollars * 1500, regions: ['fra1'], available: true, description: 'Basic' },
})

beforeAll(async () => {
  const regions = async () => ['fra1', 'nyc3'].map((slug) => ({ slug, name: slug, available: true, sizes: [] }))
  const sizes = async () => [size('small', 1, 1, 6), size('middle', 1, 2, 12), size('large', 2, 4, 24)]
  stack = await testStack({ cloud: { sizes, regions } })
  person = await stack.person()
  owner = { userId: person.userId, cloudAccountId: await insertAccount(stack.base, person.userId) }
})
afterAll(() => stack.end())

async function template(memoryMib: number, criteria: AutoDeployCriteria = {}): Promise<string> {
  const [id, slug] = [v7(), `t-${v7()}`]
  const config = templateConfig.parse({
    ...{ image: 'registry.test/x:1', transport: { type: 'stdio' } },
    resources: { memoryBytes: memoryMib * MIB, cpuMillis: 50, diskBytes: 0 },
  })
  const head = { id, slug, displayName: `T ${memoryMib}`, description: '', category: 'c', mcpTemplateConfig: config }
  await stack.db.insert(toolCatalog).values({ ...head, autoDeployCriteria: criteria })
  await stack.db.insert(templateVersions).values({ templateId: id, version: 1, config })
  return slug
}
const plan = async (input: Record<string, unknown>, who: Person = person) => {
  const answer = await stack.call('selection.plan', { budgetMs: 1500, ...input }, { token: who.apiToken })
  expect(answer.error).toBeNull()
  return answer.data as PlanView
}

/** Somebody with a cloud account of ten droplets and none yet. */
async function someone() {
  const who = await stack.person()
  return { who, owner: { userId: who.userId, cloudAccountId: await insertAccount(stack.base, who.userId) } }
}

async function allow(who: Person, provisioning: Partial<PlacementSettings['provisioning']>) {
  const token = who.apiToken
  const settings = (await stack.call('settings.placement.get', undefined, { token })).data as PlacementSettings
  const set = { ...settings, provisioning: { ...settings.provisioning, ...provisioning } }
  expect((await stack.call('settings.placement.set', set, { method: 'POST', token })).error).toBeNull()
}

/** A deployment that runs, with its room reserved; answers its template's slug. */
async function running(
  owner: { userId: string; cloudAccountId: string },
  dropletId: string,
  criteria: AutoDeployCriteria = {},
): Promise<string> {
  const deploymentId = await insertDeployment(stack.base, owner.userId, { state: 'healthy', dropletId })
  const held = { memoryBytes: 64 * MIB, cpuMillis: 50, diskBytes: 0 }
  await stack.db.insert(reservations).values({ deploymentId, attempt: 1, dropletId, ...held })
  const [of] = await stack.db.select().from(deployments).where(eq(deployments.id, deploymentId))
  const [head] = await stack.db
    .update(toolCatalog)
    .set({ autoDeployCriteria: criteria })
    .where(eq(toolCatalog.id, of?.templateId ?? ''))
    .returning()
  return head?.slug ?? ''
}

const counts = ({ droplets }: PlanView) =>
  droplets
    .map(({ kind, holds }) => [kind, ...holds.map(({ name, count }) => `${count} ${name}`).sort()].join(' '))
    .sort()

test('twenty at once: what fits goes where room is, the rest onto new droplets, with a certificate', async () => {
  const droplet = await insertDroplet(stack.base, owner)
  const view = await plan({ items: [{ template: await template(256), count: 20 }] })
  const placed = view.droplets.flatMap(({ holds }) => holds).reduce((sum, { count }) => sum + count, 0)
  expect([placed, view.unplaced, view.standApart]).toEqual([20, [], []])
  expect(view.droplets[0]).toMatchObject({ kind: 'existing', dropletId: droplet.id, holds: [{ name: 'T 256' }] })
  const bought = view.droplets.reduce((sum, d) => sum + (d.kind === 'new' ? d.priceMonthlyMicros : 0), 0)
  expect(view).toMatchObject({ monthlyNowMicros: 12_000_000, monthlyMicros: 12_000_000 + bought })
  expect(view.boundMonthlyMicros).toBeLessThanOrEqual(view.monthlyMicros)
  expect(view.gap).toBeCloseTo(view.monthlyMicros / (view.boundMonthlyMicros ?? 1) - 1)
  expect(view.gap).toBeLessThan(0.2)
})

test('the whole fleet anew: a few containers on a droplet that is too large would need a small one', async () => {
  const { id: dropletId } = await insertDroplet(stack.base, owner, { size: 'large', priceMonthlyMicros: 24_000_000 })
  const deploymentId = await insertDeployment(stack.base, owner.userId, { state: 'healthy', dropletId })
  const held = { memoryBytes: 256 * MIB, cpuMillis: 50, diskBytes: 0 }
  await stack.db.insert(reservations).values({ deploymentId, attempt: 1, dropletId, ...held })
  const view = await plan({ mode: 'anew', items: [] })
  expect(view.droplets).toEqual([
    { kind: 'new', size: 'small', priceMonthlyMicros: 6_000_000, holds: [{ name: 'T', count: 1 }] },
  ])
  expect(view).toMatchObject({ monthlyNowMicros: 36_000_000, monthlyMicros: 6_000_000, gap: 0 })
})

test('what is too big for every size is named, and nothing is claimed', async () => {
  const view = await plan({ items: [{ template: await template(64 * 1024), count: 1 }] })
  expect(view).toMatchObject({ unplaced: [{ name: 'T 65536', count: 1 }], boundMonthlyMicros: null, gap: null })
})

test('what must stand apart stands apart in a plan as it does when it is deployed', async () => {
  const { who, owner: its } = await someone()
  const shared = await insertDroplet(stack.base, its)
  const spread = await running(its, shared.id, { spread: true })
  const empty = await insertDroplet(stack.base, its)
  const items = [
    { template: spread, count: 2 },
    { template: await template(128, { exclusive: true }), count: 2 },
    { template: await template(256), count: 4 },
  ]
  const view = await plan({ items }, who)
  // Beside the one that runs: no second of its template. The empty one: for one that must be alone.
  expect(view.unplaced).toEqual([])
  for (const { holds } of view.droplets) {
    if (holds.some(({ name }) => name === 'T 128')) expect(holds).toEqual([{ name: 'T 128', count: 1 }])
    for (const { name, count } of holds) if (name === 'T') expect(count).toBe(1)
  }
  const onShared = view.droplets.find((d) => d.kind === 'existing' && d.dropletId === shared.id)
  expect(onShared?.holds.map(({ name }) => name) ?? []).not.toContain('T')
  expect(view.droplets.some((d) => d.kind === 'existing' && d.dropletId === empty.id)).toBe(true)
  expect(view.standApart).toEqual([
    { name: 'T', how: 'spread' },
    { name: 'T 128', how: 'exclusive' },
  ])
})

test('nothing is planned beside a deployment that has its droplet for itself; anew it has one again', async () => {
  const { who, owner: its } = await someone()
  const droplet = await insertDroplet(stack.base, its)
  await running(its, droplet.id, { exclusive: true })
  const items = [{ template: await template(100), count: 3 }]
  expect(counts(await plan({ items }, who))).toEqual(['new 3 T 100'])
  expect(counts(await plan({ items, mode: 'anew' }, who))).toEqual(['new 1 T', 'new 3 T 100'])
})

test('a plan above the budget says by how much, and one below it that it is', async () => {
  const { who } = await someone()
  const items = [{ template: await template(3000), count: 2 }]
  expect((await plan({ items }, who)).budget).toBeNull()
  await allow(who, { monthlyBudgetUsd: 30 })
  const view = await plan({ items }, who)
  expect([view.monthlyMicros, view.budget]).toEqual([48_000_000, { monthlyMicros: 30_000_000, overMicros: 18_000_000 }])
  await allow(who, { monthlyBudgetUsd: 60 })
  expect((await plan({ items }, who)).budget).toEqual({ monthlyMicros: 60_000_000, overMicros: 0 })
})

test('a plan that needs more droplets than may be had names the limit and what to do', async () => {
  const { who, owner: its } = await someone()
  await insertDroplet(stack.base, its, { size: 'small', memoryBytes: GIB / 2 })
  const items = [{ template: await template(3000), count: 12 }]
  const limits = async (mode: PlanView['mode'] = 'add') => {
    const { limit, unplaced, droplets, gap } = await plan({ items, mode, budgetMs: 300 }, who)
    expect(gap).toBeNull()
    return [droplets.length, unplaced, limit]
  }
  const missing = (count: number) => [{ name: 'T 3000', count, why: 'limit' }]
  const limit = (constraint: string, dropletsMax: number, detail: string, change: string) => ({
    ...{ constraint, dropletsMax, dropletsNeeded: 12 },
    ...{ detail, change },
  })
  expect(await limits()).toEqual([
    9,
    missing(3),
    limit(
      'account-full',
      9,
      'The cloud account may have no more than 9 more; 12 new droplets would be enough.',
      'Ask DigitalOcean for a limit of 13 droplets or more, or plan less.',
    ),
  ])
  expect((await limits('anew'))[0]).toBe(10)
  await allow(who, { maxDropletsPerUser: 4 })
  expect(await limits()).toEqual([
    3,
    missing(9),
    limit(
      'max-droplets',
      3,
      'You allow no more than 3 more; 12 new droplets would be enough.',
      'Allow 13 in all in your placement settings, or plan less.',
    ),
  ])
  expect((await limits('anew')).slice(0, 2)).toEqual([4, missing(8)])
  await allow(who, { enabled: false })
  expect(await limits()).toEqual([
    0,
    missing(12),
    limit(
      'off',
      0,
      'You have turned automatic droplets off; 12 new droplets would be enough.',
      'Turn them on in your placement settings, create droplets yourself, or plan less.',
    ),
  ])
})

test('new droplets are planned where they are wished, and what a plan does not see to is said', async () => {
  const { who } = await someone()
  const items = [{ template: await template(64, { sizes: ['large'] }), count: 1 }]
  const view = await plan({ items }, who)
  expect([view.narrowed, view.unplaced, view.limit]).toEqual([['T 64'], [], null])
  await allow(who, { preferredRegions: ['nyc3'] })
  expect(await plan({ items }, who)).toMatchObject({ unplaced: [{ name: 'T 64', count: 1, why: 'size' }], limit: null })
})
