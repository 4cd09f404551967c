/** The client against a real registry with something between that is slow, down, or lies. */
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { RegistryClient } from './port.ts'
import { clientOf, code, type Listening, listen } from './testing.ts'
import { OCI_INDEX, OCI_MANIFEST, pushTo, registrySuite, startRegistry, type TestRegistry } from './testing-registry.ts'

registrySuite('a registry behind something that misbehaves', () => {
  let registry: TestRegistry
  let client: RegistryClient
  let push: ReturnType<typeof pushTo>
  let name: string
  let door: Listening
  let spoil: (req: IncomingMessage, res: ServerResponse, pass: () => void) => void
  const seen: string[] = []
  let spoiled: string
  let elsewhere: Listening
  const elsewhereSeen: (string | undefined)[] = []
  const through = (o: Parameters<typeof clientOf>[1] = {}) => clientOf([door.host, elsewhere.host], o)
  beforeAll(async () => {
    registry = await startRegistry()
    client = clientOf([registry.host])
    push = pushTo(registry.host, 'acme/weather')
    name = `${registry.host}/acme/weather`
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
    await registry?.stop()
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
