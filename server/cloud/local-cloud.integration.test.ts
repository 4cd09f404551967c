/** The same client over HTTP against the local cloud, with its faults and its clock. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestCloud, testCloud } from '#local-cloud/testing.ts'
import { createCloud, removeTwins } from './index.ts'
import type { Cloud, CreateDroplet } from './port.ts'

let local: TestCloud
let token: string
let cloud: Cloud
let accounts = 0
beforeAll(async () => {
  local = await testCloud()
})
afterAll(() => local.end())
beforeEach(() => {
  token = `dop_v1_cloud_${accounts++}`
  cloud = createCloud({ apiUrl: local.url, token })
})

async function fault(body: Record<string, unknown>): Promise<void> {
  const response = await fetch(`${local.url}/_local/faults`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(201)
}

const input = (attemptTag: string): CreateDroplet => ({
  name: 'berth-1',
  region: 'fra1',
  size: 's-1vcpu-1gb',
  image: 'ubuntu-24-04-x64',
  sshKeyIds: [],
  tags: ['berth', attemptTag],
  attemptTag,
  userData: '#cloud-config\n',
})

test('an account has everything that Berth needs', async () => {
  expect(await cloud.account()).toMatchObject({ status: 'active' })
  expect(await cloud.missingScopes()).toEqual([])
  const [sizes, regions] = await Promise.all([cloud.sizes(), cloud.regions()])
  expect(sizes.find((s) => s.slug === 's-1vcpu-1gb')).toMatchObject({
    memoryBytes: 2 ** 30,
    priceMonthlyMicros: 6_000_000,
  })
  expect(regions.length).toBeGreaterThan(5)
})

test('keys and firewalls are made once, however often they are ensured', async () => {
  const key = {
    name: 'berth-abc',
    publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPJYuEFvCQVdFi+LC1/TqYSg/h9GrSLZ55vFnSpnNBwE',
  }
  const keys = await Promise.all([cloud.ensureSshKey(key), cloud.ensureSshKey({ ...key, name: 'again' })])
  expect(new Set([...keys, await cloud.ensureSshKey(key)]).size).toBe(1)
  const firewall = { name: 'berth-abc', tag: 'berth-abc' }
  const id = await cloud.ensureFirewall(firewall)
  expect(await cloud.ensureFirewall(firewall)).toBe(id)
  await cloud.deleteFirewall(id)
  await cloud.deleteFirewall(id)
  await cloud.deleteSshKey(keys[0])
  await cloud.deleteSshKey(keys[0])
})

describe('I3: exactly one droplet', () => {
  test('from create to gone', async () => {
    const made = await cloud.createDroplet(input('berth-try-a'))
    await expect.poll(async () => (await cloud.getDroplet(made.id))?.status, { timeout: 20_000 }).toBe('active')
    expect((await cloud.createDroplet(input('berth-try-a'))).id).toBe(made.id)
    expect(await cloud.listDroplets({ tag: 'berth' })).toHaveLength(1)
    await cloud.deleteDroplet(made.id)
    await cloud.deleteDroplet(made.id)
    expect(await cloud.getDroplet(made.id)).toBeNull()
  })

  test('a create whose answer is lost and that shows up seconds later is found', async () => {
    await fault({ kind: 'lost-create', delayMs: 1500 })
    const made = await cloud.createDroplet(input('berth-try-b'))
    expect((await cloud.listDroplets({ tag: 'berth-try-b' })).map((d) => d.id)).toEqual([made.id])
    expect(await removeTwins(cloud, { attemptTag: 'berth-try-b', keepId: made.id })).toEqual([])
    await cloud.deleteDroplet(made.id)
  })

  test('429 and 500 on the way are no failure', async () => {
    await fault({ kind: '500', match: 'GET /v2/droplets', times: 2 })
    await fault({ kind: '500', match: 'GET /v2/account', times: 1 })
    await cloud.account()
    const made = await cloud.createDroplet(input('berth-try-c'))
    expect(await cloud.listDroplets({ tag: 'berth-try-c' })).toHaveLength(1)
    await cloud.deleteDroplet(made.id)
  })
})
