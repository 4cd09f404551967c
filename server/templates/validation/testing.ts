/** A template and an image with which nothing is wrong: each test spoils one thing. */
import { type TemplateConfig, templateConfig } from '#db/template-config.ts'
import { type TemplateContent, templateContent } from '#db/template-content.ts'
import type { ImageConfig, InspectedImage } from '#server/registry/port.ts'
import type { Offer } from './resources.ts'
import type { Inspection } from './subject.ts'

export const MIB = 2 ** 20
export const GIB = 2 ** 30
export const DIGEST = `sha256:${'a'.repeat(64)}`

export function content(
  config: Partial<TemplateConfig> = {},
  rest: Partial<Omit<TemplateContent, 'config'>> = {},
): TemplateContent {
  return templateContent.parse({
    ...{ displayName: 'Weather', description: 'Tells the weather', category: 'web' },
    ...rest,
    config: templateConfig.parse({
      ...{ image: 'ghcr.io/acme/weather:1.2.0', transport: { type: 'streamable-http', port: 8080, path: '/mcp' } },
      resources: { memoryBytes: 256 * MIB, cpuMillis: 250, diskBytes: 512 * MIB },
      ...config,
    }),
  })
}

type Variable = Partial<TemplateConfig['environmentVariables'][number]> & { name: string }
export const withVariables = (...variables: Variable[]): TemplateContent =>
  content({
    environmentVariables: variables.map((one) => ({ description: '', isRequired: false, isSecret: false, ...one })),
  })

export function image(config: Partial<ImageConfig> = {}, rest: Partial<InspectedImage> = {}): Inspection {
  return {
    kind: 'image',
    image: {
      ...{ reference: 'ghcr.io/acme/weather:1.2.0', canonical: 'ghcr.io/acme/weather:1.2.0' },
      ...{ digest: DIGEST, manifestDigest: DIGEST, mediaType: 'application/vnd.oci.image.manifest.v1+json' },
      platforms: [{ os: 'linux', architecture: 'amd64' }],
      compressedBytes: 60 * MIB,
      layers: [{ digest: DIGEST, size: 60 * MIB, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }],
      ...rest,
      config: {
        ...{ created: '2026-06-01T00:00:00Z', architecture: 'amd64', os: 'linux', user: 'app', env: ['PATH=/usr/bin'] },
        ...{ entrypoint: ['/usr/bin/weather'], cmd: ['--http'], workingDir: '/app', exposedPorts: [8080] },
        ...{ volumes: [], labels: {}, history: [] },
        ...config,
      },
    },
  }
}

export const silent: Inspection = { kind: 'silent', message: 'The registry is down.' }

export const offer: Offer = {
  sizes: [
    {
      ...{ slug: 's-1vcpu-1gb', vcpus: 1, memoryBytes: GIB, diskBytes: 25 * GIB, priceMonthlyMicros: 6_000_000 },
      regions: ['nyc3', 'fra1'],
    },
    {
      ...{ slug: 's-4vcpu-8gb', vcpus: 4, memoryBytes: 8 * GIB, diskBytes: 160 * GIB, priceMonthlyMicros: 48_000_000 },
      regions: ['nyc3'],
    },
  ],
  regions: ['nyc3', 'fra1'],
  source: '2 sizes',
}
