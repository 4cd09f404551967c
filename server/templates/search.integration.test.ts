import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toolCatalog } from '#db/schema/templates.ts'
import { seedCatalogue } from '#db/seed/seed.ts'
import type { TemplateCard } from '#server/api/views-templates.ts'
import { type Person, type Stack, testStack } from '#server/testing/stack.ts'
import { housekeepingTx } from '#server/tx.ts'

let stack: Stack
let user: Person

beforeAll(async () => {
  stack = await testStack()
  user = await stack.person('user')
  await housekeepingTx(stack.db, (tx) => seedCatalogue(tx, null))
})
afterAll(() => stack.end())

async function find(wish: Record<string, unknown>): Promise<TemplateCard[]> {
  const { data, error } = await stack.call('templates.list', wish, { cookie: user.cookie })
  expect(error).toBeNull()
  return data as TemplateCard[]
}
const slugs = async (search: string, wish: Record<string, unknown> = {}) =>
  (await find({ search, ...wish })).map((card) => card.slug)

describe('searching the catalogue', () => {
  test.each([
    ['the exact name first', 'time', 'time'],
    ['a slug', 'sequential-thinking', 'sequential-thinking'],
    ['the beginning of a name', 'postg', 'postgres'],
    ['a word of the description', 'quadrillion backtests', null],
    ['a stem', 'invoices', 'stripe'],
    ['two words from anywhere', 'pull requests', 'github'],
    ['name and description together', 'github actions', 'github'],
    ['capitals and punctuation', '"GitHub!"', 'github'],
    ['one wrong letter', 'githib', 'github'],
    ['one letter too few', 'grafna', 'grafana'],
    ['two letters swapped', 'plawyright', 'playwright'],
    ['swapped letters in a long word', 'elasticsaerch', 'elasticsearch'],
    ['the middle of a word', 'itbucke', null],
    ['a piece of a name', 'upabas', 'supabase'],
  ])('finds %s', async (_, search, slug) => {
    const found = await slugs(search)
    if (slug === null) expect(found).toEqual([])
    else expect(found[0]).toBe(slug)
  })

  test('what is meant comes before what merely mentions it', async () => {
    const found = await slugs('redis')
    expect(found.slice(0, 2).sort()).toEqual(['redis', 'redis-cloud'])
  })

  test.each([`' or 1=1 --`, '!&|():*<->', '%_\\', '🙂', 'a:*', `\\'`, 'x'.repeat(200), 'a '.repeat(99)])(
    'R3: %j is looked for, not run',
    async (search) => {
      expect(Array.isArray(await find({ search }))).toBe(true)
    },
  )

  test('a search without a letter finds nothing', async () => {
    expect(await slugs('…')).toEqual([])
  })

  test('narrows by category, tags and who publishes', async () => {
    const data = await find({ category: 'data' })
    expect(new Set(data.map((card) => card.category))).toEqual(new Set(['data']))
    const tagged = await find({ tags: ['aws', 'costs'] })
    expect(tagged.map((card) => card.slug).sort()).toEqual(['aws-cost-explorer', 'aws-pricing'])
    const community = await find({ official: false })
    expect(community.some((card) => card.isOfficial)).toBe(false)
    expect(await slugs('search', { category: 'search', official: false })).toEqual(['duckduckgo'])
  })

  test('counts what each category offers', async () => {
    const { data } = await stack.call('templates.categories', undefined, { cookie: user.cookie })
    const all = await find({ limit: 500 })
    const counted = Object.fromEntries(
      (data as { category: string; templates: number }[]).map(({ category, templates }) => [category, templates]),
    )
    expect(Object.values(counted).reduce((sum, each) => sum + each, 0)).toBe(all.length)
    expect(counted.data).toBe(all.filter((card) => card.category === 'data').length)
  })

  test('sorts by popularity, by name, by age', async () => {
    const popular = await find({ sort: 'popular', official: true })
    const figures = popular.map((card) => card.popularity)
    expect(figures).toEqual(figures.toSorted((a, b) => b - a))
    const names = (await find({ sort: 'name' })).map((card) => card.name.toLowerCase())
    expect(names.slice(0, 20)).toEqual(names.slice(0, 20).toSorted())
    const config = { image: 'x', transport: { type: 'stdio', shared: false } } as never
    const newest = { slug: 'newest', displayName: 'Zz', description: 'New', category: 'ai', mcpTemplateConfig: config }
    const rest = { environmentVariables: [], resources: { memoryBytes: 2 ** 26, cpuMillis: 10, diskBytes: 0 } }
    await stack.db.insert(toolCatalog).values({ ...newest, mcpTemplateConfig: Object.assign(config, rest) })
    expect((await find({ sort: 'new', limit: 1 })).map((card) => card.slug)).toEqual(['newest'])
    await stack.db.delete(toolCatalog).where(eq(toolCatalog.slug, 'newest'))
  })

  test('a list waits for no registry: what is not known yet is null', async () => {
    const [card] = await find({ search: 'github' })
    expect(card).toMatchObject({ runnable: null, runnableReason: null })
  })
})
