import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BerthError } from '#server/errors.ts'
import { createCloud } from './cloud.ts'
import { faultOf } from './fault.ts'
import type { Cloud } from './port.ts'
import { SCOPE_PROBES } from './scopes.ts'
import { json, once, refuse, startTestDigitalOcean, type TestDigitalOcean, testClock } from './testing.ts'

const TOKEN = 'dop_v1_canary0123456789abcdef'
let api: TestDigitalOcean
let clock: ReturnType<typeof testClock>
let cloud: Cloud

beforeEach(async () => {
  api = await startTestDigitalOcean()
  clock = testClock()
  cloud = createCloud({ apiUrl: api.url, token: TOKEN, clock, random: () => 0.5 })
})
afterEach(() => api.close())

const failure = async (promise: Promise<unknown>): Promise<BerthError> => {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  )
  expect(error).toBeInstanceOf(BerthError)
  return error as BerthError
}

/** Everything that a log, a crash report or a serializer could take from an error. */
function everythingIn(error: unknown): string {
  const parts: string[] = []
  for (let e = error, depth = 0; e && depth < 10; e = (e as Error).cause, depth++) {
    parts.push(inspect(e, { depth: null, showHidden: true }), JSON.stringify(e), String(e), String((e as Error).stack))
    parts.push(...Object.getOwnPropertyNames(e).map((key) => inspect((e as Record<string, unknown>)[key])))
  }
  return parts.join('\n')
}

describe('errors', () => {
  test.each([
    [401, 'CLOUD_TOKEN_INVALID'],
    [403, 'CLOUD_SCOPE_MISSING'],
    [422, 'CLOUD_REJECTED'],
    [500, 'CLOUD_UNAVAILABLE'],
    [503, 'CLOUD_UNAVAILABLE'],
  ])('%i becomes %s and keeps what DigitalOcean told, without the token (I6)', async (status, code) => {
    const rate = { 'ratelimit-limit': '5000', 'ratelimit-remaining': '4999', 'ratelimit-reset': '1700000000' }
    api.faults.push((_, response) => refuse(response, status, 'some_id', rate))
    const error = await failure(cloud.account())
    expect(error.code).toBe(code)
    expect(faultOf(error)).toMatchObject({
      status,
      id: 'some_id',
      requestId: 'req-1',
      rateLimit: { limit: 5000, remaining: 4999, resetAtMs: 1_700_000_000_000 },
    })
    expect(everythingIn(error)).not.toContain(TOKEN)
    expect(api.requests[0]?.authorization).toBe(`Bearer ${TOKEN}`)
  })

  test('I6: a cut connection, a refused one, a redirect and nonsense hold no token', async () => {
    const faults = [
      once('GET', '/v2/account', (_, response) => !!response.destroy(), 99),
      once('GET', '/v2/account', (_, response) => json(response, 302, {}, { location: 'https://example.com/' }), 99),
      once('GET', '/v2/account', (_, response) => json(response, 200, { account: { email: TOKEN } }), 99),
      once('GET', '/v2/account', (_, response) => !!response.end('<html>'), 99),
    ]
    for (const fault of faults) {
      api.faults = [fault]
      const error = await failure(cloud.account())
      expect(error.code).toBe('CLOUD_UNAVAILABLE')
      expect(everythingIn(error)).not.toContain(TOKEN)
    }
    await api.close()
    const error = await failure(cloud.account())
    expect(faultOf(error)).toMatchObject({ kind: 'unsent', message: 'ECONNREFUSED' })
    expect(everythingIn(error)).not.toContain(TOKEN)
  })
})

describe('repeats', () => {
  test('429 is repeated after retry-after', async () => {
    api.faults.push(once('GET', '/v2/account', (_, r) => refuse(r, 429, 'too_many_requests', { 'retry-after': '7' })))
    await expect(cloud.account()).resolves.toMatchObject({ email: 'a@example.com', dropletLimit: 10 })
    expect(clock.sleptMs).toEqual([7000])
  })

  test('429 without retry-after waits until ratelimit-reset', async () => {
    const reset = {
      'ratelimit-limit': '5000',
      'ratelimit-remaining': '0',
      'ratelimit-reset': `${clock.now() / 1000 + 20}`,
    }
    api.faults.push(once('GET', '/v2/account', (_, r) => refuse(r, 429, 'too_many_requests', reset)))
    await cloud.account()
    expect(clock.sleptMs.reduce((a, b) => a + b)).toBe(20_000)
  })

  test('a reset beyond the deadline is told at once, with the wait', async () => {
    api.faults.push((_, r) => refuse(r, 429, 'too_many_requests', { 'retry-after': '1800' }))
    const error = await failure(cloud.account())
    expect(error).toMatchObject({ code: 'CLOUD_RATE_LIMITED', retryAfterMs: 1_800_000 })
    expect(api.requests).toHaveLength(1)
  })

  test('5xx and cut connections are repeated with growing waits, and give up within the deadline', async () => {
    api.faults.push(once('GET', '/v2/account', (_, r) => refuse(r, 502, 'bad_gateway'), 2))
    api.faults.push(once('GET', '/v2/account', (_, r) => !!r.destroy()))
    await cloud.account()
    expect(clock.sleptMs).toEqual([187.5, 375, 750])
    api.faults = [(_, r) => refuse(r, 500, 'server_error')]
    const before = clock.now()
    expect((await failure(cloud.account())).code).toBe('CLOUD_UNAVAILABLE')
    expect(clock.now() - before).toBeLessThanOrEqual(60_000)
  })

  test('an abort ends the wait with the reason it was given', async () => {
    const controller = new AbortController()
    clock = testClock(() => controller.abort(new BerthError('STEP_TIMEOUT', 'too slow')))
    cloud = createCloud({ apiUrl: api.url, token: TOKEN, clock })
    api.faults.push((_, r) => refuse(r, 503, 'unavailable'))
    expect((await failure(cloud.account({ signal: controller.signal }))).code).toBe('STEP_TIMEOUT')
    expect(api.requests).toHaveLength(1)
  })

  test('slows down when few requests of the hour are left', async () => {
    const reset = `${clock.now() / 1000 + 3000}`
    const few = { 'ratelimit-limit': '5000', 'ratelimit-remaining': '400', 'ratelimit-reset': reset }
    api.faults.push((_, r) => json(r, 200, { droplets: [] }, few))
    for (let i = 0; i < 5; i++) await cloud.listDroplets({ tag: 'berth' })
    expect(clock.sleptMs).toEqual([720, 720, 720, 720])
  })

  test('never sends more than 200 a minute', async () => {
    await Promise.all(Array.from({ length: 300 }, () => cloud.listDroplets({ tag: 'berth' })))
    // The first that would be too many waits until the first of the minute is over.
    expect(clock.sleptMs).toEqual([60_000])
    expect(api.requests).toHaveLength(300)
  })
})

describe('reading', () => {
  test('a listing follows every page', async () => {
    for (let i = 0; i < 450; i++) api.addDroplet({ name: `d${i}`, region: 'fra1', size: 's', tags: ['berth'] })
    expect(await cloud.listDroplets({ tag: 'berth' })).toHaveLength(450)
    expect(api.requests.map((r) => r.query.get('page'))).toEqual(['1', '2', '3'])
  })

  test('a droplet says where its sshd listens by a tag', async () => {
    const { id } = api.addDroplet({ name: 'd', region: 'fra1', size: 's-1vcpu-1gb', tags: ['berth', 'ssh-port:2201'] })
    expect(await cloud.getDroplet(id)).toMatchObject({
      publicIp: '203.0.113.9',
      sshPort: 2201,
      region: 'fra1',
      status: 'new',
    })
    const plain = api.addDroplet({ name: 'd', region: 'fra1', size: 's-1vcpu-1gb', tags: ['ssh-port:99999'] })
    expect((await cloud.getDroplet(plain.id))?.sshPort).toBe(22)
    expect(await cloud.getDroplet(999_999)).toBeNull()
  })

  test('sizes are in bytes and micro-dollars, and asked once in five minutes', async () => {
    const [size] = await cloud.sizes()
    expect(size).toMatchObject({ memoryBytes: 2 ** 30, priceMonthlyMicros: 6_000_000, priceHourlyMicros: 8_930 })
    await cloud.sizes()
    expect(api.requests).toHaveLength(1)
    await clock.sleep(300_001)
    await cloud.sizes()
    expect(api.requests).toHaveLength(2)
  })
})

describe('ensuring', () => {
  const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAm9bH1t7Yp9dUu0mJ1mJ0eT6m5k7vX8p0s1q2w3e4r5'

  test('a key is found by its public half, whatever its name', async () => {
    const id = await cloud.ensureSshKey({ name: 'berth-abc', publicKey })
    expect(await cloud.ensureSshKey({ name: 'other', publicKey: `${publicKey} someone@host` })).toBe(id)
    expect(api.keys).toHaveLength(1)
  })

  test('I3: an upload whose answer was lost is found, not repeated', async () => {
    api.faults.push(
      once('POST', '/v2/account/keys', (request, response) => {
        api.keys.push({ id: 7, name: 'n', public_key: String(request.body?.public_key) })
        return !!response.destroy()
      }),
    )
    expect(await cloud.ensureSshKey({ name: 'berth-abc', publicKey })).toBe(7)
    expect(api.keys).toHaveLength(1)
  })

  test('the firewall lets in SSH alone, is found by name, and is put back when someone opened it', async () => {
    const id = await cloud.ensureFirewall({ name: 'berth-abc', tag: 'berth-abc' })
    expect(api.firewalls[0]).toMatchObject({ tags: ['berth-abc'], inbound_rules: [{ protocol: 'tcp', ports: '22' }] })
    Object.assign(api.firewalls[0] ?? {}, { inbound_rules: [{ protocol: 'tcp', ports: 'all' }] })
    expect(await cloud.ensureFirewall({ name: 'berth-abc', tag: 'berth-abc' })).toBe(id)
    expect(api.firewalls).toHaveLength(1)
    expect(api.firewalls[0]).toMatchObject({ inbound_rules: [{ protocol: 'tcp', ports: '22' }] })
  })

  test('deleting what is gone is success', async () => {
    await cloud.deleteDroplet(5)
    await cloud.deleteSshKey(5)
    await cloud.deleteFirewall(crypto.randomUUID())
  })
})

describe('scopes', () => {
  test('each scope is probed by a request that makes nothing; 403 alone means that it lacks', async () => {
    expect(await cloud.missingScopes()).toEqual([])
    expect(api.requests).toHaveLength(SCOPE_PROBES.length)
    expect([api.droplets, api.keys, api.firewalls]).toEqual([[], [], []])
    api.faults.push((request, response) =>
      request.method === 'POST' && request.path === '/v2/droplets' ? refuse(response, 403, 'Forbidden') : false,
    )
    api.faults.push((request, response) =>
      request.method === 'DELETE' && request.path.startsWith('/v2/firewalls')
        ? refuse(response, 403, 'Forbidden')
        : false,
    )
    expect(await cloud.missingScopes()).toEqual(['droplet:create', 'firewall:delete'])
  })

  test('a token that is no token is no list of scopes', async () => {
    api.faults.push((_, response) => refuse(response, 401, 'Unauthorized'))
    expect((await failure(cloud.missingScopes())).code).toBe('CLOUD_TOKEN_INVALID')
  })
})
