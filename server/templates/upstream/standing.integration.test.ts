import { desc, eq, sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { auditLog } from '#db/schema/auth.ts'
import { deploymentEvents } from '#db/schema/deployments.ts'
import { toolCatalog, upstreamServers } from '#db/schema/templates.ts'
import { plant } from '#server/testing/plant.ts'
import { addUpstreamRegistry, removeUpstreamRegistry } from './index.ts'
import { entry } from './testing-registry.ts'
import { upstreamWorld, type World } from './testing-world.ts'

const world = upstreamWorld()
const { sync } = world
let stack: World['stack']
let registry: World['registry']
let admin: World['admin']
let registryId: World['registryId']
beforeEach(() => {
  ;({ stack, registry, admin, registryId } = world)
})

describe('a template whose entry upstream changed', () => {
  let deploymentId: string
  let slug: string
  beforeEach(async () => {
    const planted = await plant(stack, (await stack.person()).userId)
    ;({ deploymentId, templateSlug: slug } = planted)
    await cameFrom(registryId)
  })
  afterEach(() => stack.db.update(toolCatalog).set({ registryName: null }).where(eq(toolCatalog.slug, slug)))

  const cameFrom = (upstreamRegistryId: string | null) =>
    stack.db
      .update(toolCatalog)
      .set({ registryName: 'io.acme/weather', upstreamRegistryId })
      .where(eq(toolCatalog.slug, slug))
  const head = async () => {
    const [found] = await stack.db
      .select({ status: toolCatalog.upstreamStatus, message: toolCatalog.upstreamMessage })
      .from(toolCatalog)
      .where(eq(toolCatalog.slug, slug))
    return found
  }
  const events = async () =>
    (
      await stack.db
        .select()
        .from(deploymentEvents)
        .where(eq(deploymentEvents.deploymentId, deploymentId))
        .orderBy(desc(deploymentEvents.n))
    ).filter(({ type }) => type === 'template.warning')

  test('warns everybody who runs it at once, and takes the warning back when the entry is active again', async () => {
    registry.entries = [entry('io.acme/weather')]
    await sync()
    expect(await head()).toEqual({ status: 'active', message: null })
    expect(await events()).toEqual([])

    registry.entries = [
      entry('io.acme/weather', { status: 'deleted', message: 'It stole keys.', at: '2026-03-01T00:00:00Z' }),
    ]
    expect(await sync()).toMatchObject({ warned: 1 })
    expect(await head()).toEqual({ status: 'deleted', message: 'It stole keys.' })
    expect((await events()).map(({ data }) => data)).toEqual([{ upstream: 'deleted', message: 'It stole keys.' }])

    expect(await sync()).toMatchObject({ warned: 0 })
    registry.entries = [entry('io.acme/weather', { at: '2026-03-02T00:00:00Z' })]
    await sync()
    expect(await head()).toEqual({ status: 'active', message: null })
    expect((await events()).map(({ data }) => data)).toEqual([
      { upstream: 'active', message: '' },
      { upstream: 'deleted', message: 'It stole keys.' },
    ])
    const audits = await stack.db
      .select()
      .from(auditLog)
      .where(eq(auditLog.resource, `template:${slug}`))
      .orderBy(auditLog.at)
    expect(audits.map(({ action, data }) => [action, (data as { to: string }).to])).toEqual([
      ['template.upstream', 'active'],
      ['template.upstream', 'deleted'],
      ['template.upstream', 'active'],
    ])
  })

  test('is judged by the version that it was imported from', async () => {
    await stack.db.execute(sql`
      update template_versions set server_json = '{"name": "io.acme/weather", "version": "1.0.0"}'
      where template_id = (select id from tool_catalog where slug = ${slug})`)
    registry.entries = [
      entry('io.acme/weather', { version: '1.0.0', isLatest: false, status: 'deprecated', message: 'Use 2.' }),
      entry('io.acme/weather', { version: '2.0.0' }),
    ]
    await sync()
    expect(await head()).toEqual({ status: 'deprecated', message: 'Use 2.' })
  })

  test('stands as before once its registry is followed no more', async () => {
    registry.entries = [entry('io.acme/weather', { status: 'deleted' })]
    await sync()
    await removeUpstreamRegistry(admin, { registryId })
    expect(await head()).toEqual({ status: null, message: null })
    world.registryId = (await addUpstreamRegistry(admin, { name: 'Test', url: registry.url })).id
  })

  /** Another registry that is followed, whose copy has this one server. */
  async function follow(url: string, status: 'active' | 'deleted'): Promise<string> {
    const { id } = await addUpstreamRegistry(admin, { name: new URL(url).hostname, url })
    await stack.db.insert(upstreamServers).values({
      ...{ registryId: id, name: 'io.acme/weather', version: '1.0.0', status, statusMessage: 'Bad.', isLatest: true },
      ...{ document: {}, searchText: '', updatedAt: new Date() },
    })
    return id
  }

  test('R9: hears only the registry that it came from: no other can have it refused under its name', async () => {
    registry.entries = [entry('io.acme/weather')]
    const other = await follow('https://registry.evil.example', 'deleted')
    const official = await follow('https://registry.modelcontextprotocol.io', 'deleted')
    await sync()
    expect(await head()).toEqual({ status: 'active', message: null })
    expect(await events()).toEqual([])
    await cameFrom(other)
    await sync()
    expect(await head()).toEqual({ status: 'deleted', message: 'Bad.' })
    for (const id of [other, official]) await removeUpstreamRegistry(admin, { registryId: id })
  })

  test('R9: that came from no registry is warned by the official one, and by no other', async () => {
    await cameFrom(null)
    registry.entries = [entry('io.acme/weather', { status: 'deleted' })]
    const lookalike = await follow('https://registry.modelcontextprotocol.io.evil.example', 'deleted')
    await sync()
    expect(await head()).toEqual({ status: null, message: null })
    const official = await follow('https://registry.modelcontextprotocol.io', 'deleted')
    await sync()
    expect(await head()).toEqual({
      status: 'deprecated',
      message: 'The official registry has deleted a server of this name. Its reason: Bad.',
    })
    for (const id of [lookalike, official]) await removeUpstreamRegistry(admin, { registryId: id })
  })
})
