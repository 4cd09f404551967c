/**
 * The OCI distribution client (`port.ts`). Everything that is named by a digest is checked against it, so no registry,
 * mirror or CDN on the way can give another image than the one that was asked for.
 */
import { BerthError } from '#server/errors.ts'
import type { Ask } from './ask.ts'
import { broken, denied } from './auth.ts'
import {
  ACCEPT,
  chooseManifest,
  type Descriptor,
  type Document,
  digestOf,
  platformMissing,
  platformsOf,
  readConfig,
  readDocument,
  requireContainerImage,
  SHA256,
} from './manifest.ts'
import type { CredentialsFor, RegistryClient } from './port.ts'
import { canonical, type ImageReference, parseReference } from './reference.ts'
import { createSignatures } from './signatures.ts'
import { createTransport } from './transport.ts'

export interface RegistryClientOptions {
  ask: Ask
  /** Asked anew when a registry wants to know who asks. */
  credentialsFor: CredentialsFor
  /** For one request. */
  timeoutMs?: number
  /** For one method, whatever it takes. */
  deadlineMs?: number
  now?: () => number
}

const TIMEOUT_MS = 8000
const DEADLINE_MS = 25_000
/** The specification has registries take manifests of 4 MiB; configs with long histories stay below, too. */
const DOCUMENT_BYTES_MAX = 4 * 2 ** 20

/** What `signatures.ts` reads with as well. */
export interface Reader {
  /** @returns null when there is none. */
  document(at: ImageReference, reference: string, signal: AbortSignal): Promise<Document | null>
  blob(at: ImageReference, blob: Descriptor, signal: AbortSignal): Promise<Buffer>
  /** Whatever the registry answers below the repository. */
  get(at: ImageReference, path: string, accept: string, signal: AbortSignal): Promise<Response>
}

export function createRegistryClient(o: RegistryClientOptions): RegistryClient {
  const { timeoutMs = TIMEOUT_MS, deadlineMs = DEADLINE_MS, now = Date.now, ask, credentialsFor } = o
  const transport = createTransport({ ask, credentialsFor, timeoutMs, now })

  const within = (signal: AbortSignal | undefined): AbortSignal => {
    const deadline = AbortSignal.timeout(deadlineMs)
    return signal ? AbortSignal.any([signal, deadline]) : deadline
  }

  const reader: Reader = {
    async document(at, reference, signal) {
      const response = await transport({
        ...at,
        path: `manifests/${reference}`,
        accept: ACCEPT,
        bodyBytesMax: DOCUMENT_BYTES_MAX,
        signal,
      })
      if (response.status === 404) return null
      requireOk(response, at)
      const bytes = Buffer.from(await response.arrayBuffer())
      const document = readDocument(bytes, response.headers.get('content-type'), canonical(at))
      const wanted = SHA256.test(reference) ? reference : response.headers.get('docker-content-digest')
      if (wanted && SHA256.test(wanted)) requireDigest(at, wanted, document.digest)
      return document
    },
    async blob(at, { digest, size }, signal) {
      if (!SHA256.test(digest)) throw broken(urlOf(at), `names ${canonical(at)} by a digest other than SHA-256`)
      if (size > DOCUMENT_BYTES_MAX) throw broken(urlOf(at), `has a part of ${canonical(at)} that is too long to read`)
      const response = await transport({
        ...at,
        path: `blobs/${digest}`,
        bodyBytesMax: DOCUMENT_BYTES_MAX,
        signal,
      })
      if (response.status === 404) throw broken(urlOf(at), `lacks a part of ${canonical(at)}`)
      requireOk(response, at)
      const bytes = Buffer.from(await response.arrayBuffer())
      requireDigest(at, digest, digestOf(bytes))
      return bytes
    },
    get: (at, path, accept, signal) => transport({ ...at, path, accept, bodyBytesMax: DOCUMENT_BYTES_MAX, signal }),
  }
  const signatures = createSignatures(reader)

  async function inspect(image: string, signal: AbortSignal) {
    const at = parseReference(image)
    const name = canonical(at)
    const top = (await reader.document(at, at.reference, signal)) ?? missing(at)
    const chosen = top.kind === 'index' ? chooseManifest(top.manifests, name) : null
    const manifest = chosen ? ((await reader.document(at, chosen.digest, signal)) ?? missing(at)) : top
    if (manifest.kind === 'index') throw broken(urlOf(at), `leads from one index of ${name} to another`)
    requireContainerImage(manifest.config, name)
    const config = readConfig(await reader.blob(at, manifest.config, signal), name)
    const own = { os: config.os, architecture: config.architecture }
    if (own.os !== 'linux' || own.architecture !== 'amd64') throw platformMissing(name, [own])
    const layers = manifest.layers.map(({ digest, size, mediaType }) => ({ digest, size, mediaType }))
    return {
      reference: image,
      canonical: name,
      digest: top.digest,
      manifestDigest: manifest.digest,
      mediaType: top.mediaType,
      platforms: top.kind === 'index' ? platformsOf(top.manifests) : [own],
      compressedBytes: layers.reduce((bytes, { size }) => bytes + size, manifest.config.size),
      layers,
      config,
    }
  }

  async function digest(image: string, signal: AbortSignal): Promise<string> {
    const at = parseReference(image)
    const head = await transport({
      ...at,
      path: `manifests/${at.reference}`,
      method: 'HEAD',
      accept: ACCEPT,
      signal,
    })
    if (head.status === 404) missing(at)
    // 405: a registry that answers no HEAD.
    if (head.status !== 405) requireOk(head, at)
    const said = head.headers.get('docker-content-digest')
    if (head.ok && said && SHA256.test(said)) {
      if (at.digest) requireDigest(at, at.digest, said)
      return said
    }
    return ((await reader.document(at, at.reference, signal)) ?? missing(at)).digest
  }

  return {
    inspect: (image, { signal } = {}) => inspect(image, within(signal)),
    digest: (image, { signal } = {}) => digest(image, within(signal)),
    signatures: (image, signed, { signal } = {}) => signatures(parseReference(image), signed, within(signal)),
    async signIn(registry, credentials, { signal } = {}) {
      let proven = false
      const onAuthorized = () => {
        proven = true
      }
      const root = { registry, repository: null, path: '', credentials, onAuthorized }
      const response = await transport({ ...root, signal: within(signal) })
      const url = new URL(response.url)
      if (response.status === 401 || response.status === 403) throw denied(url)
      if (!response.ok) throw broken(url, 'is no image registry')
      return { proven }
    },
  }
}

const urlOf = ({ registry }: ImageReference): URL => new URL(`https://${registry}/`)

function missing(at: ImageReference): never {
  throw new BerthError('IMAGE_NOT_FOUND', `${canonical(at)} is not in its registry.`)
}

/** @throws IMAGE_NOT_FOUND, REGISTRY_REFUSED */
function requireOk({ ok, status }: Response, at: ImageReference): void {
  if (ok) return
  if (status === 401 || status === 403)
    throw new BerthError('IMAGE_NOT_FOUND', `${canonical(at)} is private or does not exist.`, {
      action: 'Check the image reference, or store credentials under Templates, Registries.',
    })
  throw broken(urlOf(at), `answered ${status} for ${canonical(at)}`)
}

function requireDigest(at: ImageReference, wanted: string, got: string): void {
  if (wanted !== got) throw broken(urlOf(at), `gave something else than ${wanted} for ${canonical(at)}`)
}
