import { v7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reservations } from '#db/schema/fleet.ts'
import { templateVersions, toolCatalog } from '#db/schema/templates.ts'
import { templateConfig } from '#db/template-config.ts'
import type { PlanView } from '#server/api/views-placement.ts'
import { fakeCloud, GIB, insertAccount, insertDeployment, insertDroplet, MIB } from '#server/fleet/testing.ts'
import { type Person, type Stack, testStack } from '#server/testing/stack.ts'

let stack: Stack
let person: Person
let owner: { userId: string; cloudAccountId: string }

const size = (slug: string, vcpus: number, gib: number, dollars: number) => ({
  ...{ slug, vcpus, memoryBytes: gib * GIB, diskBytes: 50 * GIB, priceMonthlyMicros: dollars * 1e6 },
  ...{ priceHourlyMicros: dollars * 1500, regions: ['fra1'], available: true, description: 'Basic' },
})

beforeAll(async () => {
  const { regions } = fakeCloud()
  const sizes = async () => [size('small', 1, 1, 6), size('middle', 1, 2, 12), size('large', 2, 4, 24)]
  stack = await testStack({ cloud: { sizes, regions } })
  person = await stack.person()
  owner = { userId: person.userId, cloudAccountId: await insertAccount(stack.base, person.userId) }
})
afterAll(() => stack.end())

async function template(memoryMib: number): Promise<string> {
  const [id, slug] = [v7(), `t-${v7()}`]
  const config = templateConfig.parse({
    ...{ image: 'registry.test/x:1', transport: { type: 'stdio' } },
    resources: { memoryBytes: memoryMib * MIB, cpuMillis: 50, diskBytes: 0 },
  })
  const head = { id, slug, displayName: `T ${memoryMib}`, description: '', category: 'c', mcpTemplateConfig: config }
  await stack.db.insert(toolCatalog).values(head)
  await stack.db.insert(templateVersions).values({ templateId: id, version: 1, config })
  return slug
}
const plan = async (input: Record<string, unknown>) => {
  const answer = await stack.call('selection.plan', { budgetMs: 1500, ...input }, { token: person.apiToken })
  expect(answer.error).toBeNull()
  return answer.data as PlanView
}

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
