/** The client against a real registry. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RegistryClient } from './port.ts'
import { clientOf, code } from './testing.ts'
import {
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER,
  OCI_MANIFEST,
  pushTo,
  registrySuite,
  startRegistry,
  type TestRegistry,
} from './testing-registry.ts'

registrySuite('an open registry', () => {
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
})

const strip = ({ mediaType, digest, size }: { mediaType: string; digest: string; size: number }) => ({
  mediaType,
  digest,
  size,
})
