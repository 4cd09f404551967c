import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BerthError } from '#server/errors.ts'
import { createResolver, parseReference } from './index.ts'

test.each([
  ['node', 'registry-1.docker.io', 'library/node', 'latest'],
  ['mcp/memory:1.2', 'registry-1.docker.io', 'mcp/memory', '1.2'],
  ['docker.io/mcp/memory', 'registry-1.docker.io', 'mcp/memory', 'latest'],
  ['ghcr.io/a/b/c:x', 'ghcr.io', 'a/b/c', 'x'],
  ['127.0.0.1:4001/mcp/everything:2026.8.31', '127.0.0.1:4001', 'mcp/everything', '2026.8.31'],
  ['localhost:5000/a', 'localhost:5000', 'a', 'latest'],
  [`a/b:tag@sha256:${'0'.repeat(64)}`, 'registry-1.docker.io', 'a/b', `sha256:${'0'.repeat(64)}`],
])('%s', (image, registry, repository, reference) => {
  expect(parseReference(image)).toEqual({ registry, repository, reference })
})

test.each(['', 'UPPER/case', 'a b', 'a/../b', 'host.x/a:ta g', 'a@sha256:short', 'x.y/a;rm', 'a/b?c', 'h.x:1/a#b'])(
  'R3: "%s" is no reference',
  (image) => {
    expect(() => parseReference(image)).toThrow(BerthError)
  },
)

describe('resolving', () => {
  let server: Server
  let host: string
  const asked: string[] = []
  beforeAll(async () => {
    server = createServer((req, res) => {
      const url = req.url ?? ''
      asked.push(`${req.method} ${url} ${req.headers.authorization ?? ''}`.trim())
      if (url.startsWith('/token')) return res.end(JSON.stringify({ token: 'anonymous' }))
      if (url.includes('/guarded/') && req.headers.authorization !== 'Bearer anonymous') {
        res.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token",service="s"` })
        return res.end()
      }
      if (url.includes('/private/')) return res.writeHead(401).end()
      if (url.includes('/broken/')) return res.writeHead(500).end()
      res.writeHead(url.includes('/there') ? 200 : 404, { 'docker-content-digest': 'sha256:d' }).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => void server.close())

  test.each([
    ['there', { resolves: true, digest: 'sha256:d' }],
    ['guarded/there', { resolves: true, digest: 'sha256:d' }],
    ['missing', { resolves: false, reason: expect.stringContaining('not in its registry') }],
    ['private/there', { resolves: false, reason: expect.stringContaining('private') }],
    ['broken/there', { resolves: false, reason: expect.stringContaining('500') }],
  ])('%s', async (name, expected) => {
    expect(await createResolver({ plainHttp: true }).resolve(`${host}/${name}:1`)).toEqual(expected)
  })

  test('asks for a token with the scope of this repository alone', () => {
    const line = asked.find((a) => a.startsWith('GET /token'))
    expect(decodeURIComponent(line ?? '')).toContain('scope=repository:guarded/there:pull')
  })

  test('remembers: one request for many readers, a missing image is asked for again soon, a found one later', async () => {
    let now = 0
    const resolver = createResolver({ plainHttp: true, now: () => now })
    const count = () => asked.filter((a) => a.includes('/counted/')).length
    await Promise.all(Array.from({ length: 10 }, () => resolver.resolve(`${host}/counted/missing:1`)))
    expect(count()).toBe(1)
    now = 31_000
    await resolver.resolve(`${host}/counted/missing:1`)
    expect(count()).toBe(2)
    await resolver.resolve(`${host}/counted/there:1`)
    now = 100_000
    await resolver.resolve(`${host}/counted/there:1`)
    expect(count()).toBe(3)
  })

  test('R20: a registry that is down is an answer, not an error', async () => {
    const answer = await createResolver({ plainHttp: true }).resolve('127.0.0.1:1/a/b:1')
    expect(answer).toEqual({ resolves: false, reason: expect.stringContaining('reached') })
  })

  test('outside the demo nothing is asked over plain http', async () => {
    const urls: string[] = []
    const ask = async ({ href }: URL) => {
      urls.push(href)
      throw new Error('no network')
    }
    await createResolver({ plainHttp: false, ask }).resolve('127.0.0.1:5000/a:1')
    await createResolver({ plainHttp: true, ask }).resolve('registry.example/a:1')
    await createResolver({ plainHttp: true, ask }).resolve('8.8.8.8:5000/a:1')
    expect(urls.map((url) => new URL(url).protocol)).toEqual(['https:', 'https:', 'https:'])
  })
})
