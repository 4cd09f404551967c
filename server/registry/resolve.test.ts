import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createResolver, type Resolver } from './resolve.ts'
import { clientOf, type Listening, listen } from './testing.ts'

const DIGEST = `sha256:${'d'.repeat(64)}`
let registry: Listening
let host: string
const asked: string[] = []
/** Answers to `…/slow/…` wait here. */
const waiting: (() => void)[] = []
let atOnce = 0
let atOnceMost = 0

beforeAll(async () => {
  registry = await listen((req, res) => {
    const url = req.url ?? ''
    asked.push(`${req.method} ${url} ${req.headers.authorization ?? ''}`.trim())
    if (url.startsWith('/token')) return void res.end(JSON.stringify({ token: 'anonymous' }))
    if (url.includes('/guarded/') && req.headers.authorization !== 'Bearer anonymous')
      return void res.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token",service="s"` }).end()
    if (url.includes('/elsewhere/'))
      return void res.writeHead(401, { 'www-authenticate': 'Bearer realm="http://metadata.internal/token"' }).end()
    if (url.includes('/private/')) return void res.writeHead(401).end()
    if (url.includes('/broken/')) return void res.writeHead(500).end()
    const answer = () => {
      atOnce -= 1
      res.writeHead(url.includes('/there') ? 200 : 404, { 'docker-content-digest': DIGEST }).end()
    }
    atOnce += 1
    atOnceMost = Math.max(atOnceMost, atOnce)
    if (url.includes('/slow/')) waiting.push(answer)
    else answer()
  })
  host = registry.host
})
afterAll(() => registry.close())

const resolver = (now?: () => number): Resolver => createResolver({ images: clientOf([host]), now })
const release = () => {
  for (const answer of waiting.splice(0)) answer()
}
/** The registry holds this many answers back. */
const held = (count: number) => expect.poll(() => waiting.length).toBe(count)

test.each([
  ['there', { resolves: true, digest: DIGEST }],
  ['guarded/there', { resolves: true, digest: DIGEST }],
  ['missing', { resolves: false, unknown: false, reason: expect.stringContaining('not in its registry') }],
  ['private/there', { resolves: false, unknown: false, reason: expect.stringContaining('private') }],
  ['broken/there', { resolves: false, unknown: true, reason: expect.stringContaining('500') }],
  [
    'elsewhere/there',
    { resolves: false, unknown: false, reason: expect.stringContaining('does not ask metadata.internal') },
  ],
])('%s', async (name, expected) => {
  expect(await resolver().resolve(`${host}/${name}:1`)).toEqual(expected)
})

test('what is no reference, or a registry inside that nobody named, resolves to nothing and asks nobody', async () => {
  const before = asked.length
  for (const image of ['a b', '', `${host.replace('127.0.0.1', '127.0.0.2')}/there:1`, 'localhost:1/a'])
    expect(await resolver().resolve(image)).toMatchObject({ resolves: false })
  expect(asked.length).toBe(before)
})

test('asks for a token with the scope of this repository alone', () => {
  const line = asked.find((a) => a.startsWith('GET /token'))
  expect(decodeURIComponent(line ?? '')).toContain('scope=repository:guarded/there:pull')
})

test('remembers: one request for many readers, a missing image is asked for again soon, a found one later', async () => {
  let now = 0
  const { resolve } = resolver(() => now)
  const count = () => asked.filter((a) => a.includes('/counted/')).length
  await Promise.all(Array.from({ length: 10 }, () => resolve(`${host}/counted/missing:1`)))
  expect(count()).toBe(1)
  now = 31_000
  await resolve(`${host}/counted/missing:1`)
  expect(count()).toBe(2)
  await resolve(`${host}/counted/there:1`)
  now = 100_000
  await resolve(`${host}/counted/there:1`)
  expect(count()).toBe(3)
})

test('R20: a registry that is down is an answer, not an error', async () => {
  const images = clientOf(['127.0.0.1:1'])
  const answer = await createResolver({ images }).resolve('127.0.0.1:1/a/b:1')
  expect(answer).toEqual({ resolves: false, unknown: true, reason: expect.stringContaining('reached') })
})

describe('a list does not wait for a slow registry', () => {
  test('what is not told in time is not known yet, and known at the next look', async () => {
    const { resolveWithin, peek } = resolver()
    const image = `${host}/slow/there:1`
    expect(await resolveWithin(image, 20)).toBeNull()
    expect(peek(image)).toBeNull()
    await held(1)
    release()
    await expect.poll(() => peek(image)).toEqual({ resolves: true, digest: DIGEST })
    expect(await resolveWithin(image, 0)).toEqual({ resolves: true, digest: DIGEST })
  })

  test('what was known before is said meanwhile', async () => {
    let now = 0
    const { resolve, resolveWithin, peek } = resolver(() => now)
    const image = `${host}/slow/missing:1`
    const first = resolve(image)
    await held(1)
    release()
    const known = await first
    now = 31_000
    expect(peek(image)).toEqual(known)
    expect(await resolveWithin(image, 0)).toEqual(known)
    await held(1)
    release()
  })

  test('no registry is asked for more than eight images at a time', async () => {
    atOnceMost = 0
    const { resolve } = resolver()
    const all = Promise.all(Array.from({ length: 20 }, (_, i) => resolve(`${host}/slow/there-${i}:1`)))
    await held(8)
    release()
    await held(8)
    release()
    await held(4)
    release()
    expect((await all).every(({ resolves }) => resolves)).toBe(true)
    expect(atOnceMost).toBe(8)
  })
})
