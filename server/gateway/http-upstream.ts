/** Requests to a container that speaks HTTP: through the droplet's agent, under headers of an allow-list. */
import http, { type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { EnginePool } from '#server/engine/port.ts'
import { BerthError } from '#server/errors.ts'
import type { Backend } from './port.ts'

export interface UpstreamRequest {
  method: string
  /** Absent means the transport's own. */
  path?: string
  headers: OutgoingHttpHeaders
  body?: Buffer
  /** What follows `body` and is not read yet. */
  rest?: Readable
  signal?: AbortSignal
  /** May the call be made again when the connection was lost before an answer began? */
  repeatable: boolean
}

export interface Upstream {
  /**
   * Resolves with the answer's head. Waits up to the reconnect deadline for a container that is not listening.
   * @throws BerthError DEPLOYMENT_NOT_SERVING, or the abort reason
   */
  request(backend: Backend, request: UpstreamRequest): Promise<IncomingMessage>
  /** Is a kept connection open? It ends with the server's process, so then the server is alive. */
  connected(backend: Backend): Promise<boolean>
}

/** The only headers of a client that a container sees: never its bearer token or cookies. */
const TO_BACKEND =
  /^(accept|accept-language|content-type|content-encoding|last-event-id|user-agent|traceparent|tracestate|baggage|mcp-protocol-version|mcp-method|mcp-name|mcp-param-[\w-]+)$/
/** The only headers of a container that a client sees. */
const TO_CLIENT =
  /^(content-type|content-length|content-encoding|cache-control|retry-after|allow|vary|x-accel-buffering|mcp-protocol-version)$/

const pick = (headers: IncomingHttpHeaders, allowed: RegExp): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name, value]) => value !== undefined && allowed.test(name)))

export const headersToBackend = (headers: IncomingHttpHeaders): OutgoingHttpHeaders => pick(headers, TO_BACKEND)
export const headersToClient = (headers: IncomingHttpHeaders): OutgoingHttpHeaders => pick(headers, TO_CLIENT)

/** Between two attempts at a container that does not listen: a tenth of the time waited so far, within these. */
const RETRY_MIN_MS = 15
const RETRY_MAX_MS = 400
/** Between two looks at its state. */
const LOOK_MS = 1000

export function createUpstream(o: { engines: Pick<EnginePool, 'engine'>; reconnectMs: number }): Upstream {
  /** Docker gives a restarted container another host port: container id → the port seen last. */
  const moved = new Map<string, number>()

  function portOf(backend: Backend): number {
    const hostPort = moved.get(backend.containerId) ?? backend.hostPort
    if (hostPort === null) throw new BerthError('DEPLOYMENT_NOT_SERVING', 'The server has no port.')
    return hostPort
  }

  async function once(backend: Backend, r: UpstreamRequest): Promise<IncomingMessage> {
    const { transport } = backend
    if (transport.type === 'stdio') throw new Error('not an HTTP container')
    const hostPort = portOf(backend)
    const engine = await o.engines.engine(backend.dropletId)
    return new Promise((resolve, reject) => {
      const upstream = http.request({
        agent: engine.agentFor(hostPort),
        host: '127.0.0.1',
        port: hostPort,
        method: r.method,
        path: r.path ?? transport.path,
        headers: {
          ...r.headers,
          // What the server thinks it is: many check it against DNS rebinding.
          host: `127.0.0.1:${transport.port}`,
          ...(r.body && !r.rest && { 'content-length': r.body.length }),
        },
        ...(r.signal && { signal: r.signal }),
      })
      upstream.setNoDelay(true)
      upstream.once('response', resolve)
      upstream.once('error', reject)
      if (r.rest) {
        if (r.body) upstream.write(r.body)
        r.rest.pipe(upstream)
      } else upstream.end(r.body)
    })
  }

  async function lookAgain(backend: Backend): Promise<void> {
    if (backend.transport.type === 'stdio') return
    const engine = await o.engines.engine(backend.dropletId)
    const container = await engine.container(backend.containerId)
    if (!container || container.state === 'exited' || container.state === 'dead')
      throw new BerthError('DEPLOYMENT_NOT_SERVING', "The server's container is not running.")
    const port = container.hostPorts[backend.transport.port]
    if (port !== undefined && port !== backend.hostPort) moved.set(backend.containerId, port)
  }

  return {
    async connected(backend) {
      const engine = await o.engines.engine(backend.dropletId)
      const { freeSockets } = engine.agentFor(portOf(backend))
      return Object.values(freeSockets).some((sockets) => sockets && sockets.length > 0)
    },
    async request(backend, r) {
      const startedAt = performance.now()
      let lookedAt = Number.NEGATIVE_INFINITY
      for (;;) {
        try {
          return await once(backend, r)
        } catch (error) {
          if (r.signal?.aborted || error instanceof BerthError) throw error
          const unsent = wasRefused(error) && !r.rest
          if (!unsent && !(r.repeatable && wasLost(error) && !r.rest)) throw lostError(error)
          if (performance.now() - startedAt > o.reconnectMs) throw lostError(error)
        }
        if (performance.now() - lookedAt > LOOK_MS) {
          await lookAgain(backend)
          lookedAt = performance.now()
        }
        const waited = performance.now() - startedAt
        await pause(Math.min(Math.max(waited / 10, RETRY_MIN_MS), RETRY_MAX_MS), undefined, { signal: r.signal })
      }
    },
  }
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code
/** RFC 4254, 5.1: the droplet's sshd could not connect to the port. */
const SSH_OPEN_CONNECT_FAILED = 2
/** Nobody listened: the call can't have run. */
const wasRefused = (error: unknown): boolean =>
  codeOf(error) === 'ECONNREFUSED' || (error as { reason?: unknown }).reason === SSH_OPEN_CONNECT_FAILED
/** The connection ended before an answer: the call may have run. */
const wasLost = (error: unknown): boolean => ['ECONNRESET', 'EPIPE', 'ECONNABORTED'].includes(String(codeOf(error)))

const lostError = (cause: unknown): BerthError =>
  new BerthError('DEPLOYMENT_NOT_SERVING', 'The connection to the server was lost: the call may or may not have run.', {
    cause,
  })
