/**
 * Streamable HTTP in front of streamable-HTTP containers: bytes pass untouched both ways, at the speed of the slower
 * side. Only the session id in the headers is the gateway's own.
 */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { BerthError } from '#server/errors.ts'
import type { EndedIds } from './ended-ids.ts'
import { type Body, type Exchange, header, readBody } from './exchange.ts'
import { createHttpSession, type HttpSession, SessionLost } from './http-session.ts'
import { headersToBackend, headersToClient, type Upstream } from './http-upstream.ts'
import {
  asMessage,
  errorResponse,
  isRequest,
  isStatelessVersion,
  type Params,
  parseJson,
  RPC,
  type RpcId,
  type RpcMessage,
  refuse,
  refuseUnknownSession,
} from './json-rpc.ts'
import type { GatewayLimits } from './limits.ts'
import type { Backend } from './port.ts'
import { recordable, type SessionIds, type SessionTicket } from './session-ids.ts'
import type { SessionStore } from './sessions.ts'

export interface HttpPipe {
  serve(x: Exchange): Promise<void>
}

interface PipeOptions {
  upstream: Upstream
  store: SessionStore<HttpSession>
  ids: SessionIds
  limits: GatewayLimits
  now: () => number
  ended: EndedIds
}

/** An error answer up to this size is looked at before it is passed on. */
const ERROR_BYTES_MAX = 64 * 1024

export function createHttpPipe(o: PipeOptions): HttpPipe {
  function makeSession(id: string, ticket: SessionTicket): HttpSession {
    const { deploymentId, tokenId, initialize } = ticket
    const { upstream, limits, now } = o
    const made = createHttpSession({ id, deploymentId, tokenId, recorded: initialize, upstream, limits, now })
    o.store.add(made)
    return made
  }

  /** The session that the request names, brought back if it was put away; null answers 404. */
  function sessionOf(x: Exchange, id: string): HttpSession | null {
    const { backend, tokenId } = x.grant
    const ticket = o.ids.open(id)
    if (!ticket || ticket.deploymentId !== backend.deploymentId || ticket.tokenId !== tokenId) return null
    if (o.ended.has(id)) return null
    const known = o.store.get(id)
    if (known) return known
    if (!ticket.initialize) return null
    void o.store.makeRoom(backend.deploymentId, o.limits.sessionsMax)
    return makeSession(id, ticket)
  }

  /** Without a session: the stateless era, the first `initialize`, and servers that keep none. */
  async function plain(x: Exchange, body: Body | null): Promise<void> {
    const { req, res, grant } = x
    const gone = whenGone(res)
    const message = lazyMessage(body)
    const head = await o.upstream.request(grant.backend, {
      method: req.method ?? 'GET',
      headers: headersToBackend(req.headers),
      ...bodyOf(req, body),
      signal: gone,
      repeatable: mayRepeat(message()),
    })
    const headers = headersToClient(head.headers)
    const backendId = head.headers['mcp-session-id']
    if (typeof backendId === 'string') {
      const params = recordable(initializeParams(message()))
      const ticket = { deploymentId: grant.backend.deploymentId, tokenId: grant.tokenId, initialize: params }
      const id = o.ids.seal(ticket)
      void o.store.makeRoom(ticket.deploymentId, o.limits.sessionsMax)
      makeSession(id, ticket).opened(grant.backend, backendId)
      headers['mcp-session-id'] = id
    }
    relay(head, res, headers, message)
  }

  async function inSession(x: Exchange, session: HttpSession, body: Body | null): Promise<void> {
    const { req, res, grant } = x
    if (res.destroyed) return
    const message = lazyMessage(body)
    const finished = session.begin(req.method === 'GET')
    res.once('close', finished)
    const gone = whenGone(res)
    if (req.method === 'POST' && !mayRepeat(message())) await ensureAlive(session, grant.backend)
    for (let again = body?.complete ?? true; ; again = false) {
      const backendId = await session.backendId(grant.backend)
      const version = header(req, 'mcp-protocol-version')
      // The new container speaks another revision than the client agreed on: only a new start can settle that.
      if (version && session.protocolVersion && version !== session.protocolVersion) throw new SessionLost()
      const head = await o.upstream.request(grant.backend, {
        method: req.method ?? 'GET',
        headers: { ...headersToBackend(req.headers), 'mcp-session-id': backendId },
        ...bodyOf(req, body),
        signal: gone,
        repeatable: req.method !== 'POST' || mayRepeat(message()),
      })
      const headers: OutgoingHttpHeaders = { ...headersToClient(head.headers), 'mcp-session-id': session.id }
      if (head.statusCode !== 404 && head.statusCode !== 400) return relay(head, res, headers, message)
      const error = await readBody(head, ERROR_BYTES_MAX)
      if (again && (head.statusCode === 404 || (await session.isLost(grant.backend, backendId)))) {
        session.invalidate(backendId)
        continue
      }
      res.writeHead(head.statusCode, headers)
      if (error.complete) return void res.end(error.bytes)
      res.write(error.bytes)
      return void head.pipe(res)
    }
  }

  /**
   * A tool call can't be made twice, so a server that just restarts must be noticed before it: without a connection
   * that is known to live, a ping goes first, and that one may wait and repeat.
   */
  async function ensureAlive(session: HttpSession, backend: Backend): Promise<void> {
    if (await o.upstream.connected(backend)) return
    const backendId = await session.backendId(backend)
    if (await session.isLost(backend, backendId)) session.invalidate(backendId)
  }

  async function end(x: Exchange, id: string, session: HttpSession): Promise<void> {
    o.ended.add(id)
    o.store.remove(session)
    await session.end()
    x.res.writeHead(200).end()
  }

  async function route(x: Exchange): Promise<void> {
    const { req, res } = x
    const post = req.method === 'POST'
    const stateless = isStatelessVersion(header(req, 'mcp-protocol-version'))
    const body = post ? await readBody(req, o.limits.bodyBytesMax) : null
    const id = stateless ? undefined : header(req, 'mcp-session-id')
    if (id === undefined) return plain(x, body)
    const message = lazyMessage(body)()
    if (message && isRequest(message) && message.method === 'initialize') return plain(x, body)
    const session = sessionOf(x, id)
    if (!session) return refuseUnknownSession(res)
    return req.method === 'DELETE' ? end(x, id, session) : inSession(x, session, body)
  }

  return {
    async serve(x) {
      try {
        await route(x)
      } catch (error) {
        x.grant.onError?.(error)
        if (x.res.destroyed) return
        if (error instanceof SessionLost) return refuseUnknownSession(x.res)
        if (!(error instanceof BerthError)) throw error
        refuse(x.res, 503, RPC.server, error.message, { headers: { 'retry-after': '2' } })
      }
    },
  }
}

/** Passes an answer on as it comes. A stream that breaks off gets an error in place of the answer it owed. */
function relay(
  head: IncomingMessage,
  res: ServerResponse,
  headers: OutgoingHttpHeaders,
  message: () => RpcMessage | null,
): void {
  if (res.destroyed) return void head.destroy()
  res.writeHead(head.statusCode ?? 502, headers)
  res.flushHeaders()
  head.once('error', () => {})
  head.once('close', () => {
    if (head.complete || res.destroyed) return
    const asked = message()
    const owed: RpcId | null = asked && isRequest(asked) ? asked.id : null
    const streamed = String(headers['content-type'] ?? '').startsWith('text/event-stream')
    if (!streamed || owed === null) return void res.destroy()
    const error = errorResponse(owed, RPC.server, 'The connection to the server was lost.')
    res.end(`\n\nevent: message\ndata: ${JSON.stringify(error)}\n\n`)
  })
  head.pipe(res)
}

function whenGone(res: ServerResponse): AbortSignal {
  const gone = new AbortController()
  res.once('close', () => gone.abort())
  if (res.destroyed) gone.abort()
  return gone.signal
}

const bodyOf = (req: IncomingMessage, body: Body | null) =>
  body ? { body: body.bytes, ...(!body.complete && { rest: req }) } : {}

/** Parsed only when something depends on it; a batch or a large body is none. */
function lazyMessage(body: Body | null): () => RpcMessage | null {
  let parsed: RpcMessage | null | undefined
  return () => {
    if (parsed === undefined) parsed = body?.complete ? asMessage(parseJson(body.bytes.toString('utf8'))) : null
    return parsed
  }
}

/** A tool may do anything, so its call is never made twice; everything else only reads or sets. */
const mayRepeat = (message: RpcMessage | null): boolean =>
  message !== null && 'method' in message && message.method !== 'tools/call'

const initializeParams = (message: RpcMessage | null): Params | null =>
  message && isRequest(message) && message.method === 'initialize' ? (message.params ?? {}) : null
