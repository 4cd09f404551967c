/** What a public installation does with hostile image references, and how registries may answer without breaking it. */
import { describe, expect, test } from 'vitest'
import { createAsk, type Lookup } from './ask.ts'
import { createRegistryClient } from './client.ts'
import { chooseManifest, digestOf, platformsOf, readConfig, readDocument } from './manifest.ts'
import type { ImageConfig } from './port.ts'

const DIGEST = `sha256:${'0'.repeat(64)}`

describe('SSRF: an image reference leads nowhere inside', () => {
  const inside: Record<string, string> = {
    'registry.evil.example': '169.254.169.254',
    'rebind.evil.example': '127.0.0.1',
    'six.evil.example': '::1',
  }
  const lookup: Lookup = (name, _, done) => {
    const address = inside[name] ?? '10.0.0.1'
    done(null, [{ address, family: address.includes(':') ? 6 : 4 }])
  }
  const client = createRegistryClient({
    ask: createAsk({ allowedHosts: [], lookup }),
    credentialsFor: async () => {
      throw new Error('nobody may ask for credentials')
    },
  })
  test.each([
    'localhost/a',
    'localhost:5000/a:1',
    'LOCALHOST/a',
    '127.0.0.1:5000/a',
    '127.1/a',
    '0x7f.0.0.1/a',
    '017700000001:80/a',
    '2130706433:5000/a',
    '0.0.0.0/a',
    '[::1]:5000/a',
    '[::ffff:7f00:1]/a',
    '[fd00:ec2::254]/a',
    '[64:ff9b::a9fe:a9fe]/a',
    '10.0.0.1/a/b:c',
    '192.168.1.1:443/a',
    '169.254.169.254/latest/meta-data',
    '0xa9fea9fe:80/a',
    'metadata.google.internal/v1',
    'METADATA/a',
    'docker.internal:2375/a',
    'registry.evil.example/a',
    'rebind.evil.example:8443/a',
    'six.evil.example/a',
    `127.0.0.1:6379/a@${DIGEST}`,
  ])('%s', async (image) => {
    const refused = { code: 'REGISTRY_REFUSED', message: expect.stringContaining('not a public one') }
    await expect(client.inspect(image)).rejects.toMatchObject(refused)
    await expect(client.digest(image)).rejects.toMatchObject(refused)
    await expect(client.signatures(image, DIGEST)).rejects.toMatchObject(refused)
  })

  test.each(['localhost', '127.0.0.1:5000', '[::1]', '169.254.169.254', 'registry.evil.example'])(
    'nor does the registry %s that somebody signs in to',
    async (registry) => {
      const signIn = client.signIn(registry, { username: 'a', password: 'b' })
      await expect(signIn).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })
    },
  )
})

describe('an index', () => {
  const type = 'application/vnd.oci.image.manifest.v1+json'
  const entry = (digit: string, platform?: { os: string; architecture: string; variant?: string }) => ({
    mediaType: type,
    digest: `sha256:${digit.repeat(64)}`,
    size: 1,
    platform,
  })
  const amd = (variant?: string) => ({ os: 'linux', architecture: 'amd64', ...(variant && { variant }) })

  test.each([
    [
      'the plain one before newer instruction sets',
      [entry('3', amd('v3')), entry('1', amd()), entry('2', amd('v2'))],
      '1',
    ],
    ['the oldest of newer instruction sets', [entry('3', amd('v3')), entry('2', amd('v2'))], '2'],
    ['linux, not windows', [entry('1', { os: 'windows', architecture: 'amd64' }), entry('2', amd())], '2'],
    [
      'one without a platform, if there is no other',
      [entry('1', { os: 'linux', architecture: 'arm64' }), entry('2')],
      '2',
    ],
  ])('gives %s', (_, manifests, digit) => {
    expect(chooseManifest(manifests, 'a').digest).toBe(`sha256:${digit.repeat(64)}`)
  })

  test('offers its platforms once each, without attestations and indexes of indexes', () => {
    const manifests = [
      entry('1', amd()),
      entry('2', amd()),
      entry('3', { os: 'unknown', architecture: 'unknown' }),
      { ...entry('4', amd('v2')), mediaType: 'application/vnd.oci.image.index.v1+json' },
      entry('5', { os: 'linux', architecture: 'arm', variant: 'v7' }),
    ]
    expect(platformsOf(manifests)).toEqual([amd(), { os: 'linux', architecture: 'arm', variant: 'v7' }])
    expect(() => chooseManifest([entry('3', { os: 'unknown', architecture: 'unknown' })], 'a')).toThrow(
      'a is not built for linux/amd64.',
    )
  })

  test('takes the type of the document before that of the answer', () => {
    const list = 'application/vnd.docker.distribution.manifest.list.v2+json'
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: list, manifests: [] }))
    expect(readDocument(bytes, 'text/plain', 'a')).toEqual({
      kind: 'index',
      digest: digestOf(bytes),
      mediaType: list,
      manifests: [],
    })
    expect(() => readDocument(bytes, 'application/vnd.docker.distribution.manifest.v1+prettyjws', 'a')).toThrow(
      'schema 1',
    )
  })
})

test.each<[string, object, Partial<ImageConfig>]>([
  ['nothing but a platform', {}, { user: '', env: [], exposedPorts: [], labels: {}, history: [], created: null }],
  ['nulls', { created: null, config: null, history: null }, { cmd: [], entrypoint: [], volumes: [] }],
  [
    'ports in every spelling',
    { config: { ExposedPorts: { '80': {}, '443/TCP': {}, '8000-8002/tcp': {}, '53/udp': {}, '99999': {}, x: {} } } },
    { exposedPorts: [80, 443, 8000, 8001, 8002] },
  ],
  [
    'what a database can’t store',
    { config: { Labels: { 'a\u0000b': 'c\u0000\ud800d' }, Env: ['A=\udfff'] } },
    { labels: { ab: 'cd' }, env: ['A='] },
  ],
])('a config with %s is read', (_, config, expected) => {
  const bytes = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', ...config }))
  expect(readConfig(bytes, 'a')).toMatchObject(expected)
})
