/**
 * Streamable HTTP in front of containers that exchange messages (stdio, or event streams): which channel answers which
 * request. Only stdio knows the stateless era and a process that all clients share.
 */
import { BerthError } from '#server/errors.ts'
import { accepts, openAnswer } from './answer.ts'
import { type BridgedSession, createBridgedSession } from './bridged-session.ts'
import { type Channel, ChannelEnd, WrongServer } from './channel.ts'
import type { EndedIds } from './ended-ids.ts'
import { type Exchange, header, readMessages } from './exchange.ts'
import {
  FIRST_STATELESS_VERSION,
  isRequest,
  isResponse,
  isStatelessVersion,
  metaOf,
  RPC,
  type RpcMessage,
  type RpcRequest,
  refuse,
  refuseUnknownSession,
  VERSION_META,
} from './json-rpc.ts'
import { isShared } from './launch-process.ts'
import type { GatewayLimits } from './limits.ts'
import type { Backend } from './port.ts'
import { recordable, type SessionIds, type SessionTicket } from './session-ids.ts'
import type { SessionStore } from './sessions.ts'
import { createSharedProcess, type SharedClient, type SharedProcess } from './shared-process.ts'
import { createStatelessProcess, type StatelessProcess } from './stateless-process.ts'

export type BridgedLive = BridgedSession | StatelessProcess | SharedClient

export interface Bridge {
  serve(x: Exchange): Promise<void>
  /** Ends what the deployment's shared process holds. */
  drop(deploymentId: string): Promise<void>
  close(): Promise<void>
}

interface BridgeOptions {
  /** @throws BerthError, ChannelEnd */
  launch(backend: Backend): Promise<Channel>
  /** How many channels one container gets. */
  channelsMax: number
  store: SessionStore<BridgedLive>
  ids: SessionIds
  limits: GatewayLimits
  now: () => number
  ended: EndedIds
}

export function createBridge(o: BridgeOptions): Bridge {
  const shared = new Map<string, SharedProcess>()

  /** Its caller counts as costly from here on, so that a burst can't pass the bound. */
  async function boundedLaunch(backend: Backend): Promise<Channel> {
    const room = o.store.makeRoom(backend.deploymentId, o.channelsMax)
    if (!room) throw new BerthError('DEPLOYMENT_NOT_SERVING', 'All sessions of this server are busy: try again soon.')
    await room
    return o.launch(backend)
  }

  const common = { limits: o.limits, now: o.now }

  function stateless(x: Exchange): StatelessProcess {
    const { backend, tokenId } = x.grant
    const owner = isShared(backend) ? 'all' : tokenId
    const id = `stateless ${backend.deploymentId} ${owner}`
    const known = o.store.get(id)
    if (known?.kind === 'stateless') return known
    const made = createStatelessProcess({
      ...common,
      id,
      deploymentId: backend.deploymentId,
      tokenId: owner,
      launch: boundedLaunch,
    })
    o.store.add(made)
    return made
  }

  function sharedOf(backend: Backend): SharedProcess {
    const known = shared.get(backend.deploymentId)
    if (known) return known
    const made = createSharedProcess({ ...common, deploymentId: backend.deploymentId, launch: o.launch })
    shared.set(backend.deploymentId, made)
    return made
  }

  function makeSession(id: string, ticket: SessionTicket, backend: Backend): BridgedSession | SharedClient {
    const { deploymentId, tokenId } = ticket
    const made = isShared(backend)
      ? sharedOf(backend).client(id, tokenId)
      : createBridgedSession({
          ...common,
          id,
          deploymentId,
          tokenId,
          recorded: ticket.initialize,
          launch: boundedLaunch,
        })
    // Clients of a shared process cost it nothing, so nothing else bounds how many are remembered.
    o.store.trim(deploymentId, o.limits.sessionsMax - 1)
    o.store.add(made)
    return made
  }

  /** The session that the request names, brought back if it was put away; null answers 404. */
  function sessionOf(x: Exchange, id: string): BridgedSession | SharedClient | null {
    const { backend, tokenId } = x.grant
    const ticket = o.ids.open(id)
    if (!ticket || ticket.deploymentId !== backend.deploymentId || ticket.tokenId !== tokenId) return null
    if (o.ended.has(id)) return null
    const known = o.store.get(id)
    if (known) return known.kind === 'stateless' ? null : known
    return ticket.initialize ? makeSession(id, ticket, backend) : null
  }

  async function initialize(x: Exchange, request: RpcRequest): Promise<void> {
    const { backend, tokenId } = x.grant
    const ticket = { deploymentId: backend.deploymentId, tokenId, initialize: recordable(request.params ?? {}) }
    const id = o.ids.seal(ticket)
    const session = makeSession(id, ticket, backend)
    try {
      const spare = o.store.get(`stateless ${backend.deploymentId} ${tokenId}`)
      const channel = spare?.kind === 'stateless' ? spare.takeSpare(backend) : undefined
      const response =
        session.kind === 'shared'
          ? await sharedOf(backend).initialize(backend, request)
          : await session.initialize(backend, request, channel)
      const answer = openAnswer(x.req, x.res, {
        ids: [request.id],
        batch: false,
        keepAliveMs: o.limits.keepAliveMs,
        stallMs: o.limits.stallMs,
        headers: response.error ? {} : { 'mcp-session-id': id },
        onBlocked: () => {},
        onClose: () => {},
      })
      answer.respond(response)
      if (!response.error && !x.res.destroyed) return
    } catch (error) {
      x.grant.onError?.(error)
      const known = error instanceof BerthError || error instanceof ChannelEnd
      if (!known) throw error
      refuse(x.res, error instanceof WrongServer ? 502 : 503, RPC.server, error.message, {
        id: request.id,
        headers: { 'retry-after': '2' },
      })
    }
    o.store.remove(session)
    await session.end()
  }

  async function post(x: Exchange): Promise<void> {
    const { req, res, grant } = x
    const wants = accepts(req)
    if (!wants.json && !wants.stream)
      return refuse(res, 406, RPC.server, 'Accept must name application/json and text/event-stream.')
    const read = await readMessages(x, { bytesMax: o.limits.bodyBytesMax, batchMax: o.limits.batchMax })
    if (!read) return
    const { messages, batch } = read
    const [first] = messages
    if (!first) return
    if (isStateless(req.headers['mcp-protocol-version'], first)) return postStateless(x, messages)
    const onlyId = isRequest(first) ? first.id : null
    // One process for all clients speaks one era: the one that the health check found.
    if (isShared(grant.backend) && grant.era === 'stateless')
      return refuse(res, 400, RPC.unsupportedVersion, 'Unsupported protocol version: this server has no sessions.', {
        id: onlyId,
        data: { supported: [grant.protocolVersion ?? FIRST_STATELESS_VERSION] },
      })
    if (isRequest(first) && first.method === 'initialize' && messages.length === 1) return initialize(x, first)
    if (messages.some((m) => isRequest(m) && m.method === 'initialize'))
      return refuse(res, 400, RPC.invalidRequest, 'initialize must come alone.')
    const id = header(req, 'mcp-session-id')
    if (!id) return refuse(res, 400, RPC.server, 'Bad Request: Mcp-Session-Id header is required', { id: onlyId })
    const session = sessionOf(x, id)
    if (!session) return refuseUnknownSession(res)
    session.post(grant.backend, { req, res, messages, batch, onError: grant.onError })
  }

  function postStateless(x: Exchange, messages: RpcMessage[]): void {
    const { req, res, grant } = x
    const [message] = messages
    if (!message || messages.length > 1)
      return void refuse(res, 400, RPC.invalidRequest, 'This revision has no batches.')
    const id = isRequest(message) ? message.id : null
    if (isResponse(message))
      return void refuse(res, 400, RPC.invalidRequest, 'This revision has no responses from clients.')
    if (!isRequest(message)) return void res.writeHead(202).end()
    const mismatch = headerMismatch(x, message)
    if (mismatch) return void refuse(res, 400, RPC.headerMismatch, mismatch, { id })
    stateless(x).post(grant.backend, { req, res, request: message, onError: grant.onError })
  }

  return {
    async serve(x) {
      const { req, res } = x
      if (req.method === 'POST') return post(x)
      const id = header(req, 'mcp-session-id')
      if (req.method === 'GET' && !accepts(req).stream)
        return refuse(res, 406, RPC.server, 'Accept must name text/event-stream.')
      if (isStatelessVersion(header(req, 'mcp-protocol-version')))
        return refuse(res, 405, RPC.server, 'Method not allowed.', { headers: { allow: 'POST' } })
      if (!id) return refuse(res, 400, RPC.server, 'Bad Request: Mcp-Session-Id header is required')
      const session = sessionOf(x, id)
      if (!session) return refuseUnknownSession(res)
      if (req.method === 'GET') return session.stream(res)
      o.ended.add(id)
      o.store.remove(session)
      const ending = session.end()
      res.writeHead(200).end()
      await ending
    },
    async drop(deploymentId) {
      const process = shared.get(deploymentId)
      shared.delete(deploymentId)
      await process?.close()
    },
    async close() {
      await Promise.all([...shared.values()].map((process) => process.close()))
      shared.clear()
    },
  }
}

/** The body decides, the header must agree: the envelope names the revision in this era. */
const isStateless = (version: string | string[] | undefined, message: RpcMessage): boolean => {
  const claimed = 'method' in message ? metaOf(message.params)?.[VERSION_META] : undefined
  if (typeof claimed === 'string') return isStatelessVersion(claimed)
  return isStatelessVersion(Array.isArray(version) ? version[0] : version)
}

const NAME_SOURCE: Record<string, string> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
}

/** Intermediaries decide by these headers, so they must say what the body says. */
function headerMismatch(x: Exchange, request: RpcRequest): string | null {
  const claimed = metaOf(request.params)?.[VERSION_META]
  if (claimed !== undefined && header(x.req, 'mcp-protocol-version') !== claimed)
    return 'MCP-Protocol-Version differs from the version that the body names.'
  if (header(x.req, 'mcp-method') !== request.method) return 'Mcp-Method differs from the method that the body names.'
  const source = NAME_SOURCE[request.method]
  const named = source === undefined ? undefined : request.params?.[source]
  if (typeof named !== 'string') return null
  const given = header(x.req, 'mcp-name')
  const encoded = /^=\?base64\?(.*)\?=$/i.exec(given ?? '')
  const decoded = encoded ? Buffer.from(encoded[1] ?? '', 'base64').toString('utf8') : given
  return decoded === named ? null : 'Mcp-Name differs from the name that the body names.'
}
