/**
 * The OCI distribution API (pull side) over the images of the local cloud.
 * Source: https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Blob, BuiltImage } from './build.ts'

const ROUTE = /^\/v2\/(?<name>.+)\/(?<kind>manifests|blobs|tags)\/(?<reference>[^/]+)$/

interface Repository {
  manifests: Map<string, Blob>
  tags: Map<string, Blob>
  blobs: Map<string, Blob>
}

type Send = (status: number, headers: Record<string, string | number>, body: Buffer) => void

export function createRegistry(images: BuiltImage[]): Server {
  const repositories = indexByName(images)
  return createServer((request, response) => answer(request, response, repositories))
}

function indexByName(images: BuiltImage[]): Map<string, Repository> {
  const repositories = new Map<string, Repository>()
  for (const image of images) {
    const repository = repositories.get(image.name) ?? { manifests: new Map(), tags: new Map(), blobs: new Map() }
    repositories.set(image.name, repository)
    repository.manifests.set(image.manifest.digest, image.manifest)
    for (const tag of image.tags) repository.tags.set(tag, image.manifest)
    for (const blob of [image.config, image.layer]) repository.blobs.set(blob.digest, blob)
  }
  return repositories
}

function answer(request: IncomingMessage, response: ServerResponse, repositories: Map<string, Repository>): void {
  const url = new URL(request.url ?? '/', 'http://registry')
  const send: Send = (status, headers, body) => {
    response.writeHead(status, {
      'docker-distribution-api-version': 'registry/2.0',
      'content-length': body.length,
      ...headers,
    })
    response.end(request.method === 'HEAD' ? undefined : body)
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    request.resume()
    return void fail(send, 405, 'UNSUPPORTED', 'this registry is read-only')
  }
  if (url.pathname === '/v2/' || url.pathname === '/v2') return void sendJson(send, 200, {})
  if (url.pathname === '/v2/_catalog')
    return void sendJson(send, 200, { repositories: [...repositories.keys()].sort() })
  const { name = '', kind, reference = '' } = ROUTE.exec(url.pathname)?.groups ?? {}
  const repository = repositories.get(name)
  if (!kind) return void fail(send, 404, 'NAME_INVALID', 'no such path')
  if (!repository) return void fail(send, 404, 'NAME_UNKNOWN', `repository ${name} is not known to this registry`)
  if (kind === 'tags') return void sendTags(send, name, repository, url.searchParams)
  if (kind === 'manifests') {
    const manifest = repository.manifests.get(reference) ?? repository.tags.get(reference)
    if (!manifest) return void fail(send, 404, 'MANIFEST_UNKNOWN', `manifest ${reference} is unknown`)
    return void send(200, blobHeaders(manifest), manifest.content)
  }
  const blob = repository.blobs.get(reference)
  if (!blob) return void fail(send, 404, 'BLOB_UNKNOWN', `blob ${reference} is unknown`)
  sendBlob(send, blob, request.headers.range)
}

function blobHeaders(blob: Blob) {
  return { 'content-type': blob.mediaType, 'docker-content-digest': blob.digest, etag: `"${blob.digest}"` }
}

/** Blobs may be fetched in parts, so that a pull can go on where it broke off. */
function sendBlob(send: Send, blob: Blob, range: string | undefined): void {
  const headers = { ...blobHeaders(blob), 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes' }
  const parts = /^bytes=(\d+)-(\d*)$/.exec(range ?? '')
  if (!parts) return void send(200, headers, blob.content)
  const size = blob.content.length
  const first = Number(parts[1])
  const last = Math.min(parts[2] ? Number(parts[2]) : size - 1, size - 1)
  if (first > last) return void send(416, { 'content-range': `bytes */${size}` }, Buffer.alloc(0))
  const part = blob.content.subarray(first, last + 1)
  send(206, { ...headers, 'content-range': `bytes ${first}-${last}/${size}` }, part)
}

function sendTags(send: Send, name: string, repository: Repository, query: URLSearchParams): void {
  const after = query.get('last') ?? ''
  const limit = Number(query.get('n') ?? Number.POSITIVE_INFINITY)
  const all = [...repository.tags.keys()].sort().filter((tag) => tag > after)
  const tags = all.slice(0, limit)
  const more = tags.length < all.length && tags.length > 0
  const next: Record<string, string> = more
    ? { link: `</v2/${name}/tags/list?n=${limit}&last=${tags.at(-1)}>; rel="next"` }
    : {}
  sendJson(send, 200, { name, tags }, next)
}

function sendJson(send: Send, status: number, value: unknown, headers: Record<string, string> = {}): void {
  send(status, { 'content-type': 'application/json', ...headers }, Buffer.from(JSON.stringify(value)))
}

function fail(send: Send, status: number, code: string, message: string): void {
  sendJson(send, status, { errors: [{ code, message, detail: null }] })
}
