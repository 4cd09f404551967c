import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestCloud, testCloud } from '#local-cloud/testing.ts'
import { type Ask, asker, unseen, until } from './client.testing.ts'

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICOvVtGb4TPZg9T3PK/EM/GMiV02r/xqtv+2DTa8r675 test'
const DROPLET = { name: 'web-1', region: 'fra1', size: 's-1vcpu-1gb', image: 'debian-12-x64' }
const RULE = { protocol: 'tcp', ports: '22', sources: { addresses: ['0.0.0.0/0', '::/0'] } }
const METRICS = [
  ...['cpu', 'load_1', 'load_5', 'load_15', 'memory_free', 'memory_total', 'memory_available', 'memory_cached'],
  ...['filesystem_free', 'filesystem_size', 'bandwidth'],
]

let cloud: TestCloud
let ask: Ask
let dropletId: number

beforeAll(async () => {
  cloud = await testCloud()
  ask = asker(cloud.url, 'dop_v1_openapi')
})
afterAll(() => cloud.end())

/** Waits for the action that the droplet's lock stands for. */
const unlocked = (id: number) =>
  until(
    () => ask('GET', `/v2/droplets/${id}`),
    ({ body }) => !body.droplet.locked,
  )

describe('every answer validates against the OpenAPI document of DigitalOcean', () => {
  test('account, balance, catalogue and networks', async () => {
    expect((await ask('GET', '/v2/account')).body.account.droplet_limit).toBe(25)
    expect((await ask('GET', '/v2/customers/my/balance')).status).toBe(200)
    const sizes = (await ask('GET', '/v2/sizes?per_page=200')).body.sizes
    expect(sizes).toHaveLength(131)
    expect(sizes.find((size: { slug: string }) => size.slug === 's-1vcpu-1gb')).toMatchObject({
      memory: 1024,
      price_monthly: 6,
    })
    expect((await ask('GET', '/v2/regions?per_page=200')).body.regions).toHaveLength(16)
    expect((await ask('GET', '/v2/images?type=distribution')).body.meta.total).toBeGreaterThan(3)
    expect((await ask('POST', '/v2/images', { name: 'x', url: 'http://x.invalid/i.img', region: 'fra1' })).status).toBe(
      422,
    )
    expect((await ask('POST', '/v2/vpcs', { name: 'net', region: 'fra1' })).status).toBe(201)
    expect((await ask('GET', '/v2/vpcs')).body.meta.total).toBe(1)
  })

  test('ssh keys', async () => {
    expect((await ask('POST', '/v2/account/keys', { name: 'k', public_key: 'nonsense' })).status).toBe(422)
    const made = await ask('POST', '/v2/account/keys', { name: 'k', public_key: KEY })
    expect(made.status).toBe(201)
    const { id, fingerprint } = made.body.ssh_key
    expect(fingerprint).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/)
    expect((await ask('POST', '/v2/account/keys', { name: 'again', public_key: KEY })).body.message).toBe(
      'SSH Key is already in use on your account',
    )
    expect((await ask('GET', `/v2/account/keys/${fingerprint}`)).body.ssh_key.id).toBe(id)
    expect((await ask('PUT', `/v2/account/keys/${id}`, { name: 'renamed' })).body.ssh_key.name).toBe('renamed')
    expect((await ask('GET', '/v2/account/keys')).body.meta.total).toBe(1)
    expect((await ask('DELETE', `/v2/account/keys/${id}`)).status).toBe(204)
    expect((await ask('DELETE', `/v2/account/keys/${id}`)).status).toBe(404)
  })

  test('a droplet goes from new to active, and its create action completes', async () => {
    const made = await ask('POST', '/v2/droplets', { ...DROPLET, tags: ['web'], monitoring: true, ipv6: null })
    expect(made.status).toBe(202)
    expect(made.body.droplet).toMatchObject({ status: 'new', networks: { v4: [], v6: [] } })
    dropletId = made.body.droplet.id
    const [link] = made.body.links.actions
    expect((await ask('GET', `/v2/actions/${link.id}`)).body.action.type).toBe('create')
    const { body } = await until(
      () => ask('GET', `/v2/droplets/${dropletId}`),
      (a) => a.body.droplet.status === 'active',
    )
    expect(body.droplet.networks.v4.map((network: { type: string }) => network.type)).toEqual(['private', 'public'])
    expect(body.droplet.tags).toContainEqual(expect.stringMatching(/^ssh-port:\d+$/))
    expect((await ask('GET', `/v2/droplets/${dropletId}/actions/${link.id}`)).body.action.status).toBe('completed')
    expect((await ask('GET', '/v2/actions?per_page=1')).body.links.pages ?? {}).not.toHaveProperty('prev')
  })

  test('several droplets in one call, by tag and by name, and deleted by tag', async () => {
    const made = await ask('POST', '/v2/droplets', {
      ...DROPLET,
      name: undefined,
      names: ['a.example', 'b.example'],
      tags: ['pair'],
    })
    expect(made.body.droplets).toHaveLength(2)
    expect(made.body.links.actions).toHaveLength(2)
    expect((await ask('GET', '/v2/droplets?tag_name=pair')).body.meta.total).toBe(2)
    expect((await ask('GET', '/v2/droplets?name=B.EXAMPLE')).body.meta.total).toBe(1)
    expect((await ask('DELETE', '/v2/droplets?tag_name=pair')).status).toBe(204)
    expect((await ask('GET', '/v2/droplets?tag_name=pair')).body.meta.total).toBe(0)
    expect((await ask('DELETE', '/v2/droplets')).status).toBe(400)
  })

  test('actions: off, resize, on, reboot, rename, rebuild, and by tag', async () => {
    await unlocked(dropletId)
    const act = (body: object) => ask('POST', `/v2/droplets/${dropletId}/actions`, body)
    const off = await act({ type: 'power_off' })
    expect(off.body.action).toMatchObject({ status: 'in-progress', type: 'power_off', completed_at: null })
    expect((await act({ type: 'reboot' })).body.message).toBe('Droplet already has a pending event.')
    expect((await unlocked(dropletId)).body.droplet.status).toBe('off')
    expect((await act({ type: 'resize', size: 's-2vcpu-2gb', disk: true })).status).toBe(201)
    expect((await unlocked(dropletId)).body.droplet).toMatchObject({ size_slug: 's-2vcpu-2gb', memory: 2048, disk: 60 })
    for (const body of [
      { type: 'power_on' },
      { type: 'reboot' },
      { type: 'rename', name: 'web-2' },
      { type: 'rebuild' },
    ]) {
      expect((await act(body)).status).toBe(201)
      await unlocked(dropletId)
    }
    expect((await act({ type: 'resize', size: 's-4vcpu-8gb' })).status).toBe(422)
    expect((await act({ type: 'levitate' })).status).toBe(422)
    expect((await ask('GET', `/v2/droplets/${dropletId}`)).body.droplet).toMatchObject({
      name: 'web-2',
      status: 'active',
    })
    expect((await ask('POST', '/v2/droplets/actions?tag_name=web', { type: 'power_cycle' })).body.actions).toHaveLength(
      1,
    )
    await unlocked(dropletId)
    expect((await ask('GET', `/v2/droplets/${dropletId}/actions?per_page=2`)).body.links.pages).toHaveProperty('next')
  })

  test('tags', async () => {
    expect((await ask('POST', '/v2/tags', { name: 'with space' })).status).toBe(400)
    expect((await ask('POST', '/v2/tags', { name: 'blue' })).status).toBe(201)
    const resources = { resources: [{ resource_id: String(dropletId), resource_type: 'droplet' }] }
    expect((await ask('POST', '/v2/tags/blue/resources', resources)).status).toBe(204)
    const tag = (await ask('GET', '/v2/tags/blue')).body.tag
    expect(tag.resources.droplets).toMatchObject({ count: 1, last_tagged_uri: `${cloud.url}/v2/droplets/${dropletId}` })
    expect((await ask('GET', '/v2/tags?per_page=200')).body.tags.map((t: { name: string }) => t.name)).toContain('blue')
    expect((await ask('DELETE', '/v2/tags/blue/resources', resources)).status).toBe(204)
    expect((await ask('DELETE', '/v2/tags/blue')).status).toBe(204)
    expect((await ask('GET', '/v2/tags/blue')).status).toBe(404)
  })

  test('firewalls', async () => {
    expect((await ask('POST', '/v2/firewalls', { name: 'none' })).status).toBe(400)
    const made = await ask('POST', '/v2/firewalls', { name: 'ssh-only', inbound_rules: [RULE], tags: ['web'] })
    expect(made.status).toBe(202)
    const { id } = made.body.firewall
    expect((await ask('GET', `/v2/droplets/${dropletId}/firewalls`)).body.firewalls).toHaveLength(1)
    const http = { protocol: 'tcp', ports: '80', sources: { addresses: ['0.0.0.0/0'] } }
    for (const [what, body] of [
      ['droplets', { droplet_ids: [dropletId] }],
      ['tags', { tags: ['web'] }],
      ['rules', { inbound_rules: [http] }],
    ] as const) {
      expect((await ask('POST', `/v2/firewalls/${id}/${what}`, body)).status).toBe(204)
      expect((await ask('DELETE', `/v2/firewalls/${id}/${what}`, body)).status).toBe(204)
    }
    expect((await ask('GET', `/v2/firewalls/${id}`)).body.firewall).toMatchObject({ inbound_rules: [RULE], tags: [] })
    const out = { protocol: 'udp', ports: 'all', destinations: { addresses: ['0.0.0.0/0'] } }
    const put = await ask('PUT', `/v2/firewalls/${id}`, { name: 'ssh-only', outbound_rules: [out] })
    expect(put.body.firewall.outbound_rules).toEqual([{ ...out, ports: '0' }])
    expect(
      (
        await ask('POST', '/v2/firewalls', {
          name: 'x',
          inbound_rules: [{ ...RULE, sources: { addresses: ['1.2.3'] } }],
        })
      ).status,
    ).toBe(422)
    expect((await ask('GET', '/v2/firewalls')).body.meta.total).toBe(1)
    expect((await ask('DELETE', `/v2/firewalls/${id}`)).status).toBe(204)
  })

  test('monitoring', async () => {
    const now = Math.floor(Date.now() / 1000)
    const range = `host_id=${dropletId}&start=${now - 60}&end=${now + 60}`
    for (const metric of METRICS) {
      const extra = metric === 'bandwidth' ? '&interface=public&direction=inbound' : ''
      const { status, body } = await ask('GET', `/v2/monitoring/metrics/droplet/${metric}?${range}${extra}`)
      expect(status).toBe(200)
      if (metric !== 'bandwidth') expect(body.data.result[0].values.length).toBeGreaterThan(0)
    }
    const cpu = (await ask('GET', `/v2/monitoring/metrics/droplet/cpu?${range}`)).body.data.result
    expect(cpu.map((series: { metric: { mode: string } }) => series.metric.mode)).toEqual([
      'user',
      'system',
      'idle',
      'iowait',
    ])
    expect((await ask('GET', `/v2/monitoring/metrics/droplet/cpu?host_id=${dropletId}`)).status).toBe(400)
  })

  test('deleting a droplet', async () => {
    expect((await ask('DELETE', `/v2/droplets/${dropletId}`)).status).toBe(204)
    expect((await ask('DELETE', `/v2/droplets/${dropletId}`)).status).toBe(404)
    expect((await ask('GET', '/v2/droplets')).body.droplets).toEqual([])
  })

  test('no operation of the document was left out', () => {
    expect(unseen()).toEqual([])
  })
})

describe('what DigitalOcean refuses', () => {
  test('a request without a token', async () => {
    const answer = await asker(cloud.url, '')('GET', '/v2/droplets')
    expect(answer).toMatchObject({ status: 401, body: { id: 'Unauthorized', message: 'Unable to authenticate you' } })
  })

  test.each([
    [{ ...DROPLET, name: 'under_score' }, 'Name Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)'],
    [{ ...DROPLET, region: 'mars1' }, 'You specified an invalid region for Droplet creation.'],
    [{ ...DROPLET, size: 's-0vcpu' }, 'You specified an invalid size for Droplet creation.'],
    [{ ...DROPLET, image: 'beos' }, 'You specified an invalid image for Droplet creation.'],
    [{ ...DROPLET, ssh_keys: [1] }, '1 are invalid key identifiers for Droplet creation.'],
    [{ ...DROPLET, user_data: 'x'.repeat(65_537) }, 'User data is too long (maximum is 64 KiB)'],
    [{ ...DROPLET, tags: ['a b'] }, 'Tag name can only contain letters, numbers, colons, dashes and underscores'],
  ])('a droplet that can not be: %#', async (body, message) => {
    expect(await ask('POST', '/v2/droplets', body)).toMatchObject({
      status: 422,
      body: { id: 'unprocessable_entity', message },
    })
  })

  test('more droplets than the account may have', async () => {
    const limited = asker(cloud.url, 'dop_v1_limited')
    await limited('POST', '/_local/settings', { dropletLimit: 1 })
    expect((await limited('GET', '/v2/account')).body.account.droplet_limit).toBe(1)
    expect((await limited('POST', '/v2/droplets', DROPLET)).status).toBe(202)
    expect((await limited('POST', '/v2/droplets', DROPLET)).body.message).toBe(
      'creating this/these droplet(s) will exceed your droplet limit',
    )
  })

  test('what a token with custom scopes was not granted', async () => {
    const scoped = asker(cloud.url, 'dop_v1_s-scopes=droplet:read,account:read')
    expect((await scoped('GET', '/v2/droplets')).status).toBe(200)
    expect(await scoped('POST', '/v2/droplets', {})).toMatchObject({
      status: 403,
      body: { id: 'Forbidden', message: 'You are missing the required permission droplet:create' },
    })
    const creator = asker(cloud.url, 'dop_v1_s-scopes=droplet:*')
    expect((await creator('POST', '/v2/droplets', DROPLET)).body.message).toContain('image:read')
  })

  test('an account never sees what belongs to another', async () => {
    const made = await ask('POST', '/v2/droplets', DROPLET)
    const other = asker(cloud.url, 'dop_v1_other')
    expect((await other('GET', `/v2/droplets/${made.body.droplet.id}`)).status).toBe(404)
    expect((await other('GET', '/v2/droplets')).body.meta.total).toBe(0)
  })

  test('a path that does not exist, and a body that is no JSON', async () => {
    expect((await ask('GET', '/v2/load_balancers')).status).toBe(404)
    const headers = { authorization: 'Bearer x', 'content-type': 'application/json' }
    const broken = await fetch(`${cloud.url}/v2/tags`, { method: 'POST', headers, body: '{' })
    expect(broken.status).toBe(400)
  })
})

describe('lists', () => {
  test('come in pages with links to the others', async () => {
    const { body } = await ask('GET', '/v2/sizes?page=2&per_page=50')
    expect(body.sizes).toHaveLength(50)
    expect(body.meta.total).toBe(131)
    expect(body.links.pages).toEqual({
      first: `${cloud.url}/v2/sizes?page=1&per_page=50`,
      prev: `${cloud.url}/v2/sizes?page=1&per_page=50`,
      next: `${cloud.url}/v2/sizes?page=3&per_page=50`,
      last: `${cloud.url}/v2/sizes?page=3&per_page=50`,
    })
  })
})
