import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeDroplet, reach } from '#local-cloud/process/droplet.testing.ts'
import { type TestCloud, testCloud } from '#local-cloud/testing.ts'
import { MANIFEST_TYPE, sha256 } from './build.ts'

let imagesDir: string
let cloud: TestCloud
const get = (rest: string, init: RequestInit = {}) =>
  // A connection kept alive would break in the middle of a test that restarts the server.
  fetch(`http://${cloud.registry}/v2/${rest}`, { ...init, headers: { connection: 'close', ...init.headers } })

const SERVER = `console.error('ready as', process.env.NAME); process.stdin.resume()`

beforeAll(async () => {
  imagesDir = mkdtempSync(path.join(tmpdir(), 'images-'))
  mkdirSync(path.join(imagesDir, 'own'))
  writeFileSync(path.join(imagesDir, 'own', 'server.mjs'), SERVER)
  const descriptor = {
    name: 'test/own',
    tags: ['1'],
    source: 'own',
    entrypoint: ['node', '/app/src/server.mjs'],
    env: { NAME: 'own' },
  }
  writeFileSync(path.join(imagesDir, 'own.json'), JSON.stringify(descriptor))
  cloud = await testCloud({ imageDirs: [imagesDir] })
})
afterAll(async () => {
  await cloud.end()
  rmSync(imagesDir, { recursive: true })
})

test('manifests are served by tag and by digest, with HEAD, and their digests are true', async () => {
  expect((await get('')).headers.get('docker-distribution-api-version')).toBe('registry/2.0')
  expect((await (await get('_catalog')).json()).repositories).toContain('mcp/everything')
  expect(await (await get('mcp/everything/tags/list')).json()).toEqual({
    name: 'mcp/everything',
    tags: ['2026.8.31', 'latest'],
  })
  const page = await get('mcp/everything/tags/list?n=1')
  expect(page.headers.get('link')).toBe('</v2/mcp/everything/tags/list?n=1&last=2026.8.31>; rel="next"')
  const answer = await get('mcp/everything/manifests/latest', { headers: { accept: MANIFEST_TYPE } })
  const bytes = Buffer.from(await answer.arrayBuffer())
  const digest = answer.headers.get('docker-content-digest') ?? ''
  expect(sha256(bytes)).toBe(digest)
  const head = await get(`mcp/everything/manifests/${digest}`, { method: 'HEAD' })
  expect([head.status, Number(head.headers.get('content-length'))]).toEqual([200, bytes.length])
  const manifest = JSON.parse(bytes.toString())
  for (const { digest: blob, size } of [manifest.config, ...manifest.layers]) {
    const content = Buffer.from(await (await get(`mcp/everything/blobs/${blob}`)).arrayBuffer())
    expect([sha256(content), content.length]).toEqual([blob, size])
    const part = await get(`mcp/everything/blobs/${blob}`, { headers: { range: 'bytes=2-5' } })
    expect([part.status, await part.text()]).toEqual([206, content.subarray(2, 6).toString()])
  }
})

test('what is not there and what is not allowed is told in OCI errors', async () => {
  expect(await (await get('mcp/everything/manifests/9')).json()).toMatchObject({
    errors: [{ code: 'MANIFEST_UNKNOWN' }],
  })
  expect(await (await get('mcp/none/manifests/9')).json()).toMatchObject({ errors: [{ code: 'NAME_UNKNOWN' }] })
  expect((await get('mcp/everything/blobs/uploads/', { method: 'POST' })).status).toBe(405)
})

test('digests stay the same over a restart', async () => {
  const digests = async () =>
    Promise.all(
      ['mcp/everything', 'mcp/memory', 'test/own'].map(async (name) =>
        (await get(`${name}/manifests/latest`, { method: 'HEAD' })).headers.get('docker-content-digest'),
      ),
    )
  const before = await digests()
  await cloud.restart()
  expect(await digests()).toEqual(before)
})

test('an image of a descriptor of one’s own runs with the files of its layer', async () => {
  const { docker, close } = await reach(await makeDroplet(cloud, 'dop_v1_own'))
  const image = `${cloud.registry}/test/own:1`
  const pulling = await docker.pull(image)
  await new Promise((resolve) => docker.modem.followProgress(pulling, resolve))
  const container = await docker.createContainer({ Image: image, OpenStdin: true })
  await container.start()
  await expect.poll(async () => (await container.logs({ stderr: true })).toString()).toContain('ready as own')
  await container.remove({ force: true })
  await close()
})
