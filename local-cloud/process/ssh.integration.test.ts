import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestCloud, testCloud } from '#local-cloud/testing.ts'
import { makeDroplet, newKeyPair, publicBlob, reach, type TestDroplet } from './droplet.testing.ts'

let cloud: TestCloud
let droplet: TestDroplet

beforeAll(async () => {
  cloud = await testCloud()
  droplet = await makeDroplet(cloud, 'dop_v1_ssh')
})
afterAll(() => cloud.end())

test('the server proves the host key of the user data, and root comes in by the account key alone', async () => {
  const { provenHostKey, close } = await reach(droplet)
  expect(provenHostKey).toEqual(publicBlob(droplet.hostKey.public))
  await close()
  await expect(reach({ ...droplet, clientKey: newKeyPair() })).rejects.toThrow('authentication')
  await expect(reach(droplet, 'admin')).rejects.toThrow('authentication')
})

test('droplet commands answer, everything else is not found', async () => {
  const { command, close } = await reach(droplet)
  expect(JSON.parse((await command('berth-droplet bootstrap-status')).stdout)).toEqual({ status: 'done', detail: '' })
  expect(JSON.parse((await command('berth-droplet proc-stats')).stdout)).toEqual({
    memTotalBytes: expect.any(Number),
    memAvailableBytes: expect.any(Number),
    load1: expect.any(Number),
    cpus: 1,
    diskTotalBytes: 25 * 2 ** 30,
    diskFreeBytes: expect.any(Number),
  })
  expect(await command('berth-droplet bootstrap-status; id')).toMatchObject({ exitCode: 127 })
  expect(await command('cat /etc/shadow')).toMatchObject({ exitCode: 127, stdout: '' })
  await close()
})

test('a host key is rotated in two steps, and a crash between them locks nobody out', async () => {
  const next = newKeyPair()
  const first = await reach(droplet)
  expect(await first.command('berth-droplet host-key-add', 'no key')).toMatchObject({ exitCode: 1 })
  expect(await first.command('berth-droplet host-key-add', next.private)).toMatchObject({ exitCode: 0 })
  // The connection that stands goes on; the next one proves the new key.
  expect((await first.command('berth-droplet bootstrap-status')).exitCode).toBe(0)
  await first.close()
  await cloud.restart()
  const second = await reach(droplet)
  expect(second.provenHostKey).toEqual(publicBlob(next.public))
  expect(await second.command('berth-droplet host-key-finish')).toMatchObject({ exitCode: 0 })
  expect(await second.command('berth-droplet host-key-finish')).toMatchObject({ exitCode: 0 })
  await second.close()
  const third = await reach(droplet)
  expect(third.provenHostKey).toEqual(publicBlob(next.public))
  await third.close()
})

test('user data that is no YAML is told by the bootstrap status, as cloud-init would', async () => {
  const { ask, clientKey } = await makeDroplet(cloud, 'dop_v1_badyaml')
  const keys = await ask('GET', '/v2/account/keys')
  const made = await ask('POST', '/v2/droplets', {
    name: 'bad',
    region: 'fra1',
    size: 's-1vcpu-1gb',
    image: 'debian-12-x64',
    ssh_keys: [keys.body.ssh_keys[0].id],
    user_data: '#cloud-config\nssh_keys: [',
  })
  const { command, close } = await reach({ id: made.body.droplet.id, ask, clientKey, hostKey: clientKey })
  expect(JSON.parse((await command('berth-droplet bootstrap-status')).stdout)).toMatchObject({ status: 'error' })
  await close()
})
