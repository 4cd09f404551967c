/**
 * What a registry answers about an image: index, manifest, config. Pure: bytes in, facts out. Whoever pushed the image
 * wrote them, so nothing is taken that the specification does not allow.
 * Source: https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md, image-index.md, config.md
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { BerthError } from '#server/errors.ts'
import { storable } from '#server/storable.ts'
import { parseJson } from './auth.ts'
import type { ImageConfig, Platform } from './port.ts'

const INDEX_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]
const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]
const CONFIG_TYPES = ['application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json']
const SCHEMA_1 = /^application\/vnd\.docker\.distribution\.manifest\.v1\+(json|prettyjws)/
export const ACCEPT = [...INDEX_TYPES, ...MANIFEST_TYPES].join(', ')
export const ACCEPT_INDEX = INDEX_TYPES[0] ?? ''

/** What Berth can verify; others may stand beside it. */
export const SHA256 = /^sha256:[0-9a-f]{64}$/
const DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[A-Za-z0-9=_-]{32,200}$/
const sizeBytes = z.int().min(0)
const descriptor = z.object({
  mediaType: z.string().max(255),
  digest: z.string().regex(DIGEST),
  size: sizeBytes,
  artifactType: z.string().max(255).optional(),
  annotations: z.record(z.string(), z.string()).nullish(),
  platform: z
    .object({ os: z.string().max(64), architecture: z.string().max(64), variant: z.string().max(64).nullish() })
    .nullish(),
})
export type Descriptor = z.infer<typeof descriptor>

const indexSchema = z.object({ schemaVersion: z.literal(2), manifests: z.array(descriptor) })
const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  artifactType: z.string().max(255).optional(),
  config: descriptor,
  layers: z.array(descriptor),
})

export type Document = { digest: string; mediaType: string } & (
  | { kind: 'index'; manifests: Descriptor[] }
  | { kind: 'manifest'; artifactType: string | undefined; config: Descriptor; layers: Descriptor[] }
)

export const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** @param image for messages. @throws REGISTRY_REFUSED for what is neither index nor manifest */
export function readDocument(bytes: Buffer, contentType: string | null, image: string): Document {
  const refuse = (what: string, action?: string) =>
    new BerthError('REGISTRY_REFUSED', `The registry’s answer for ${image} ${what}.`, {
      action: action ?? 'Use a registry that speaks the OCI distribution API.',
    })
  const type = contentType?.split(';')[0]?.trim() ?? ''
  const body = parseJson(bytes.toString('utf8'))
  if (typeof body !== 'object' || body === null) throw refuse('is no manifest')
  if (SCHEMA_1.test(type) || ('schemaVersion' in body && body.schemaVersion === 1))
    throw refuse(
      'is a manifest of Docker’s schema 1, which engines no longer pull',
      'Build and push the image anew with a current Docker.',
    )
  const own = 'mediaType' in body && typeof body.mediaType === 'string' ? body.mediaType : type
  const digest = digestOf(bytes)
  // A document that is both could be one thing to Berth and another to the engine (CVE-2021-41190).
  if ('manifests' in body && ('layers' in body || 'config' in body)) throw refuse('is a manifest and an index at once')
  if ('manifests' in body) {
    const index = indexSchema.safeParse(body)
    if (!index.success || MANIFEST_TYPES.includes(own)) throw refuse('is no valid image index')
    return { kind: 'index', digest, mediaType: own, manifests: index.data.manifests }
  }
  const manifest = manifestSchema.safeParse(body)
  if (!manifest.success || INDEX_TYPES.includes(own)) throw refuse('is no valid image manifest')
  const { artifactType, config, layers } = manifest.data
  return { kind: 'manifest', digest, mediaType: own, artifactType, config, layers }
}

/** All that the index offers; attestations stand in it as platform `unknown`. */
export function platformsOf(manifests: Descriptor[]): Platform[] {
  const seen = new Map<string, Platform>()
  for (const { platform } of manifests.filter(isImage)) {
    if (!platform || platform.os === 'unknown') continue
    const { os, architecture, variant } = platform
    seen.set(platformName(platform), { os, architecture, ...(variant && { variant }) })
  }
  return [...seen.values()]
}

export const platformName = ({ os, architecture, variant }: { [K in keyof Platform]: Platform[K] | null }): string =>
  [os, architecture, variant].filter(Boolean).join('/')

const isImage = ({ mediaType, annotations }: Descriptor): boolean =>
  MANIFEST_TYPES.includes(mediaType) && annotations?.['vnd.docker.reference.type'] === undefined

/**
 * The one for linux/amd64, as an engine on a droplet chooses: the plainest instruction set first. An entry that says
 * nothing of its platform comes last; its config tells. @throws IMAGE_PLATFORM_MISSING
 */
export function chooseManifest(manifests: Descriptor[], image: string): Descriptor {
  const images = manifests.filter(isImage)
  const rank = ({ platform }: Descriptor) => platform?.variant || 'v1'
  const [best] = images
    .filter(({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64')
    .sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0))
  const chosen = best ?? images.find(({ platform }) => !platform)
  if (!chosen) throw platformMissing(image, platformsOf(manifests))
  return chosen
}

export function platformMissing(image: string, offered: Platform[]): BerthError {
  const names = offered.slice(0, 10).map(platformName).join(', ')
  return new BerthError(
    'IMAGE_PLATFORM_MISSING',
    `${image} is not built for linux/amd64${names ? `, only for ${names}` : ''}.`,
  )
}

/** @throws IMAGE_NOT_FOUND for an artifact of another kind: a Helm chart, a WASM module, an SBOM */
export function requireContainerImage(config: Descriptor, image: string): void {
  if (CONFIG_TYPES.includes(config.mediaType)) return
  throw new BerthError('IMAGE_NOT_FOUND', `${image} is no container image: it holds ${config.mediaType.slice(0, 100)}.`)
}

/** Far more than images have. Whoever pushed one wrote as much as fits, and everything behind looks at each entry. */
const ENTRIES_MAX = 1000
const texts = z.array(z.string()).max(ENTRIES_MAX).nullish()
const recordOf = <T extends z.ZodType>(value: T) =>
  z
    .record(z.string(), value)
    .refine((record) => Object.keys(record).length <= ENTRIES_MAX)
    .nullish()
const configSchema = z.object({
  created: z.string().nullish(),
  architecture: z.string(),
  os: z.string(),
  variant: z.string().nullish(),
  config: z
    .object({
      User: z.string().nullish(),
      Env: texts,
      Entrypoint: texts,
      Cmd: texts,
      WorkingDir: z.string().nullish(),
      ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
      Volumes: recordOf(z.unknown()),
      Labels: recordOf(z.string()),
    })
    .nullish(),
  history: z
    .array(
      z.object({
        created_by: z.string().nullish(),
        comment: z.string().nullish(),
        empty_layer: z.boolean().nullish(),
      }),
    )
    .max(ENTRIES_MAX)
    .nullish(),
})

/** @throws REGISTRY_REFUSED for what is no image config */
export function readConfig(bytes: Buffer, image: string): ImageConfig {
  const parsed = configSchema.safeParse(storable(parseJson(bytes.toString('utf8'))))
  if (!parsed.success)
    throw new BerthError('REGISTRY_REFUSED', `The image config of ${image} is not valid, or far too long.`, {
      action: 'Build and push the image anew.',
    })
  const { created, architecture, os, config, history } = parsed.data
  return {
    created: created ?? null,
    architecture,
    os,
    user: config?.User ?? '',
    env: config?.Env ?? [],
    entrypoint: config?.Entrypoint ?? [],
    cmd: config?.Cmd ?? [],
    workingDir: config?.WorkingDir ?? '',
    exposedPorts: portsOf(Object.keys(config?.ExposedPorts ?? {})),
    volumes: Object.keys(config?.Volumes ?? {}),
    labels: config?.Labels ?? {},
    history: (history ?? []).map((step) => ({
      createdBy: step.created_by ?? '',
      comment: step.comment ?? '',
      emptyLayer: step.empty_layer ?? false,
    })),
  }
}

const PORT_MAX = 65_535

/** `8080/tcp`, `8080`, or a range `8000-8003/tcp` as old builders wrote it. */
function portsOf(exposed: string[]): number[] {
  /** By where a range begins: its end. Ranges over ranges would else be counted out port by port, for minutes. */
  const ends = new Map<number, number>()
  for (const entry of exposed) {
    const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/tcp)?$/i.exec(entry) ?? []
    const begin = Number(first)
    if (begin >= 1) ends.set(begin, Math.max(ends.get(begin) ?? 0, Math.min(Number(last), PORT_MAX)))
  }
  const ports: number[] = []
  let open = 0
  for (let port = 1; port <= PORT_MAX; port++) {
    open = Math.max(open, ends.get(port) ?? 0)
    if (port <= open) ports.push(port)
  }
  return ports
}
