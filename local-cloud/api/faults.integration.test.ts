import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestCloud, testCloud } from '#local-cloud/testing.ts'
import { type Ask, asker, until } from './client.testing.ts'

const DROPLET = { name: 'd', region: 'fra1', size: 's-1vcpu-1gb', image: 'debian-12-x64' }

let cloud: TestCloud
let count = 0
/** Each test has an account of its own. */
const account = (): Ask => asker(cloud.url, `dop_v1_faults_${count++}`)

beforeAll(async () => {
  cloud = await testCloud()
})
afterAll(() => cloud.end())

test('429 hits as often as ordered, tells when to come back, and spares other accounts', async () => {
  const [ask, other] = [account(), account()]
  expect((await ask('POST', '/_local/faults', { kind: '429', times: 2 })).status).toBe(201)
  const refused = await ask('GET', '/v2/droplets')
  expect(refused).toMatchObject({ status: 429, body: { id: 'too_many_requests' } })
  expect(refused.headers.get('retry-after')).toBe('1')
  expect((await other('GET', '/v2/droplets')).status).toBe(200)
  expect((await ask('GET', '/v2/account')).status).toBe(429)
  expect((await ask('GET', '/v2/droplets')).status).toBe(200)
  expect((await ask('GET', '/_local/faults')).body.faults).toMatchObject([{ kind: '429', hits: 2, times: 2 }])
})

test('500 strikes only what it matches, until it is cleared', async () => {
  const ask = account()
  await ask('POST', '/_local/faults', { kind: '500', times: 1000, match: 'GET /v2/droplets' })
  expect((await ask('GET', '/v2/droplets')).status).toBe(500)
  expect((await ask('GET', '/v2/sizes')).status).toBe(200)
  expect((await ask('DELETE', '/_local/faults')).status).toBe(204)
  expect((await ask('GET', '/v2/droplets')).status).toBe(200)
})

test('slow answers late', async () => {
  const ask = account()
  await ask('POST', '/_local/faults', { kind: 'slow', delayMs: 200 })
  const before = performance.now()
  expect((await ask('GET', '/v2/account')).status).toBe(200)
  expect(performance.now() - before).toBeGreaterThanOrEqual(195)
})

test('stuck-new: the droplet stays new, over a restart too, and can be deleted', async () => {
  const ask = account()
  await ask('POST', '/_local/faults', { kind: 'stuck-new' })
  const stuck = (await ask('POST', '/v2/droplets', DROPLET)).body.droplet
  const fine = (await ask('POST', '/v2/droplets', DROPLET)).body.droplet
  await until(
    () => ask('GET', `/v2/droplets/${fine.id}`),
    ({ body }) => body.droplet.status === 'active',
  )
  await cloud.restart()
  expect((await ask('GET', `/v2/droplets/${stuck.id}`)).body.droplet.status).toBe('new')
  expect((await ask('DELETE', `/v2/droplets/${stuck.id}`)).status).toBe(204)
})

test('I3: lost-create cuts the connection, and the droplet shows up in lists only later', async () => {
  const ask = account()
  await ask('POST', '/_local/faults', { kind: 'lost-create', delayMs: 400 })
  await expect(ask('POST', '/v2/droplets', { ...DROPLET, tags: ['attempt-1'] })).rejects.toThrow()
  const list = () => ask('GET', '/v2/droplets?tag_name=attempt-1')
  expect((await list()).body.droplets).toEqual([])
  const found = await until(list, ({ body }) => body.droplets.length > 0)
  expect(found.body.droplets).toHaveLength(1)
  expect((await ask('GET', `/v2/droplets/${found.body.droplets[0].id}`)).status).toBe(200)
})

test('the hourly limit of requests is enforced and told', async () => {
  const ask = account()
  const limit = Number((await ask('GET', '/v2/account')).headers.get('ratelimit-limit'))
  await ask('POST', '/_local/settings', { rateLimitPerHour: 3 })
  expect((await ask('GET', '/v2/account')).headers.get('ratelimit-remaining')).toBe('1')
  await ask('GET', '/v2/account')
  const refused = await ask('GET', '/v2/account')
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3000)
  await ask('POST', '/_local/settings', { rateLimitPerHour: limit })
})

test('the boot delay is settable', async () => {
  const ask = account()
  await ask('POST', '/_local/settings', { bootDelayMs: 300 })
  const { id } = (await ask('POST', '/v2/droplets', DROPLET)).body.droplet
  const before = performance.now()
  await until(
    () => ask('GET', `/v2/droplets/${id}`),
    ({ body }) => body.droplet.status === 'active',
  )
  expect(performance.now() - before).toBeGreaterThan(200)
  await ask('POST', '/_local/settings', { bootDelayMs: 0 })
})

test('R17: pages of other sites can neither order faults nor reach it under a name of theirs', async () => {
  const plain = await fetch(`${cloud.url}/_local/faults`, { method: 'POST', body: '{"kind":"500"}' })
  expect(plain.status).toBe(415)
  const { port } = new URL(cloud.url)
  const { request } = await import('node:http')
  const status = await new Promise((resolve) => {
    request({ port, host: '127.0.0.1', path: '/v2/account', headers: { host: 'evil.example' } }, (r) =>
      resolve(r.statusCode),
    ).end()
  })
  expect(status).toBe(421)
})

test('settings and faults that make no sense are refused', async () => {
  const ask = account()
  expect((await ask('POST', '/_local/faults', { kind: 'meteor' })).status).toBe(422)
  expect((await ask('POST', '/_local/settings', { bootDelay: 1 })).status).toBe(422)
  expect((await asker(cloud.url, '')('POST', '/_local/settings', { dropletLimit: 1 })).status).toBe(422)
})
