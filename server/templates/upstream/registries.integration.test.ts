import { eq } from 'drizzle-orm'
import { beforeEach, describe, expect, test } from 'vitest'
import { toolCatalog } from '#db/schema/templates.ts'
import { plant } from '#server/testing/plant.ts'
import {
  addUpstreamRegistry,
  listUpstreamRegistries,
  proposeFromUpstream,
  removeUpstreamRegistry,
  searchUpstreamServers,
  startUpstreamSync,
  syncUpstreamRegistry,
} from './index.ts'
import { entry } from './testing-registry.ts'
import { upstreamWorld, type World } from './testing-world.ts'

const world = upstreamWorld()
const { sync, row, stored } = world
let stack: World['stack']
let registry: World['registry']
let admin: World['admin']
let user: World['user']
let registryId: World['registryId']
beforeEach(() => {
  ;({ stack, registry, admin, user, registryId } = world)
})

describe('what admins do with registries', () => {
  test('search finds words and misspelled ones in the latest versions, and proposes a template from one', async () => {
    registry.entries = [
      entry('io.acme/weather', { document: { title: 'Weather forecasts' } }),
      entry('io.acme/weather', { version: '0.9.0', isLatest: false }),
      entry('io.acme/stolen-weather', { status: 'deleted' }),
      entry('io.acme/books', { status: 'deprecated', message: 'Closed.' }),
    ]
    registry.pageSize = 10
    await sync()
    const found = await searchUpstreamServers(admin, { search: 'wether forecast' })
    expect(found).toMatchObject([
      {
        name: 'io.acme/weather',
        version: '1.0.0',
        title: 'Weather forecasts',
        kinds: ['npm'],
        status: 'active',
        template: null,
      },
    ])
    expect((await searchUpstreamServers(admin, {})).map((s) => s.name).sort()).toEqual([
      'io.acme/books',
      'io.acme/weather',
    ])
    const proposal = await proposeFromUpstream(admin, { serverId: found[0]?.id ?? '' })
    expect(proposal).toMatchObject({
      slug: 'weather',
      existing: null,
      content: { config: { package: { identifier: 'acme-weather', version: '1.0.0' } } },
    })
    const [books] = await searchUpstreamServers(admin, { search: 'books' })
    const noted = await proposeFromUpstream(admin, { serverId: books?.id ?? '' })
    expect(noted.notes[0]).toEqual({ path: 'status', text: 'Its registry calls it deprecated: Closed.' })
  })

  test('R9: a server is not taken for the template that came from another registry under the same name', async () => {
    const { templateSlug } = await plant(stack, (await stack.person()).userId)
    const other = await addUpstreamRegistry(admin, { name: 'Other', url: 'https://registry.other.example' })
    const cameFrom = (upstreamRegistryId: string) =>
      stack.db
        .update(toolCatalog)
        .set({ registryName: 'io.acme/birds', upstreamRegistryId })
        .where(eq(toolCatalog.slug, templateSlug))
    registry.entries = [entry('io.acme/birds')]
    await sync()
    const look = async () => {
      const [found] = await searchUpstreamServers(admin, { search: 'birds' })
      const { notes } = await proposeFromUpstream(admin, { serverId: found?.id ?? '' })
      return { template: found?.template?.slug, warned: notes.some(({ text }) => text.includes('another registry')) }
    }
    await cameFrom(registryId)
    expect(await look()).toEqual({ template: templateSlug, warned: false })
    await cameFrom(other.id)
    expect(await look()).toEqual({ template: undefined, warned: true })
    await removeUpstreamRegistry(admin, { registryId: other.id })
  })

  test('search passes over what no text is', async () => {
    await expect(searchUpstreamServers(admin, { search: "%_\\'; --" })).resolves.toEqual([])
  })

  test.each(['ftp://x.example', 'https://user:secret@x.example', 'x.example', 'javascript:alert(1)'])(
    'refuse %s as an address',
    async (url) => {
      await expect(addUpstreamRegistry(admin, { name: 'x', url })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        field: 'url',
      })
    },
  )

  test('the same registry is not followed twice', async () => {
    await expect(addUpstreamRegistry(admin, { name: 'Again', url: `${registry.url}/` })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
  })

  test('two are not followed under one name', async () => {
    const [first] = await listUpstreamRegistries(admin)
    const input = { name: ` ${first?.name.toUpperCase()} `, url: 'https://registry.second.example' }
    await expect(addUpstreamRegistry(admin, input)).rejects.toMatchObject({ code: 'CONFLICT', field: 'name' })
  })

  test('an address that is no registry says to check it', async () => {
    registry.instead = (_, res) => !!res.writeHead(404).end()
    await expect(sync()).rejects.toMatchObject({
      ...{ code: 'REGISTRY_REFUSED', action: expect.stringContaining('Check the address') },
    })
  })

  test('R9: nobody else may, whichever verb', async () => {
    const refused = { code: 'NOT_ALLOWED' }
    const attempts = [
      () => listUpstreamRegistries(user),
      () => addUpstreamRegistry(user, { name: 'x', url: 'https://x.example' }),
      () => removeUpstreamRegistry(user, { registryId }),
      () => syncUpstreamRegistry(user, { registryId }),
      () => searchUpstreamServers(user, {}),
      () => proposeFromUpstream(user, { serverId: registryId }),
    ]
    for (const attempt of attempts) await expect((async () => attempt())()).rejects.toMatchObject(refused)
  })
})

describe('the schedule', () => {
  test('syncs what is due, once elected, to the end', async () => {
    registry.entries = [1, 2, 3].map((n) => entry(`io.acme/s${n}`))
    let elected = false
    const schedule = startUpstreamSync({ base: stack.base, ask: admin.services.ask, elected: async () => elected })
    await schedule.now()
    expect(registry.asked).toEqual([])
    elected = true
    await schedule.now()
    expect(await stored()).toHaveLength(3)
    const { length } = registry.asked
    await schedule.now()
    expect(registry.asked).toHaveLength(length)
    await schedule.stop()
  })

  test('R20: a registry that is down stops nothing', async () => {
    registry.instead = (_, res) => !!res.destroy()
    const schedule = startUpstreamSync({ base: stack.base, ask: admin.services.ask, elected: async () => true })
    await schedule.now()
    expect((await row())?.syncError).toContain('can’t be reached')
    await schedule.stop()
  })
})
