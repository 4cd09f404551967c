import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BerthError } from '#server/errors.ts'
import { createCloud } from './cloud.ts'
import { removeTwins } from './create-droplet.ts'
import type { Cloud, CreateDroplet } from './port.ts'
import { json, once, refuse, startTestDigitalOcean, type TestDigitalOcean, testClock } from './testing.ts'

const input: CreateDroplet = {
  name: 'berth-1',
  region: 'fra1',
  size: 's-1vcpu-1gb',
  image: 'debian-13-x64',
  sshKeyIds: [1],
  tags: ['berth', 'berth-abc', 'berth-try-1'],
  attemptTag: 'berth-try-1',
  userData: '#cloud-config\n',
}
let api: TestDigitalOcean
/** What happens while the client sleeps. */
let meanwhile: (now: number) => void
let clock: ReturnType<typeof testClock>
let cloud: Cloud
let startedAt: number

beforeEach(async () => {
  api = await startTestDigitalOcean()
  meanwhile = () => {}
  clock = testClock((now) => meanwhile(now))
  startedAt = clock.now()
  cloud = createCloud({ apiUrl: api.url, token: 't', clock, random: () => 0.5 })
})
afterEach(() => api.close())

const posts = () => api.requests.filter((r) => r.method === 'POST' && r.path === '/v2/droplets')
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: BerthError) => error,
  )

/** The request takes effect `lateMs` after it came, and nobody hears of it. */
const lostAnswer = (lateMs: number, times = 1) =>
  once(
    'POST',
    '/v2/droplets',
    (request, response) => {
      const at = clock.now() + lateMs
      const before = meanwhile
      let made = false
      meanwhile = (now) => {
        before(now)
        if (made || now < at) return
        made = true
        api.addDroplet(request.body ?? {}, new Date(at))
      }
      meanwhile(clock.now())
      return !!response.destroy()
    },
    times,
  )

test('the create carries the attempt tag and asks for no agent, no IPv6, no backups', async () => {
  const droplet = await cloud.createDroplet(input)
  expect(droplet.tags).toContain('berth-try-1')
  expect(posts()[0]?.body).toEqual({
    name: 'berth-1',
    region: 'fra1',
    size: 's-1vcpu-1gb',
    image: 'debian-13-x64',
    ssh_keys: [1],
    tags: input.tags,
    user_data: '#cloud-config\n',
    backups: false,
    ipv6: false,
    monitoring: false,
    with_droplet_agent: false,
  })
})

describe('I3: exactly one droplet', () => {
  test('a repeated call finds the first one', async () => {
    const first = await cloud.createDroplet(input)
    const second = await cloud.createDroplet(input)
    expect(second.id).toBe(first.id)
    expect(posts()).toHaveLength(1)
  })

  test.each([0, 3_000, 40_000])('an answer that was lost is found although it shows up after %i ms', async (lateMs) => {
    api.faults.push(lostAnswer(lateMs))
    const droplet = await cloud.createDroplet(input)
    expect(api.droplets.map((d) => d.id)).toEqual([droplet.id])
    expect(posts()).toHaveLength(1)
  })

  test.each([500, 504])('a %i counts as a lost answer: it is searched before it is repeated', async (status) => {
    api.faults.push(once('POST', '/v2/droplets', (_, response) => refuse(response, status, 'server_error')))
    await cloud.createDroplet(input)
    expect(posts()).toHaveLength(2)
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(60_000)
    expect(api.droplets).toHaveLength(1)
  })

  test('an answer in an unknown form counts as lost too', async () => {
    api.faults.push(
      once('POST', '/v2/droplets', (request, response) => {
        api.addDroplet(request.body ?? {})
        return json(response, 202, { droplet: { id: 'seven' } })
      }),
    )
    await cloud.createDroplet(input)
    expect([posts().length, api.droplets.length]).toEqual([1, 1])
  })

  test('a twin that shows up with the second is deleted, the older one is kept', async () => {
    api.faults.push(
      once('POST', '/v2/droplets', (request, response) => {
        // It appears just as the second request is answered, and is older.
        api.faults.push(
          once('POST', '/v2/droplets', (again, second) => {
            api.addDroplet(request.body ?? {}, new Date(startedAt))
            return json(second, 202, { droplet: api.addDroplet(again.body ?? {}, new Date(startedAt + 60_000)) })
          }),
        )
        return !!response.destroy()
      }),
    )
    const droplet = await cloud.createDroplet(input)
    expect(api.droplets.map((d) => d.id)).toEqual([droplet.id])
    expect(droplet.createdAt.getTime()).toBe(startedAt)
  })

  test('two that were found keep the oldest', async () => {
    api.addDroplet({ ...input }, new Date(startedAt + 5))
    const oldest = api.addDroplet({ ...input }, new Date(startedAt))
    expect((await cloud.createDroplet(input)).id).toBe(oldest.id)
    expect(api.droplets.map((d) => d.id)).toEqual([oldest.id])
  })

  test('while it can not be searched nothing is made a second time', async () => {
    api.faults.push(once('POST', '/v2/droplets', (_, response) => !!response.destroy()))
    api.faults.push((request, response) =>
      posts().length > 0 && request.method === 'GET' ? refuse(response, 503, 'down') : false,
    )
    expect((await failure(cloud.createDroplet(input)))?.code).toBe('CLOUD_UNAVAILABLE')
    expect(posts()).toHaveLength(1)
  })

  test('gives up after three tries that all got lost', async () => {
    api.faults.push(once('POST', '/v2/droplets', (_, response) => !!response.destroy(), 9))
    expect((await failure(cloud.createDroplet(input)))?.code).toBe('CLOUD_UNAVAILABLE')
    expect(posts()).toHaveLength(3)
  })

  test('after a crash the search lasts until 60 s after the first try', async () => {
    meanwhile = (now) => {
      if (now >= startedAt + 30_000 && api.droplets.length === 0) api.addDroplet({ ...input })
    }
    await cloud.createDroplet({ ...input, firstTriedAt: new Date(startedAt - 20_000) })
    expect(posts()).toHaveLength(0)
    api.droplets.length = 0
    meanwhile = () => {}
    const at = clock.now()
    await cloud.createDroplet({ ...input, firstTriedAt: new Date(at - 90_000) })
    expect([posts().length, clock.now() - at]).toEqual([1, 0])
  })

  test('a refused request is not searched for and not repeated', async () => {
    api.faults.push(once('POST', '/v2/droplets', (_, response) => refuse(response, 422, 'unprocessable_entity')))
    expect((await failure(cloud.createDroplet(input)))?.code).toBe('CLOUD_REJECTED')
    expect([posts().length, clock.sleptMs]).toEqual([1, []])
  })

  test('429 made nothing: it is repeated without a search', async () => {
    api.faults.push(once('POST', '/v2/droplets', (_, r) => refuse(r, 429, 'too_many_requests', { 'retry-after': '3' })))
    await cloud.createDroplet(input)
    expect(clock.sleptMs).toEqual([3000])
    expect(api.droplets).toHaveLength(1)
  })

  test('an abort in the search ends it', async () => {
    const controller = new AbortController()
    api.faults.push(once('POST', '/v2/droplets', (_, response) => !!response.destroy()))
    meanwhile = () => controller.abort()
    expect((await failure(cloud.createDroplet(input, { signal: controller.signal })))?.code).toBe('CANCELLED')
    expect(posts()).toHaveLength(1)
  })
})

test('a full account is told as such', async () => {
  api.dropletLimit = 1
  api.addDroplet({ ...input, tags: ['other'] })
  const error = await failure(cloud.createDroplet(input))
  expect(error).toBeInstanceOf(BerthError)
  expect(error?.code).toBe('CLOUD_LIMIT')
})

describe('removeTwins', () => {
  test('I3: deletes the late twin, keeps the droplet that the database knows', async () => {
    const late = api.addDroplet({ ...input }, new Date(startedAt - 1000))
    const known = api.addDroplet({ ...input }, new Date(startedAt))
    expect(await removeTwins(cloud, { attemptTag: 'berth-try-1', keepId: known.id })).toEqual([late.id])
    expect(api.droplets.map((d) => d.id)).toEqual([known.id])
  })

  test('deletes nothing while the known droplet is not listed', async () => {
    api.addDroplet({ ...input })
    expect(await removeTwins(cloud, { attemptTag: 'berth-try-1', keepId: 4711 })).toEqual([])
    expect(api.droplets).toHaveLength(1)
  })
})
