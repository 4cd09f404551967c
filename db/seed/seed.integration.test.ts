import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { users } from '../schema/auth.ts'
import { templateVersions, toolCatalog } from '../schema/templates.ts'
import { type TestDatabase, testDatabase } from '../testing.ts'
import { PUBLIC_SERVERS } from './catalogue/index.ts'
import { seedCatalogue } from './seed.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await testDatabase()
})
afterEach(() => database.end())

const REFERENCE = ['everything', 'everything-stdio', 'filesystem', 'memory', 'sequential-thinking']

/** As the first release stored them. */
const FIRST_RELEASE_HASHES = {
  memory: 'bb5a57796a2b64afbba032da7e6aff97441dd170d9faebeec0458094376986f0',
  filesystem: '8f25413e6f3b4a282e4b47d0edfd051dfc93709f1110902d97a1740062a18f88',
}

const seed = (registry: string | null) => database.db.transaction((tx) => seedCatalogue(tx, registry))
const rows = () => database.db.select().from(toolCatalog).orderBy(toolCatalog.slug)
const versions = () => database.db.select().from(templateVersions)
async function row(slug: string) {
  const [found] = await database.db.select().from(toolCatalog).where(eq(toolCatalog.slug, slug))
  if (!found) throw new Error(`${slug} is not seeded`)
  return found
}
const versionsOf = async (slug: string) => {
  const { id } = await row(slug)
  return (await versions()).filter((v) => v.templateId === id).sort((a, b) => a.version - b.version)
}

describe('the seed', () => {
  test('makes the whole catalogue, once, also when two processes start at once', async () => {
    await Promise.all([seed('127.0.0.1:4001'), seed('127.0.0.1:4001')])
    const first = await rows()
    expect(first.map((r) => r.slug)).toEqual(expect.arrayContaining(REFERENCE))
    expect(first).toHaveLength(REFERENCE.length + PUBLIC_SERVERS.length)
    const made = await versions()
    expect(made).toHaveLength(first.length)
    for (const v of made) expect(v).toMatchObject({ status: 'published', content: expect.anything(), createdBy: null })
    await seed('127.0.0.1:4001')
    expect(await rows()).toEqual(first)
    expect(await versions()).toEqual(expect.arrayContaining(made))
  })

  test('follows the local registry to a new address, without a new version', async () => {
    await seed('127.0.0.1:4001')
    await seed('127.0.0.1:4101')
    for (const slug of REFERENCE) {
      const { mcpTemplateConfig, version } = await row(slug)
      expect(mcpTemplateConfig.image).toMatch(/^127\.0\.0\.1:4101\/mcp\//)
      expect(version).toBe(1)
      for (const { config, content } of await versionsOf(slug)) {
        expect(config.image).toMatch(/^127\.0\.0\.1:4101\//)
        expect(content?.config).toEqual(config)
      }
    }
  })

  test('never touches what a person edited', async () => {
    await seed('127.0.0.1:4001')
    const { db } = database
    const edited = { ...(await row('memory')).mcpTemplateConfig, image: 'registry.example/mine:1' }
    await db.update(toolCatalog).set({ mcpTemplateConfig: edited }).where(eq(toolCatalog.slug, 'memory'))
    await db.update(toolCatalog).set({ description: 'Mine' }).where(eq(toolCatalog.slug, 'filesystem'))
    await seed('127.0.0.1:4101')
    expect((await row('memory')).mcpTemplateConfig.image).toBe('registry.example/mine:1')
    expect(await row('filesystem')).toMatchObject({ description: 'Mine' })
    expect((await row('filesystem')).mcpTemplateConfig.image).toMatch(/^127\.0\.0\.1:4001\//)
  })

  test('leaves a template alone that has a draft of a person’s, or that they took back', async () => {
    await seed('127.0.0.1:4001')
    const { db } = database
    const [user] = await db.insert(users).values({ email: 'admin@berth.test' }).returning()
    const { id: templateId, mcpTemplateConfig: config } = await row('memory')
    await db.insert(templateVersions).values({ templateId, version: 2, status: 'draft', config, createdBy: user?.id })
    await db.update(toolCatalog).set({ status: 'deprecated' }).where(eq(toolCatalog.slug, 'everything'))
    await seed(null)
    expect(await versionsOf('memory')).toHaveLength(2)
    expect((await row('memory')).version).toBe(1)
    expect(await row('everything')).toMatchObject({ status: 'deprecated', version: 1 })
    expect(await row('filesystem')).toMatchObject({ version: 2 })
  })

  test('does not take a name that a person’s own template has', async () => {
    const config = { image: 'registry.example/github:1' } as never
    const mine = { displayName: 'Mine', description: 'Mine', category: 'ai', mcpTemplateConfig: config }
    await database.db.insert(toolCatalog).values({ slug: 'github', ...mine })
    await seed(null)
    expect(await row('github')).toMatchObject({ displayName: 'Mine', seedHash: null })
  })

  test('of a public installation names public images, and going there is a new version', async () => {
    await seed('127.0.0.1:4001')
    await seed(null)
    const template = await row('everything')
    expect(template).toMatchObject({ version: 2 })
    expect(template.mcpTemplateConfig).toMatchObject({
      image: 'docker.io/mcp/everything:latest',
      arguments: ['node', 'dist/index.js', 'streamableHttp'],
    })
    const [old] = await versionsOf('everything')
    expect(old?.config.image).toBe('127.0.0.1:4001/mcp/everything:2026.8.31')
  })

  test('adopts rows of the first release and keeps their texts with their version', async () => {
    await seed('127.0.0.1:4001')
    const { db } = database
    // What the first release wrote: no content, no search text, and a hash over fewer fields.
    await db.update(templateVersions).set({ content: null })
    for (const [slug, seedHash] of Object.entries(FIRST_RELEASE_HASHES))
      await db.update(toolCatalog).set({ seedHash, searchText: '' }).where(eq(toolCatalog.slug, slug))
    await db.update(toolCatalog).set({ description: 'Mine' }).where(eq(toolCatalog.slug, 'filesystem'))
    await seed('127.0.0.1:4101')
    const [memory] = await versionsOf('memory')
    expect(memory).toMatchObject({ version: 1, content: { displayName: 'Memory' } })
    expect(memory?.config.image).toMatch(/^127\.0\.0\.1:4101\//)
    expect(await row('memory')).toMatchObject({ searchText: expect.stringContaining('Memory memory') })
    expect(await versionsOf('filesystem')).toMatchObject([{ content: null }])
  })

  test('forgets the digests of the local cloud’s images, and of no others', async () => {
    await seed('127.0.0.1:4001')
    await database.db.update(templateVersions).set({ imageDigest: `sha256:${'0'.repeat(64)}` })
    await seed('127.0.0.1:4001')
    expect((await versionsOf('memory')).map((v) => v.imageDigest)).toEqual([null])
    expect((await versionsOf('github'))[0]?.imageDigest).toMatch(/^sha256:/)
  })
})
