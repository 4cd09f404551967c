/**
 * `POST /images/create`: pulls from an OCI registry over HTTP, checks every digest, unpacks the layer. Only registries
 * on this machine are asked: an image from anywhere else could not run here.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { extract } from 'tar-stream'
import { z } from 'zod'
import { CHECKOUT } from '#local-cloud/images/descriptor.ts'
import { LABEL_PACKAGES, MANIFEST_TYPE, sha256 } from '#local-cloud/registry/build.ts'
import { type EngineContext, newId } from './context.ts'
import { badParameter, EngineError, notFound } from './errors.ts'
import { formatReference, type Reference, repository } from './reference.ts'
import type { ImageConfig, StoredImage } from './state.ts'

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?$/
/** A registry that answers no byte for this long is down. */
const REGISTRY_SILENCE_MS = 30_000

const blobDescriptor = z.object({ mediaType: z.string(), digest: z.string(), size: z.int().min(0) })
const manifestSchema = z.object({ config: blobDescriptor, layers: z.array(blobDescriptor) })
const configSchema = z.object({
  created: z.string(),
  architecture: z.string(),
  os: z.string(),
  config: z.looseObject({}).default({}),
  rootfs: z.object({ diff_ids: z.array(z.string()) }),
})

/** One line of the progress stream. */
export type PullLine = Record<string, unknown>

/** The header that signs in; empty for a public registry. */
export interface RegistryAuth {
  authorization?: string
}

const registryAuth = z.object({ username: z.string().default(''), password: z.string().default('') })

/** `X-Registry-Auth`: base64url of JSON, for this one request. @throws EngineError 400 */
export function readRegistryAuth(header: string | string[] | undefined): RegistryAuth {
  if (header === undefined || header === '') return {}
  try {
    const json: unknown = JSON.parse(Buffer.from(String(header), 'base64url').toString())
    const { username, password } = registryAuth.parse(json)
    return username ? { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` } : {}
  } catch {
    throw badParameter('invalid X-Registry-Auth header')
  }
}

interface Manifest {
  digest: string
  content: z.infer<typeof manifestSchema>
}

/** Asks for the manifest first, so that what does not exist is a 404 and not a broken stream. @throws EngineError */
export async function resolveManifest(reference: Reference, auth: RegistryAuth): Promise<Manifest> {
  if (!LOOPBACK.test(reference.registry))
    throw notFound(
      `pull access denied for ${repository(reference)}, repository does not exist: this engine pulls only from registries on its own machine`,
    )
  const response = await fetchFrom(reference, `manifests/${reference.target}`, { accept: MANIFEST_TYPE, ...auth })
  if (response.status === 401)
    throw new EngineError(500, `Head "http://${reference.registry}/v2/": no basic auth credentials`)
  if (response.status === 404)
    throw notFound(`manifest for ${formatReference(reference)} not found: manifest unknown: manifest unknown`)
  if (!response.ok) throw new EngineError(500, `registry answered ${response.status} for ${formatReference(reference)}`)
  const bytes = Buffer.from(await response.arrayBuffer())
  const digest = sha256(bytes)
  if (reference.byDigest && digest !== reference.target)
    throw new EngineError(500, `manifest verification failed for digest ${reference.target}`)
  return { digest, content: manifestSchema.parse(JSON.parse(bytes.toString())) }
}

export async function pullImage(
  ctx: EngineContext,
  reference: Reference,
  manifest: Manifest,
  o: { auth: RegistryAuth; progress: (line: PullLine) => void; signal: AbortSignal },
): Promise<void> {
  const { auth, progress, signal } = o
  const { config, layers } = manifest.content
  const short = (digest: string) => digest.replace('sha256:', '').slice(0, 12)
  progress({ status: `Pulling from ${reference.name}`, id: reference.target })
  const existing = ctx.state.images.find((image) => image.id === config.digest)
  if (existing) {
    for (const layer of layers) progress({ status: 'Already exists', progressDetail: {}, id: short(layer.digest) })
    addNames(ctx, existing, reference, manifest.digest)
    ctx.save()
  } else {
    for (const layer of layers) progress({ status: 'Pulling fs layer', progressDetail: {}, id: short(layer.digest) })
    const configBytes = await fetchBlob(reference, config.digest, { auth, report: () => {}, signal })
    const tars: Buffer[] = []
    for (const layer of layers) {
      const id = short(layer.digest)
      const report = (current: number) =>
        progress({ status: 'Downloading', progressDetail: { current, total: layer.size }, id })
      tars.push(await fetchBlob(reference, layer.digest, { auth, report, signal }))
      progress({ status: 'Verifying Checksum', progressDetail: {}, id })
      progress({ status: 'Download complete', progressDetail: {}, id })
    }
    const parsed = configSchema.parse(JSON.parse(configBytes.toString()))
    await unpack(ctx, config.digest, parsed.config as ImageConfig, tars)
    for (const layer of layers) progress({ status: 'Pull complete', progressDetail: {}, id: short(layer.digest) })
    // Two pulls of one image may have run side by side; the first one to end made the record.
    const raced = ctx.state.images.find((image) => image.id === config.digest)
    const image = raced ?? {
      id: config.digest,
      repoTags: [],
      repoDigests: [],
      created: parsed.created,
      architecture: parsed.architecture,
      os: parsed.os,
      sizeBytes: layers.reduce((sum, layer) => sum + layer.size, 0),
      layers: parsed.rootfs.diff_ids,
      config: parsed.config as ImageConfig,
    }
    if (!raced) ctx.state.images.push(image)
    addNames(ctx, image, reference, manifest.digest)
    ctx.save()
  }
  progress({ status: `Digest: ${manifest.digest}` })
  const what = existing ? 'Image is up to date' : 'Downloaded newer image'
  progress({ status: `Status: ${what} for ${formatReference(reference)}` })
}

/** A tag names one image only: the one that was pulled last. */
function addNames(ctx: EngineContext, image: StoredImage, reference: Reference, digest: string): void {
  const byDigest = `${repository(reference)}@${digest}`
  if (!image.repoDigests.includes(byDigest)) image.repoDigests.push(byDigest)
  if (reference.byDigest) return
  const tag = formatReference(reference)
  for (const other of ctx.state.images) other.repoTags = other.repoTags.filter((name) => name !== tag)
  image.repoTags.push(tag)
}

function fetchFrom(
  reference: Reference,
  rest: string,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<Response> {
  const timeout = AbortSignal.timeout(REGISTRY_SILENCE_MS)
  return fetch(`http://${reference.registry}/v2/${reference.name}/${rest}`, {
    // A registry that was restarted would break a connection that was kept.
    headers: { ...headers, connection: 'close' },
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  }).catch((cause: unknown) => {
    throw new EngineError(500, `Get "http://${reference.registry}/v2/": ${reasonOf(cause)}`)
  })
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? cause.message : String(cause)
}

async function fetchBlob(
  reference: Reference,
  digest: string,
  o: { auth: RegistryAuth; report: (currentBytes: number) => void; signal: AbortSignal },
): Promise<Buffer> {
  const response = await fetchFrom(reference, `blobs/${digest}`, { ...o.auth }, o.signal)
  if (!response.ok || !response.body) throw new EngineError(500, `blob ${digest}: registry answered ${response.status}`)
  const hash = createHash('sha256')
  const parts: Uint8Array[] = []
  let current = 0
  for await (const part of response.body) {
    hash.update(part)
    parts.push(part)
    current += part.length
    o.report(current)
  }
  if (`sha256:${hash.digest('hex')}` !== digest)
    throw new EngineError(500, `filesystem layer verification failed for digest ${digest}`)
  return Buffer.concat(parts)
}

/** Unpacks beside the final place and renames, so that a folder that is there is whole. */
async function unpack(ctx: EngineContext, id: string, config: ImageConfig, tars: Buffer[]): Promise<void> {
  checkPackages(config.Labels?.[LABEL_PACKAGES] ?? '')
  const target = ctx.paths.image(id)
  const temporary = `${target}.${newId().slice(0, 8)}`
  mkdirSync(temporary, { recursive: true })
  for (const tar of tars) await untar(tar, temporary)
  symlinkSync(path.join(CHECKOUT, 'node_modules'), path.join(temporary, 'app', 'node_modules'))
  if (existsSync(target)) rmSync(temporary, { recursive: true })
  else renameSync(temporary, target)
}

/** The packages of an image come from this checkout: an image made by another one may want others. */
function checkPackages(label: string): void {
  for (const item of label.split(' ').filter(Boolean)) {
    const at = item.lastIndexOf('@')
    const file = path.join(CHECKOUT, 'node_modules', item.slice(0, at), 'package.json')
    const installed = existsSync(file)
      ? z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8')))
      : null
    if (installed?.version !== item.slice(at + 1))
      throw new EngineError(500, `the image needs ${item}, but ${installed?.version ?? 'nothing'} is installed here`)
  }
}

async function untar(tar: Buffer, dir: string): Promise<void> {
  const entries = extract()
  entries.end(tar)
  for await (const entry of entries) {
    const file = path.join(dir, entry.header.name)
    if (!file.startsWith(`${dir}${path.sep}`))
      throw new EngineError(500, `layer entry outside the image: ${entry.header.name}`)
    if (entry.header.type === 'directory') {
      mkdirSync(file, { recursive: true })
      entry.resume()
    } else if (entry.header.type === 'file') {
      const parts: Buffer[] = []
      for await (const part of entry) parts.push(part as Buffer)
      mkdirSync(path.dirname(file), { recursive: true })
      writeFileSync(file, Buffer.concat(parts))
    } else throw new EngineError(500, `layer entry of type ${entry.header.type} is not supported by this engine`)
  }
}
