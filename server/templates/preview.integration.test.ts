/** Where a deployment would go, and what a person may ask for instead, as the API answers it. */
import { v7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PlacementSettings } from '#db/placement-preferences.ts'
import { templateVersions, toolCatalog } from '#db/schema/templates.ts'
import { templateConfig } from '#db/template-config.ts'
import type { PreviewView } from '#server/api/views-placement.ts'
import { fakeCloud, GIB, insertAccount, insertDroplet, MIB } from '#server/fleet/testing.ts'
import { type Person, type Stack, testStack } from '#server/testing/stack.ts'

const NO_WISHES = {
  ...{ preferredRegions: [], forbiddenRegions: [], preferredDroplets: [], forbiddenDroplets: [] },
  ...{ preferredSizes: [], forbiddenSizes: [] },
}
const settings: PlacementSettings = {
  ...{ strategy: 'balanced', weights: null, place: null, latency: 'distance', ...NO_WISHES },
  provisioning: {
    ...{ enabled: true, maxDropletsPerUser: null, preferredRegions: [], defaultSize: 'large' },
    ...{ autoScaleEnabled: true, monthlyBudgetUsd: null },
  },
}

let stack: Stack
let person: Person
let template: string
let droplet: { id: string; name: string }

const size = (slug: string, vcpus: number, gib: number, dollars: number, regions = ['fra1', 'nyc3']) => ({
  ...{ slug, vcpus, memoryBytes: gib * GIB, diskBytes: 50 * GIB, priceMonthlyMicros: dollars * 1e6 },
  ...{ priceHourlyMicros: dollars * 1500, regions, available: true, description: 'Basic' },
})

beforeAll(async () => {
  const region = (slug: string) => ({ slug, name: slug, available: true, sizes: [] })
  stack = await testStack({
    cloud: {
      ...fakeCloud(),
      sizes: async () => [size('small', 1, 1, 6), size('large', 2, 4, 24), size('huge', 8, 64, 500, ['nyc3'])],
      regions: async () => [region('fra1'), region('nyc3')],
    },
  })
  person = await stack.person()
  const owner = { userId: person.userId, cloudAccountId: await insertAccount(stack.base, person.userId) }
  droplet = await insertDroplet(stack.base, owner, { region: 'fra1' })
  const id = v7()
  template = `t-${id}`
  const config = templateConfig.parse({
    ...{ image: 'registry.test/x:1', transport: { type: 'stdio' } },
    resources: { memoryBytes: 256 * MIB, cpuMillis: 100, diskBytes: 0 },
  })
  const head = { id, slug: template, displayName: 'T', description: '', category: 'c', mcpTemplateConfig: config }
  await stack.db.insert(toolCatalog).values(head)
  await stack.db.insert(templateVersions).values({ templateId: id, version: 1, config })
})
afterAll(() => stack.end())

const ask = (input: Record<string, unknown>) =>
  stack.call('selection.preview', { template, ...input }, { token: person.apiToken })
const preview = async (input: Record<string, unknown> = {}) => {
  const answer = await ask(input)
  expect(answer.error).toBeNull()
  return answer.data as PreviewView
}
const titles = ({ choices }: PreviewView) =>
  choices.map(({ candidate: c }) => (c.kind === 'create' ? `new ${c.size} in ${c.region}` : c.name))

test('begins with Berth’s own choice, and names every new droplet that may be asked for', async () => {
  const view = await preview()
  expect(view.choice).toMatchObject({ kind: 'existing', dropletId: droplet.id })
  expect(view.choices.map(({ best }) => best)).toEqual([true, ...view.choices.slice(1).map(() => false)])
  expect(view.newDroplets).toEqual([
    {
      size: 'small',
      vcpus: 1,
      memoryBytes: GIB,
      regions: ['fra1', 'nyc3'],
      bestRegion: 'fra1',
      priceMonthlyMicros: 6e6,
    },
    {
      size: 'large',
      vcpus: 2,
      memoryBytes: 4 * GIB,
      regions: ['fra1', 'nyc3'],
      bestRegion: 'fra1',
      priceMonthlyMicros: 24e6,
    },
    { size: 'huge', vcpus: 8, memoryBytes: 64 * GIB, regions: ['nyc3'], bestRegion: 'nyc3', priceMonthlyMicros: 500e6 },
  ])
})

test('a new droplet that is asked for stands beside Berth’s choice, with its price and what it means', async () => {
  const newDroplet = { size: 'huge', region: 'nyc3' }
  // Berth would not buy it, whatever it is weighed against.
  expect(titles(await preview())).not.toContain('new huge in nyc3')
  const view = await preview({ newDroplet })
  expect(view.summary).toBe('As you asked: a new huge in nyc3 for $500.00 a month.')
  expect(titles(view)[0]).toBe(droplet.name)
  const asked = view.choices.at(-1)
  expect(asked).toMatchObject({
    ...{ candidate: { kind: 'create', ...newDroplet }, addedMonthlyMicros: 500e6, best: false },
    monthlyMicros: view.monthlyNowMicros + 500e6,
    forecast: { monthlyMicros: view.monthlyNowMicros + 500e6 },
  })
  expect(asked?.consequences[0]).toBe('Costs $500.00 a month more.')
  expect(asked?.consequences).toContainEqual(expect.stringMatching(/^Scores 0\.\d\d less\.$/))
})

test('asked for by name, Berth’s own choice is still its own choice, and stands there once', async () => {
  const own = titles(await preview())
  const view = await preview({ dropletId: droplet.id })
  expect(titles(view)).toEqual(own)
  expect(view.choices[0]).toMatchObject({ best: true, consequences: [] })
})

test('the choices differ: each size once, and the smallest that holds it where Berth would buy a larger one', async () => {
  const view = await preview({ settings })
  const created = view.choices.flatMap(({ candidate: c }) => (c.kind === 'create' ? [c.size] : []))
  expect(created).toEqual(['large', 'small'])
  expect(view.choices.map(({ whyLarger }) => whyLarger?.split(':')[0] ?? null)).toEqual(
    view.choices.map(({ candidate: c }) => (c.kind === 'create' && c.size === 'large' ? 'large' : null)),
  )
})

test('says of each droplet that stands whether it has room for it', async () => {
  const [mine] = (await preview({ resources: { memoryBytes: 8 * GIB } })).droplets
  expect(mine).toMatchObject({ dropletId: droplet.id, refused: { constraint: 'memory' } })
  expect((await preview()).droplets).toEqual([{ ...mine, refused: null }])
})

test('the limits of this deployment decide what holds it, in place of the template’s', async () => {
  const resources = { memoryBytes: 8 * GIB }
  expect((await preview({ resources })).newDroplets.map(({ size: slug }) => slug)).toEqual(['huge'])
  const { choice } = await preview({ resources, newDroplet: { size: 'large', region: 'fra1' } })
  expect(choice).toMatchObject({
    kind: 'none',
    reason: expect.stringMatching(/^You asked for a new large in fra1\. .* 8192 MB memory, .* needed\.$/),
    change: 'Ask for a larger size, or give the deployment less.',
  })
})

test('a region keeps what may be asked for to itself', async () => {
  const view = await preview({ region: 'fra1' })
  expect(view.newDroplets.flatMap(({ regions }) => regions)).toEqual(['fra1', 'fra1'])
})

test.each([
  ['newDroplet', () => ({ dropletId: droplet.id, newDroplet: { size: 'large', region: 'fra1' } })],
  ['newDroplet.region', () => ({ region: 'nyc3', newDroplet: { size: 'large', region: 'fra1' } })],
  ['newDroplet.size', () => ({ newDroplet: { size: 'Large!', region: 'fra1' } })],
  ['newDroplet.price', () => ({ newDroplet: { size: 'large', region: 'fra1', price: 1 } })],
])('what can’t be is refused at its field: %s', async (field, input) => {
  for (const procedure of ['selection.preview', 'deployments.create']) {
    const method = procedure === 'deployments.create' ? ('POST' as const) : ('GET' as const)
    const answer = await stack.call(procedure, { template, ...input() }, { token: person.apiToken, method })
    expect(answer.error?.berth).toMatchObject({ code: 'INVALID_INPUT', field })
    expect(answer.error?.message).toContain(field)
  }
})
