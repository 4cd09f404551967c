import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { templateVersions, toolCatalog } from '../schema/templates.ts'
import { type TestDatabase, testDatabase } from '../testing.ts'
import { seedCatalogue } from './seed.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await testDatabase()
})
afterEach(() => database.end())

const seed = (registry: string | null) => database.db.transaction((tx) => seedCatalogue(tx, registry))
const rows = () => database.db.select().from(toolCatalog).orderBy(toolCatalog.slug)
const versions = () => database.db.select().from(templateVersions)
const row = async (slug: string) => (await rows()).find((r) => r.slug === slug)

describe('the seed', () => {
  test('makes the five templates, once, also when two processes start at once', async () => {
    await Promise.all([seed('127.0.0.1:4001'), seed('127.0.0.1:4001')])
    const first = await rows()
    expect(first.map((r) => r.slug)).toEqual([
      'everything',
      'everything-stdio',
      'filesystem',
      'memory',
      'sequential-thinking',
    ])
    await seed('127.0.0.1:4001')
    expect(await rows()).toEqual(first)
    expect(await versions()).toHaveLength(5)
  })

  test('follows the local registry to a new address, without a new version', async () => {
    await seed('127.0.0.1:4001')
    await seed('127.0.0.1:4101')
    for (const { mcpTemplateConfig, version } of await rows()) {
      expect(mcpTemplateConfig.image).toMatch(/^127\.0\.0\.1:4101\/mcp\//)
      expect(version).toBe(1)
    }
    for (const { config } of await versions()) expect(config.image).toMatch(/^127\.0\.0\.1:4101\//)
  })

  test('never touches what a person edited', async () => {
    await seed('127.0.0.1:4001')
    const { db } = database
    const before = await row('memory')
    if (!before) throw new Error('seeded')
    const edited = { ...before.mcpTemplateConfig, image: 'registry.example/mine:1' }
    await db.update(toolCatalog).set({ mcpTemplateConfig: edited }).where(eq(toolCatalog.slug, 'memory'))
    await db.update(toolCatalog).set({ description: 'Mine' }).where(eq(toolCatalog.slug, 'filesystem'))
    await seed('127.0.0.1:4101')
    expect((await row('memory'))?.mcpTemplateConfig.image).toBe('registry.example/mine:1')
    expect(await row('filesystem')).toMatchObject({ description: 'Mine' })
    expect((await row('filesystem'))?.mcpTemplateConfig.image).toMatch(/^127\.0\.0\.1:4001\//)
  })

  test('of a public installation names public images, and going there is a new version', async () => {
    await seed('127.0.0.1:4001')
    await seed(null)
    const template = await row('everything')
    expect(template).toMatchObject({ version: 2 })
    expect(template?.mcpTemplateConfig).toMatchObject({
      image: 'docker.io/mcp/everything:latest',
      arguments: ['node', 'dist/index.js', 'streamableHttp'],
    })
    const old = (await versions()).find((v) => v.templateId === template?.id && v.version === 1)
    expect(old?.config.image).toBe('127.0.0.1:4001/mcp/everything:2026.8.31')
  })
})
