/** The client against a real registry: open, behind a password, behind a token server, and one that misbehaves. */
import { writeFileSync } from 'node:fs'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Credentials, RegistryClient } from './port.ts'
import { clientOf, type Listening, listen } from './testing.ts'
import {
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER,
  OCI_MANIFEST,
  pushTo,
  REGISTRY_MISSING,
  startRegistry,
  type TestRegistry,
} from './testing-registry.ts'
import { startTokenServer, type TokenServer } from './testing-token.ts'

const suite = (title: string, tests: () => void) =>
  describe.skipIf(REGISTRY_MISSING !== null)(REGISTRY_MISSING ? `${title} (${REGISTRY_MISSING})` : title, tests)
const code = (code: string, message?: RegExp) => ({ code, ...(message && { message: expect.stringMatching(message) }) })

suite('an open registry', () => {
  let registry: TestRegistry
  let client: RegistryClient
  let push: ReturnType<typeof pushTo>
  let name: string
  beforeAll(async () => {
    registry = await startRegistry()
    client = clientOf([registry.host])
    push = pushTo(registry.host, 'acme/weather')
    name = `${registry.host}/acme/weather`
  })
  afterAll(() => registry?.stop())

  test('tells all about an image with one manifest', async () => {
    const image = await push.image('1.0', {
      config: {
        config: {
          User: '1000:1000',
          Env: ['PATH=/bin', 'PORT=8080'],
          Entrypoint: ['node', 'server.js'],
          Cmd: null,
          WorkingDir: '/app',
          ExposedPorts: { '8080/tcp': {}, '53/udp': {} },
          Volumes: { '/data': {} },
          Labels: { 'io.modelcontextprotocol.server.name': 'io.github.acme/weather' },
        },
        history: [{ created_by: 'ENV TOKEN=\u0000x', empty_layer: true }, { created_by: 'COPY . /app' }],
      },
    })
    expect(await client.inspect(`${name}:1.0`)).toEqual({
      reference: `${name}:1.0`,
      canonical: `${name}:1.0`,
      digest: image.digest,
      manifestDigest: image.digest,
      mediaType: OCI_MANIFEST,
      platforms: [{ os: 'linux', architecture: 'amd64' }],
      compressedBytes: image.config.size + image.layer.size,
      layers: [{ digest: image.layer.digest, size: image.layer.size, mediaType: OCI_LAYER }],
      config: {
        created: '2026-01-02T03:04:05Z',
        architecture: 'amd64',
        os: 'linux',
        user: '1000:1000',
        env: ['PATH=/bin', 'PORT=8080'],
        entrypoint: ['node', 'server.js'],
        cmd: [],
        workingDir: '/app',
        exposedPorts: [8080],
        volumes: ['/data'],
        labels: { 'io.modelcontextprotocol.server.name': 'io.github.acme/weather' },
        history: [
          { createdBy: 'ENV TOKEN=x', comment: '', emptyLayer: true },
          { createdBy: 'COPY . /app', comment: '', emptyLayer: false },
        ],
      },
    })
    expect(await client.digest(`${name}:1.0`)).toBe(image.digest)
    expect((await client.inspect(`${name}@${image.digest}`)).digest).toBe(image.digest)
  })

  test('chooses linux/amd64 of an index with several platforms, and leaves its attestations alone', async () => {
    const platform = (architecture: string, variant?: string) => ({
      os: 'linux',
      architecture,
      ...(variant && { variant }),
    })
    const arm = await push.image(null, { architecture: 'arm64', layer: 'arm' })
    const amd = await push.image(null, { layer: 'amd' })
    const attestation = await push.image(null, { layer: 'provenance' })
    const index = await push.document('multi', OCI_INDEX, {
      manifests: [
        {
          ...strip(attestation),
          platform: { os: 'unknown', architecture: 'unknown' },
          annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
        },
        { ...strip(arm), platform: platform('arm64', 'v8') },
        { ...strip(amd), platform: platform('amd64') },
      ],
    })
    expect(await client.inspect(`${name}:multi`)).toMatchObject({
      digest: index.digest,
      manifestDigest: amd.digest,
      mediaType: OCI_INDEX,
      platforms: [platform('arm64', 'v8'), platform('amd64')],
    })
    expect(await client.digest(`${name}:multi`)).toBe(index.digest)
  })

  test('says which platforms there are when linux/amd64 is none of them', async () => {
    const arm = await push.image('arm', { architecture: 'arm64' })
    await push.document('arm-only', OCI_INDEX, {
      manifests: [{ ...strip(arm), platform: { os: 'linux', architecture: 'arm64' } }],
    })
    for (const tag of ['arm', 'arm-only'])
      await expect(client.inspect(`${name}:${tag}`)).rejects.toMatchObject(
        code('IMAGE_PLATFORM_MISSING', /only for linux\/arm64/),
      )
  })

  test('sees that a tag moved, and still reads what it was by its digest', async () => {
    const first = await push.image('moving', { layer: 'first' })
    expect(await client.digest(`${name}:moving`)).toBe(first.digest)
    const second = await push.image('moving', { layer: 'second' })
    expect(await client.digest(`${name}:moving`)).toBe(second.digest)
    expect((await client.inspect(`${name}:moving@${first.digest}`)).layers).toEqual([
      { digest: first.layer.digest, size: first.layer.size, mediaType: OCI_LAYER },
    ])
  })

  test.each(['acme/weather:nope', 'acme/nothing:1.0', `acme/weather@sha256:${'0'.repeat(64)}`])(
    '%s is not there',
    async (image) => {
      const asked = `${registry.host}/${image}`
      await expect(client.inspect(asked)).rejects.toMatchObject(code('IMAGE_NOT_FOUND', /not in its registry/))
      await expect(client.digest(asked)).rejects.toMatchObject(code('IMAGE_NOT_FOUND'))
    },
  )

  test('an artifact of another kind is no image', async () => {
    const config = await push.blob('{}', 'application/vnd.cncf.helm.config.v1+json')
    await push.document('chart', OCI_MANIFEST, { config, layers: [await push.blob('chart', OCI_LAYER)] })
    await expect(client.inspect(`${name}:chart`)).rejects.toMatchObject(code('IMAGE_NOT_FOUND', /helm/))
  })

  test('an image whose config is none is refused', async () => {
    const config = await push.blob('{"architecture":', OCI_CONFIG)
    await push.document('broken', OCI_MANIFEST, { config, layers: [await push.blob('x', OCI_LAYER)] })
    await expect(client.inspect(`${name}:broken`)).rejects.toMatchObject(code('REGISTRY_REFUSED', /not valid/))
  })

  test('finds what was signed: under cosign’s tag, and under the tag that stands for the referrers', async () => {
    const image = await push.image('signed', { layer: 'signed' })
    expect(await client.signatures(`${name}:signed`, image.digest)).toEqual([])
    const tag = image.digest.replace(':', '-')
    const payload = Buffer.from(JSON.stringify({ critical: { image: { 'docker-manifest-digest': image.digest } } }))
    const layer = {
      ...(await push.blob(payload, 'application/vnd.dev.cosign.simplesigning.v1+json')),
      annotations: {
        'dev.cosignproject.cosign/signature': 'c2lnbmF0dXJl',
        'dev.sigstore.cosign/certificate': 'PEM',
        'dev.sigstore.cosign/bundle': '{}',
      },
    }
    const config = await push.blob('{}', OCI_CONFIG)
    await push.document(`${tag}.sig`, OCI_MANIFEST, { config, layers: [layer] })
    const artifactType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
    const bundle = await push.document(null, OCI_MANIFEST, {
      artifactType,
      config: await push.blob('{}', 'application/vnd.oci.empty.v1+json'),
      layers: [await push.blob('{"mediaType":"bundle"}', artifactType)],
      subject: strip(image),
    })
    await push.document(tag, OCI_INDEX, { manifests: [{ ...bundle, artifactType }] })
    expect(await client.signatures(`${name}:signed`, image.digest)).toEqual([
      {
        kind: 'cosign',
        payload,
        signatureBase64: 'c2lnbmF0dXJl',
        certificatePem: 'PEM',
        chainPem: null,
        bundle: '{}',
      },
      { kind: 'bundle', artifactType, bundle: { mediaType: 'bundle' } },
    ])
  })

  describe('behind something that misbehaves', () => {
    let door: Listening
    let spoil: (req: IncomingMessage, res: ServerResponse, pass: () => void) => void
    const seen: string[] = []
    let spoiled: string
    let elsewhere: Listening
    const elsewhereSeen: (string | undefined)[] = []
    const through = (o: Parameters<typeof clientOf>[1] = {}) => clientOf([door.host, elsewhere.host], o)
    beforeAll(async () => {
      await push.image('behind', { layer: 'behind' })
      const forward = (req: IncomingMessage, res: ServerResponse) => {
        const { authorization: _, ...headers } = req.headers
        request(`http://${registry.host}${req.url}`, { method: req.method, headers }, (answer) => {
          res.writeHead(answer.statusCode ?? 500, answer.headers)
          answer.pipe(res)
        }).end()
      }
      door = await listen((req, res) => {
        seen.push(`${req.method} ${req.url?.replace(/sha256:\w+/, 'sha256')}`)
        spoil(req, res, () => forward(req, res))
      })
      elsewhere = await listen((req, res) => {
        elsewhereSeen.push(req.headers.authorization)
        forward(req, res)
      })
      spoiled = `${door.host}/acme/weather:behind`
    })
    beforeEach(() => {
      seen.length = 0
    })
    afterAll(async () => {
      await door?.close()
      await elsewhere?.close()
    })

    test.each([500, 502, 503, 429])('%i is asked again, and is no failure when it passes', async (status) => {
      let left = 2
      spoil = (_, res, pass) => (left-- > 0 ? void res.writeHead(status).end() : pass())
      expect((await through().inspect(spoiled)).canonical).toBe(spoiled)
    })

    test.each([500, 503, 429])('%i that stays says nothing of the image', async (status) => {
      spoil = (_, res) => void res.writeHead(status).end()
      await expect(through().inspect(spoiled)).rejects.toMatchObject(code('REGISTRY_UNAVAILABLE'))
      await expect(through().digest(spoiled)).rejects.toMatchObject(code('REGISTRY_UNAVAILABLE'))
      await expect(through().signatures(spoiled, `sha256:${'1'.repeat(64)}`)).rejects.toMatchObject(
        code('REGISTRY_UNAVAILABLE'),
      )
      expect(seen).toHaveLength(9)
    })

    test('a registry that wants to be left alone for a minute is, and says for how long', async () => {
      spoil = (_, res) => void res.writeHead(429, { 'retry-after': '60' }).end()
      await expect(through().inspect(spoiled)).rejects.toMatchObject({
        ...code('REGISTRY_UNAVAILABLE', /no more requests/),
        retryAfterMs: 60_000,
      })
      expect(seen).toHaveLength(1)
    })

    test('a registry that hangs is given up in time, wherever it hangs', async () => {
      const o = { timeoutMs: 200, deadlineMs: 500 }
      spoil = () => {}
      const started = performance.now()
      await expect(through(o).inspect(spoiled)).rejects.toMatchObject(code('REGISTRY_UNAVAILABLE', /in time/))
      expect(performance.now() - started).toBeLessThan(5000)
      spoil = (req, res, pass) => {
        if (!req.url?.includes('/blobs/')) return pass()
        res.writeHead(200, { 'content-length': 1000 }).write('{')
      }
      await expect(through(o).inspect(spoiled)).rejects.toMatchObject(code('REGISTRY_UNAVAILABLE', /in time/))
    })

    test('who asked can stop waiting', async () => {
      spoil = () => {}
      const stop = new AbortController()
      const asking = through().inspect(spoiled, { signal: stop.signal })
      stop.abort(new Error('enough'))
      await expect(asking).rejects.toThrow('enough')
    })

    test.each([
      ['manifest', '/manifests/', '{"schemaVersion":2,"config":{"mediaType":"x","digest":"y","size":1},"layers":[]}'],
      ['config', '/blobs/', '{"architecture":"amd64","os":"linux"}'],
    ])('another %s than the digest names is refused', async (_, part, body) => {
      const { digest } = await client.inspect(`${name}:behind`)
      spoil = (req, res, pass) => (req.url?.includes(part) ? void res.end(body) : pass())
      await expect(through().inspect(`${door.host}/acme/weather@${digest}`)).rejects.toMatchObject(
        code('REGISTRY_REFUSED'),
      )
    })

    test.each([
      ['{"schemaVersion":1,"name":"a","fsLayers":[]}', /schema 1/],
      ['{"schemaVersion":2,"manifests":[],"layers":[]}', /at once/],
      ['{"schemaVersion":2,"manifests":[{"digest":"../../etc"}]}', /no valid image index/],
      ['<html>', /no manifest/],
      ['null', /no manifest/],
    ])('%s is refused as what it is', async (body, message) => {
      spoil = (_, res) => void res.end(body)
      await expect(through().inspect(spoiled)).rejects.toMatchObject(code('REGISTRY_REFUSED', message))
    })

    test('a manifest beyond all measure is not read', async () => {
      spoil = (_, res) => void res.end(' '.repeat(5 * 2 ** 20))
      await expect(through().inspect(spoiled)).rejects.toMatchObject(code('REGISTRY_REFUSED', /too long/))
    })

    test('blobs that lie with another host are fetched there, without the credentials', async () => {
      const credentials = async () => ({ username: 'robot', password: 'secret' })
      spoil = (req, res, pass) => {
        if (!req.headers.authorization)
          return void res.writeHead(401, { 'www-authenticate': 'Basic realm="private"' }).end()
        if (!req.url?.includes('/blobs/')) return pass()
        res.writeHead(307, { location: `http://${elsewhere.host}${req.url}` }).end()
      }
      expect((await through({ credentialsFor: credentials }).inspect(spoiled)).canonical).toBe(spoiled)
      expect(elsewhereSeen).toEqual([undefined])
    })

    test('a host that the registry led to gets no credentials by asking for them', async () => {
      const asked: (string | undefined)[] = []
      const thief = await listen((req, res) => {
        asked.push(req.headers.authorization)
        res.writeHead(401, { 'www-authenticate': 'Basic realm="give"' }).end()
      })
      spoil = (req, res) => void res.writeHead(307, { location: `http://${thief.host}${req.url}` }).end()
      const credentialsFor = async () => ({ username: 'robot', password: 'secret' })
      const asking = clientOf([door.host, thief.host], { credentialsFor }).inspect(spoiled)
      await expect(asking).rejects.toMatchObject(code('IMAGE_NOT_FOUND'))
      expect(asked).toEqual([undefined])
      await thief.close()
    })

    test('referrers are read page by page, and those of other kinds are left alone', async () => {
      const image = await push.image('referred', { layer: 'referred' })
      const artifactType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
      const config = await push.blob('{}', 'application/vnd.oci.empty.v1+json')
      const bundleOf = async (text: string) => ({
        ...(await push.document(null, OCI_MANIFEST, {
          config,
          layers: [await push.blob(JSON.stringify(text), artifactType)],
        })),
        artifactType,
      })
      const pages = [
        [await bundleOf('one'), { ...(await bundleOf('sbom')), artifactType: 'application/spdx+json' }],
        [await bundleOf('two')],
      ]
      spoil = (req, res, pass) => {
        const url = new URL(req.url ?? '', 'http://registry')
        if (!url.pathname.includes('/referrers/')) return pass()
        const page = Number(url.searchParams.get('page'))
        if (page === 0) res.setHeader('link', `<${url.pathname}?page=1>; rel="next"`)
        res.end(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: pages[page] }))
      }
      const found = await through().signatures(`${door.host}/acme/weather:referred`, image.digest)
      expect(found).toEqual([
        { kind: 'bundle', artifactType, bundle: 'one' },
        { kind: 'bundle', artifactType, bundle: 'two' },
      ])
    })
  })
})

suite('a registry behind a password', () => {
  const RIGHT: Credentials = { username: 'robot', password: 's3cret:pass' }
  /** bcrypt of that password, as `htpasswd -B` writes it. */
  const HTPASSWD = 'robot:$2b$05$abcdefghijklmnopqrstuuKqhJSfTIYV1SkiVqP0GjQATd/vnrS1a\n'
  const header = `Basic ${Buffer.from('robot:s3cret:pass').toString('base64')}`
  let registry: TestRegistry
  let image: string
  let digest: string
  beforeAll(async () => {
    registry = await startRegistry((dir) => {
      const file = path.join(dir, 'htpasswd')
      writeFileSync(file, HTPASSWD)
      return { htpasswd: { realm: 'test', path: file } }
    })
    image = `${registry.host}/acme/private:1`
    digest = (await pushTo(registry.host, 'acme/private', header).image('1')).digest
  })
  afterAll(() => registry?.stop())
  const as = (credentials: Credentials | null) => {
    const asked: string[] = []
    const client = clientOf([registry.host], {
      credentialsFor: async (host) => {
        asked.push(host)
        return credentials
      },
    })
    return { client, asked }
  }

  test('is read with the credentials of that registry, looked up by its name', async () => {
    const { client, asked } = as(RIGHT)
    expect(await client.inspect(image)).toMatchObject({ digest })
    expect(await client.signatures(image, digest)).toEqual([])
    expect(asked).toEqual([registry.host])
  })

  test('without credentials its images are private, with wrong ones the credentials are named', async () => {
    await expect(as(null).client.inspect(image)).rejects.toMatchObject(code('IMAGE_NOT_FOUND', /private/))
    const { client } = as({ ...RIGHT, password: 'wrong' })
    await expect(client.inspect(image)).rejects.toMatchObject(code('REGISTRY_DENIED', /does not accept/))
  })

  test('I6: what is said of a failure holds no password', async () => {
    const failure: unknown = await as({ username: 'robot', password: 'canary-9f3' })
      .client.inspect(image)
      .catch((error: unknown) => error)
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toMatch(/canary-9f3|Basic/)
  })

  test('proves credentials', async () => {
    const { client, asked } = as(null)
    await client.signIn(registry.host, RIGHT)
    await expect(client.signIn(registry.host, { ...RIGHT, password: 'wrong' })).rejects.toMatchObject(
      code('REGISTRY_DENIED'),
    )
    await expect(client.inspect(image)).rejects.toMatchObject(code('IMAGE_NOT_FOUND'))
    expect(asked).toEqual([registry.host])
  })
})

suite('a registry behind a token server', () => {
  const RIGHT: Credentials = { username: 'robot', password: 'sec+ret/' }
  let tokens: TokenServer
  let registry: TestRegistry
  let now = 0
  beforeAll(async () => {
    tokens = await startTokenServer({ ...RIGHT, expiresIn: 120 })
    registry = await startRegistry((dir) => tokens.auth(dir))
    for (const name of ['public/open', 'acme/private'])
      await pushTo(registry.host, name, tokens.pusher(name)).image('1')
  })
  afterAll(async () => {
    await registry?.stop()
    await tokens?.close()
  })
  beforeEach(() => {
    tokens.asked.length = 0
  })
  afterEach(() => {
    now = 0
  })
  const as = (credentials: Credentials | null, hosts = [registry.host, tokens.host]) =>
    clientOf(hosts, { credentialsFor: async () => credentials, now: () => now })

  test('is read anonymously where that is allowed, with one token for one repository', async () => {
    const client = as(null)
    const image = `${registry.host}/public/open:1`
    const { digest } = await client.inspect(image)
    expect(await client.digest(image)).toBe(digest)
    expect(tokens.asked).toEqual([
      { query: { service: 'test-registry', scope: 'repository:public/open:pull' }, authorization: undefined },
    ])
    await expect(client.inspect(`${registry.host}/acme/private:1`)).rejects.toMatchObject(
      code('IMAGE_NOT_FOUND', /private/),
    )
  })

  test('asks for another token when one has ended', async () => {
    const client = as(null)
    const image = `${registry.host}/public/open:1`
    await client.digest(image)
    now = 100_000
    await client.digest(image)
    expect(tokens.asked).toHaveLength(1)
    now = 130_000
    await client.digest(image)
    expect(tokens.asked).toHaveLength(2)
  })

  test('is read with credentials, which its token server alone gets', async () => {
    await as(RIGHT).inspect(`${registry.host}/acme/private:1`)
    expect(tokens.asked).toEqual([
      {
        query: { service: 'test-registry', scope: 'repository:acme/private:pull', account: 'robot' },
        authorization: `Basic ${Buffer.from('robot:sec+ret/').toString('base64')}`,
      },
    ])
  })

  test('names credentials that its token server does not accept', async () => {
    const wrong = { ...RIGHT, password: 'wrong' }
    await expect(as(wrong).inspect(`${registry.host}/acme/private:1`)).rejects.toMatchObject(code('REGISTRY_DENIED'))
    await expect(as(null).signIn(registry.host, wrong)).rejects.toMatchObject(code('REGISTRY_DENIED'))
    await as(null).signIn(registry.host, RIGHT)
  })

  test('SSRF: does not lead to a token server inside that the operator did not name', async () => {
    await expect(as(RIGHT, [registry.host]).inspect(`${registry.host}/acme/private:1`)).rejects.toMatchObject(
      code('REGISTRY_REFUSED', /not a public one/),
    )
    expect(tokens.asked).toEqual([])
  })
})

const strip = ({ mediaType, digest, size }: { mediaType: string; digest: string; size: number }) => ({
  mediaType,
  digest,
  size,
})
