/** Which registry a template came from is kept with it. */
import { eq } from 'drizzle-orm'
import { v7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toolCatalog, upstreamRegistries, upstreamServers } from '#db/schema/templates.ts'
import { content, type VersionsStage, versionsStage } from './testing.ts'

const NAME = 'io.acme/weather'
let stage: VersionsStage
let [registryId, upstreamServerId] = ['', '']

beforeAll(async () => {
  stage = await versionsStage()
  ;[registryId, upstreamServerId] = [v7(), v7()]
  const { db } = stage.stack
  await db.insert(upstreamRegistries).values({ id: registryId, name: 'Acme', url: 'https://registry.acme.example' })
  await db.insert(upstreamServers).values({
    ...{ id: upstreamServerId, registryId, name: NAME, version: '1.0.0', status: 'active', isLatest: true },
    ...{ document: {}, searchText: '', updatedAt: new Date() },
  })
})
afterAll(() => stage.stack.end())

async function origin(slug: string) {
  const { registryName, upstreamRegistryId } = toolCatalog
  const [head] = await stage.stack.db
    .select({ registryName, upstreamRegistryId })
    .from(toolCatalog)
    .where(eq(toolCatalog.slug, slug))
  return head
}
const named = (name: string) => ({ name, version: '1.0.0', description: 'x' })

test('a template that was read from a registry keeps which one, until it becomes another server', async () => {
  const slug = 'from-registry'
  const made = await stage.mutate('create', { slug, content: content(), serverJson: named(NAME), upstreamServerId })
  expect(made.error).toBeNull()
  const bound = { registryName: NAME, upstreamRegistryId: registryId }
  expect(await origin(slug)).toEqual(bound)
  await stage.mutate('save', { slug, base: 1, content: content(), serverJson: { ...named(NAME), version: '1.0.1' } })
  expect(await origin(slug)).toEqual(bound)
  await stage.mutate('save', { slug, base: 2, content: content(), serverJson: named('io.acme/other') })
  expect(await origin(slug)).toEqual({ registryName: 'io.acme/other', upstreamRegistryId: null })
  await stage.mutate('save', { slug, base: 3, content: content(), serverJson: named(NAME), upstreamServerId })
  expect(await origin(slug)).toEqual(bound)
})

test('a document that was pasted comes from no registry, whatever name it has', async () => {
  await stage.mutate('create', { slug: 'pasted', content: content(), serverJson: named(NAME) })
  expect(await origin('pasted')).toEqual({ registryName: NAME, upstreamRegistryId: null })
})

test('R9: the entry must be there, and of this very server', async () => {
  const create = (given: object) => stage.mutate('create', { slug: 'refused', content: content(), ...given })
  const missing = await create({ serverJson: named(NAME), upstreamServerId: registryId })
  expect(missing.error?.berth).toMatchObject({ code: 'NOT_FOUND', field: 'upstreamServerId' })
  const another = await create({ serverJson: named('io.acme/other'), upstreamServerId })
  expect(another.error?.berth).toMatchObject({ code: 'INVALID_INPUT', field: 'upstreamServerId' })
  expect(await origin('refused')).toBeUndefined()
})
