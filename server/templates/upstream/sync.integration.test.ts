import { beforeEach, describe, expect, test } from 'vitest'
import { addUpstreamRegistry, listUpstreamRegistries, removeUpstreamRegistry, syncUpstreamRegistry } from './index.ts'
import { entry } from './testing-registry.ts'
import { upstreamWorld, type World } from './testing-world.ts'

const world = upstreamWorld()
const { sync, row, stored } = world
let registry: World['registry']
let admin: World['admin']
let registryId: World['registryId']
beforeEach(() => {
  ;({ registry, admin, registryId } = world)
})

describe('a sync', () => {
  test('copies every page, and asks the next time only for what changed since', async () => {
    registry.entries = [1, 2, 3, 4, 5].map((n) => entry(`io.acme/s${n}`, { at: `2026-01-0${n}T00:00:00Z` }))
    expect(await sync()).toMatchObject({ stored: 5, complete: true, refused: { count: 0 } })
    expect(registry.asked.map((url) => url.searchParams.get('cursor'))).toEqual([null, '2', '4'])
    expect((await stored()).map((s) => s.name)).toEqual([1, 2, 3, 4, 5].map((n) => `io.acme/s${n}`))

    registry.asked = []
    registry.entries = [...registry.entries, entry('io.acme/s1', { version: '2.0.0', at: '2026-02-01T00:00:00Z' })]
    expect(await sync()).toMatchObject({ stored: 2, complete: true })
    expect(registry.asked[0]?.searchParams.get('updated_since')).toBe('2026-01-05T00:00:00Z')
    expect((await stored()).filter((s) => s.name === 'io.acme/s1')).toEqual([
      { name: 'io.acme/s1', version: '1.0.0', status: 'active', latest: false },
      { name: 'io.acme/s1', version: '2.0.0', status: 'active', latest: true },
    ])
    expect(await listUpstreamRegistries(admin)).toMatchObject([
      { id: registryId, url: registry.url, servers: 5, syncError: null },
    ])
  })

  test('that is cut short goes on where it stopped', async () => {
    registry.entries = [1, 2, 3, 4, 5].map((n) => entry(`io.acme/s${n}`))
    expect(await sync(1)).toMatchObject({ stored: 2, complete: false })
    expect((await row())?.syncedAt).toBeNull()
    expect(await sync()).toMatchObject({ stored: 3, complete: true })
    expect(registry.asked.map((url) => url.searchParams.get('cursor'))).toEqual([null, '2', '4'])
    expect((await row())?.pass).toBeNull()
  })

  test('keeps what it has when the registry breaks in the middle, and says so', async () => {
    registry.entries = [1, 2, 3].map((n) => entry(`io.acme/s${n}`))
    registry.instead = (url, res) => url.searchParams.has('cursor') && !!res.writeHead(503).end()
    await expect(sync()).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' })
    expect(await stored()).toHaveLength(2)
    expect((await row())?.syncError).toBe(`${registry.host} answers 503.`)
    registry.instead = () => false
    expect(await sync()).toMatchObject({ stored: 1, complete: true })
    expect((await row())?.syncError).toBeNull()
  })

  test('begins anew when the registry has forgotten the cursor', async () => {
    registry.entries = [1, 2, 3].map((n) => entry(`io.acme/s${n}`))
    await sync(1)
    registry.instead = (url, res) => url.searchParams.has('cursor') && !!res.writeHead(400).end()
    await expect(sync()).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })
    registry.instead = () => false
    expect(await sync()).toMatchObject({ stored: 3, complete: true })
  })

  test('of a list without an end stops', async () => {
    registry.instead = (_, res) =>
      !!res.end(JSON.stringify({ servers: [entry('io.acme/loop')], metadata: { next_cursor: 'again' } }))
    await expect(sync()).rejects.toMatchObject({
      code: 'REGISTRY_REFUSED',
      message: expect.stringContaining('repeats its cursor'),
    })
    expect(registry.asked.length).toBeLessThan(4)
    expect((await row())?.pass).toBeNull()
  })

  test.each([
    ['HTML', '<html></html>'],
    ['null', 'null'],
    ['no list', '{"servers":{"a":1}}'],
    ['another API', '{"ok":true}'],
    ['an odd cursor', '{"servers":[],"metadata":{"nextCursor":{}}}'],
    ['half a document', '{"servers":['],
  ])('refuses %s', async (_, body) => {
    registry.instead = (_url, res) => !!res.end(body)
    await expect(sync()).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })
    expect((await row())?.syncError).toContain('does not answer as an MCP Registry')
  })

  test('counts and names what can’t be stored, and stores the rest', async () => {
    registry.pageSize = 10
    registry.entries = [
      entry('io.acme/good'),
      entry('io.acme/nul', { document: { description: 'a\u0000b' } }),
      entry('io.acme/no-version', { document: { version: undefined } }),
      entry('io.acme/late', { at: '+010000-01-01T00:00:00Z' }),
      ...[null, 7, [], { server: null }, { server: { name: 5 } }],
    ]
    const report = await sync()
    expect(report).toMatchObject({ stored: 1, complete: true, refused: { count: 8 } })
    expect(report.refused.first.slice(0, 3)).toEqual([
      'io.acme/nul: This text holds a NUL character or half a character.',
      'io.acme/no-version: there is no version',
      'io.acme/late: its date is not one',
    ])
    expect((await row())?.syncError).toContain('8 entries could not be stored: io.acme/nul')
  })

  test('reads the older forms of the API, over /v0 where there is no /v0.1', async () => {
    registry.pageSize = 10
    registry.instead = (url, res) => {
      if (url.pathname.startsWith('/v0.1/')) return !!res.writeHead(404).end()
      return url.searchParams.has('include_deleted') && !!res.writeHead(422).end()
    }
    const seed = {
      id: '1',
      name: 'io.github.a/seed',
      description: 'x',
      version_detail: { version: '0.1.0', is_latest: true, release_date: '2025-05-16T19:13:21Z' },
    }
    const beside = {
      server: {
        name: 'io.github.a/beside',
        description: 'x',
        status: 'deprecated',
        version_detail: { version: '0.2.0' },
      },
      'x-io.modelcontextprotocol.registry': { id: '2', published_at: '2025-07-10T00:00:00Z', is_latest: false },
    }
    const inside = {
      ...{ name: 'io.github.a/inside', description: 'x', version: '0.3.0', status: 'deleted' },
      _meta: {
        'io.modelcontextprotocol.registry/official': {
          serverId: '3',
          updated_at: '2025-09-17T00:00:00Z',
          is_latest: true,
        },
      },
    }
    registry.entries = [seed, beside, inside]
    expect(await sync()).toMatchObject({ stored: 3, complete: true })
    expect(await stored()).toEqual([
      { name: 'io.github.a/beside', version: '0.2.0', status: 'deprecated', latest: false },
      { name: 'io.github.a/inside', version: '0.3.0', status: 'deleted', latest: true },
      { name: 'io.github.a/seed', version: '0.1.0', status: 'active', latest: true },
    ])
  })

  test('runs once at a time', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let asked = () => {}
    const first = new Promise<void>((resolve) => {
      asked = resolve
    })
    registry.instead = (_, res) => {
      asked()
      void held.then(() => res.end('{"servers":[]}'))
      return true
    }
    const running = sync()
    await first
    await expect(sync()).rejects.toMatchObject({ code: 'CONFLICT' })
    release()
    await expect(running).resolves.toMatchObject({ complete: true })
  })

  test('R6: never asks an address inside that the operator did not name', async () => {
    const inside = await addUpstreamRegistry(admin, { name: 'Inside', url: 'http://169.254.169.254' })
    await expect(syncUpstreamRegistry(admin, { registryId: inside.id })).rejects.toMatchObject({
      code: 'REGISTRY_REFUSED',
    })
    await removeUpstreamRegistry(admin, { registryId: inside.id })
  })
})
