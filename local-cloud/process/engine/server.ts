/**
 * The Docker Engine API of one droplet: an HTTP server that listens nowhere. The droplet's SSH server hands it the
 * channels that were forwarded to /var/run/docker.sock.
 * Source: https://docs.docker.com/reference/api/engine/version/v1.47/
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { containerRoutes } from './container-routes.ts'
import type { EngineContext } from './context.ts'
import { badParameter, EngineError } from './errors.ts'
import { parseFilters } from './filters.ts'
import { findImage, inspectImage, listImages, removeImage } from './images.ts'
import {
  createNetwork,
  createNetworkBody,
  findNetwork,
  inspectNetwork,
  listNetworks,
  removeNetwork,
} from './networks.ts'
import { pullImage, readRegistryAuth, resolveManifest } from './pull.ts'
import { parseReference } from './reference.ts'
import { type Call, flag, match, parseBody, Reply, type Route, route, STREAMED } from './routes.ts'
import { API_VERSION, info, version } from './system.ts'
import { createVolume, createVolumeBody, findVolume, inspectVolume, listVolumes, removeVolume } from './volumes.ts'

const first = ({ params }: Call) => params[0] ?? ''
const pruneFilters = ['label', 'name', 'id', 'driver', 'scope', 'type', 'dangling']

const routes: Route[] = [
  route('GET', '/_ping', () => new Reply(200, 'OK')),
  route('HEAD', '/_ping', () => new Reply(200, '')),
  route('GET', '/version', version),
  route('GET', '/info', ({ ctx }) => info(ctx)),
  route('GET', '/images/json', ({ ctx }) => listImages(ctx)),
  route('POST', '/images/create', pull),
  route('GET', '/images/{…}/json', (call) => inspectImage(findImage(call.ctx, first(call)))),
  route('DELETE', '/images/{…}', (call) => removeImage(call.ctx, first(call), flag(call.query, 'force'))),
  route('GET', '/networks', ({ ctx, query }) => listNetworks(ctx, parseFilters(query.get('filters'), pruneFilters))),
  route(
    'POST',
    '/networks/create',
    async ({ ctx, body }) => new Reply(201, createNetwork(ctx, await body(createNetworkBody))),
  ),
  route('GET', '/networks/{}', (call) => inspectNetwork(call.ctx, findNetwork(call.ctx, first(call)))),
  route('DELETE', '/networks/{}', (call) => {
    removeNetwork(call.ctx, first(call))
    return new Reply(204)
  }),
  route('GET', '/volumes', ({ ctx, query }) => listVolumes(ctx, parseFilters(query.get('filters'), pruneFilters))),
  route(
    'POST',
    '/volumes/create',
    async ({ ctx, body }) => new Reply(201, inspectVolume(ctx, createVolume(ctx, await body(createVolumeBody)))),
  ),
  route('GET', '/volumes/{}', (call) => inspectVolume(call.ctx, findVolume(call.ctx, first(call)))),
  route('DELETE', '/volumes/{}', (call) => {
    removeVolume(call.ctx, first(call))
    return new Reply(204)
  }),
  ...containerRoutes,
]

async function pull({ ctx, query, request, response }: Call) {
  const from = query.get('fromImage')
  if (!from || !(response instanceof ServerResponse)) throw badParameter('fromImage is missing')
  const reference = parseReference(from, query.get('tag') ?? undefined)
  const auth = readRegistryAuth(request.headers['x-registry-auth'])
  const manifest = await resolveManifest(reference, auth)
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  response.writeHead(200, { 'content-type': 'application/json' })
  const progress = (line: object) => response.write(`${JSON.stringify(line)}\r\n`)
  try {
    await pullImage(ctx, reference, manifest, { auth, progress, signal: gone.signal })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    progress({ errorDetail: { message }, error: message })
  }
  response.end()
  return STREAMED
}

export function createEngineServer(ctx: EngineContext): Server {
  const server = createServer((request, response) => void handle(ctx, request, response, Buffer.alloc(0)))
  server.on('upgrade', (request, socket, head) => void upgrade(ctx, request, socket, head))
  // Hijacked and followed streams may be silent for hours.
  Object.assign(server, { requestTimeout: 0, timeout: 0, keepAliveTimeout: 0 })
  return server
}

/**
 * The request of a hijack has a body before its raw stream starts. Node up to 24 leaves it on the connection; later
 * ones read it as the request's own, and the request is not complete yet.
 */
async function upgrade(ctx: EngineContext, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  if (!request.complete) {
    request.resume()
    await once(request, 'end')
    return handle(ctx, request, socket, head)
  }
  const length = Number(request.headers['content-length'] ?? 0)
  let bytes = head
  while (bytes.length < length) {
    const chunk: Buffer | null = await new Promise((resolve) => {
      socket.once('data', resolve)
      socket.once('close', () => resolve(null))
    })
    socket.pause()
    if (!chunk) return
    bytes = Buffer.concat([bytes, chunk])
  }
  await handle(ctx, request, socket, bytes.subarray(length))
}

async function handle(ctx: EngineContext, request: IncomingMessage, response: ServerResponse | Duplex, head: Buffer) {
  try {
    const url = new URL(request.url ?? '/', 'http://docker')
    const found = match(routes, request.method ?? 'GET', url.pathname)
    if (!found) throw new EngineError(404, 'page not found')
    const result = await found.handler({
      ctx,
      request,
      response,
      head,
      query: url.searchParams,
      params: found.params,
      body: (schema) => parseBody(request, schema),
    })
    if (result !== STREAMED) send(response, result instanceof Reply ? result : new Reply(200, result))
  } catch (error) {
    const known = error instanceof EngineError
    if (!known)
      ctx.options.log(`engine ${request.method} ${request.url}: ${error instanceof Error ? error.stack : error}`)
    send(
      response,
      new Reply(known ? error.status : 500, { message: error instanceof Error ? error.message : 'unknown' }),
    )
  }
}

function send(response: ServerResponse | Duplex, reply: Reply): void {
  const text =
    reply.value === undefined ? '' : typeof reply.value === 'string' ? reply.value : JSON.stringify(reply.value)
  const headers: Record<string, string | number> = {
    'api-version': API_VERSION,
    ostype: 'linux',
    server: 'Docker (local-cloud)',
    ...(text ? { 'content-type': typeof reply.value === 'string' ? 'text/plain' : 'application/json' } : {}),
    ...(reply.status === 204 || reply.status === 304 ? {} : { 'content-length': Buffer.byteLength(text) }),
  }
  if (response instanceof ServerResponse) {
    if (response.headersSent) return void response.destroy()
    response.writeHead(reply.status, headers)
    return void response.end(text)
  }
  const lines = Object.entries({ ...headers, connection: 'close' }).map(([key, value]) => `${key}: ${value}\r\n`)
  response.end(`HTTP/1.1 ${reply.status} ${reply.status < 400 ? 'OK' : 'Error'}\r\n${lines.join('')}\r\n${text}`)
}
