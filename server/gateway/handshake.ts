/**
 * The health check: an MCP client that speaks both eras, to the gateway's own request path. The connection is a pair of
 * streams inside this process, and its grant is a value in a closure: there is no credential that could leak.
 */
import { randomUUID } from 'node:crypto'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { type Duplex, duplexPair } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { ToolSummary } from '#db/schema/deployments.ts'
import { BerthError } from '#server/errors.ts'
import { storable } from '#server/storable.ts'
import type { Exchange, Grant } from './exchange.ts'
import {
  CLIENT_CAPABILITIES_META,
  CLIENT_INFO_META,
  errorResponse,
  FIRST_STATELESS_VERSION,
  isStatelessVersion,
  LAST_SESSION_VERSION,
  type Params,
  RPC,
  type RpcResponse,
  VERSION_META,
} from './json-rpc.ts'
import type { Backend, Handshake } from './port.ts'
import { readAnswer } from './read-answer.ts'
import { ProcessEnd } from './stdio-channel.ts'

interface HandshakeOptions {
  signal: AbortSignal
  deadlineMs: number
  serve(x: Exchange): void
  /** Settles when the backend can't answer any more, with the reason (its container exited). */
  exited(signal: AbortSignal): Promise<string>
  /** Ends what the handshake left behind. */
  cleanUp(tokenId: string): void
}

const CLIENT_INFO = { name: 'berth-health-check', version: '1.0.0' }
/** A server that ignores a request it does not know gets this long before the older greeting. */
const PROBE_MS = 5000
const ANSWER_BYTES_MAX = 16 * 2 ** 20
/** A server with more pages or tools than this is cut off: the list is for people. */
const PAGES_MAX = 50
const TOOLS_MAX = 1000
/** All of them together: they are stored with the deployment, and drawn. */
const TOOLS_BYTES_MAX = 4 * 2 ** 20
const RETRY_MIN_MS = 20
const RETRY_MAX_MS = 250

interface Reply {
  status: number
  sessionId: string | null
  response: RpcResponse | null
}

/** @throws BerthError HEALTH_CHECK_FAILED with what was seen, or the reason of the abort */
export async function shakeHands(backend: Backend, o: HandshakeOptions): Promise<Handshake> {
  const tokenId = `handshake-${randomUUID()}`
  const server = http.createServer()
  let lastError: unknown = null
  const onError = (error: unknown) => {
    lastError = error
  }
  const grant: Grant = { tokenId, backend: ownProcess(backend), era: null, protocolVersion: null, onError }
  server.on('request', (req: IncomingMessage, res: ServerResponse) => o.serve({ req, res, grant }))
  const sockets = new Set<Duplex>()
  const connect = (): Duplex => {
    const [near, far] = duplexPair()
    sockets.add(near)
    near.once('close', () => sockets.delete(near))
    server.emit('connection', far)
    return near
  }
  const deadline = AbortSignal.timeout(o.deadlineMs)
  const over = new AbortController()
  const signal = AbortSignal.any([o.signal, deadline, over.signal])
  o.exited(signal).then(
    (why) => over.abort(new BerthError('HEALTH_CHECK_FAILED', why)),
    () => {},
  )
  try {
    const seen = await converse(
      untilServing(client(connect, signal), signal, () => lastError),
      signal,
    )
    // It is stored with the deployment, and a hostile server's words must not be what that fails of.
    return storable(seen)
  } catch (error) {
    if (o.signal.aborted) throw o.signal.reason
    const why: unknown = over.signal.aborted ? over.signal.reason : error
    if (why instanceof BerthError) throw why
    if (why instanceof ProcessEnd)
      throw new BerthError('HEALTH_CHECK_FAILED', `${why.message.slice(0, -1)} before it answered.`, { cause: why })
    const seen = deadline.aborted ? `did not answer within ${Math.round(o.deadlineMs / 1000)} s` : messageOf(error)
    throw new BerthError('HEALTH_CHECK_FAILED', `The server ${seen}.`, { cause: error })
  } finally {
    over.abort()
    for (const socket of sockets) socket.destroy()
    server.close()
    // A server may take its time to leave; the deployment need not wait for that.
    o.cleanUp(tokenId)
  }
}

/** Attaching would take the main process from its clients-to-be: the check starts one of its own. */
const ownProcess = (backend: Backend): Backend =>
  backend.transport.type === 'stdio' ? { ...backend, transport: { type: 'stdio', shared: false } } : backend

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** POSTs a message; null ends the session (DELETE). */
type Send = (
  message: { method: string; params?: Params; id?: number } | null,
  o?: { headers?: Record<string, string>; signal?: AbortSignal },
) => Promise<Reply>

function client(connect: () => Duplex, signal: AbortSignal): Send {
  return (message, o = {}) =>
    new Promise((resolve, reject) => {
      const aborted = o.signal ? AbortSignal.any([signal, o.signal]) : signal
      const req = http.request({
        createConnection: connect,
        method: message ? 'POST' : 'DELETE',
        path: '/',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...o.headers,
        },
        signal: aborted,
      })
      req.once('error', (error) => reject(aborted.aborted ? aborted.reason : error))
      req.once('response', (head) => {
        const session = head.headers['mcp-session-id']
        const done = (response: RpcResponse | null): void =>
          resolve({
            status: head.statusCode ?? 0,
            sessionId: typeof session === 'string' ? session : null,
            response,
          })
        if (message?.id === undefined) {
          head.resume()
          head.once('close', () => done(null))
        } else readAnswer(head, message.id, ANSWER_BYTES_MAX).then(done, reject)
      })
      req.end(message ? JSON.stringify({ jsonrpc: '2.0', ...message }) : undefined)
    })
}

async function converse(send: Send, signal: AbortSignal): Promise<Handshake> {
  const found = await discover(send, signal)
  if (found) return found.finish((method, params) => send({ id: 2, method, params }, found.headers(method)))
  const greeted = await send({ id: 1, method: 'initialize', params: INITIALIZE })
  const result = resultOf(greeted, 'initialize')
  const { protocolVersion, serverInfo } = result as { protocolVersion?: unknown; serverInfo?: unknown }
  if (typeof protocolVersion !== 'string') throw new Error('answered initialize without a protocol version')
  const headers = {
    'mcp-protocol-version': protocolVersion,
    ...(greeted.sessionId !== null && { 'mcp-session-id': greeted.sessionId }),
  }
  await send({ method: 'notifications/initialized' }, { headers })
  const tools = await listTools(result, (method, params) => send({ id: 2, method, params }, { headers }))
  if (greeted.sessionId !== null) await send(null, { headers })
  return { era: 'session', protocolVersion, serverInfo: infoOf(serverInfo), tools }
}

const INITIALIZE: Params = { protocolVersion: LAST_SESSION_VERSION, capabilities: {}, clientInfo: CLIENT_INFO }
const ENVELOPE: Params = {
  [VERSION_META]: FIRST_STATELESS_VERSION,
  [CLIENT_INFO_META]: CLIENT_INFO,
  [CLIENT_CAPABILITIES_META]: {},
}

interface Found {
  headers(method: string): { headers: Record<string, string> }
  finish(ask: (method: string, params: Params) => Promise<Reply>): Promise<Handshake>
}

/** @returns null when the server gave no sign of the stateless era */
async function discover(send: Send, signal: AbortSignal): Promise<Found | null> {
  const headers = (method: string) => ({
    headers: { 'mcp-protocol-version': FIRST_STATELESS_VERSION, 'mcp-method': method },
  })
  const method = 'server/discover'
  const probe = AbortSignal.timeout(PROBE_MS)
  const reply = await send({ id: 1, method, params: { _meta: ENVELOPE } }, { ...headers(method), signal: probe }).catch(
    (error: unknown) => {
      // Ignored, or fatal to its process: both are older servers.
      if (signal.aborted || !(probe.aborted || error instanceof ProcessEnd)) throw error
      return null
    },
  )
  const result = reply?.response?.result as Params | undefined
  const versions = Array.isArray(result?.supportedVersions) ? result.supportedVersions.map(String) : []
  const protocolVersion = versions.filter(isStatelessVersion).sort().at(-1)
  if (!result || !protocolVersion) return null
  const meta = result._meta as Params | undefined
  const serverInfo = infoOf(result.serverInfo ?? meta?.['io.modelcontextprotocol/serverInfo'])
  return {
    headers,
    finish: async (ask) => ({
      era: 'stateless',
      protocolVersion,
      serverInfo,
      tools: await listTools(result, (name, params) => ask(name, { ...params, _meta: ENVELOPE })),
    }),
  }
}

async function listTools(
  greeting: Params,
  ask: (method: string, params: Params) => Promise<Reply>,
): Promise<ToolSummary[]> {
  const capabilities = greeting.capabilities as Params | undefined
  if (!capabilities?.tools) return []
  const tools: ToolSummary[] = []
  let left = TOOLS_BYTES_MAX
  let cursor: unknown
  for (let page = 0; page < PAGES_MAX && tools.length < TOOLS_MAX; page++) {
    const result = resultOf(await ask('tools/list', cursor === undefined ? {} : { cursor }), 'tools/list')
    for (const tool of Array.isArray(result.tools) ? (result.tools as (ToolSummary | null)[]) : []) {
      if (typeof tool?.name !== 'string') continue
      const summary = summaryOf(tool)
      left -= JSON.stringify(summary).length
      if (left < 0) return tools.slice(0, TOOLS_MAX)
      tools.push(summary)
    }
    cursor = result.nextCursor
    if (typeof cursor !== 'string' || cursor === '') break
  }
  return tools.slice(0, TOOLS_MAX)
}

const summaryOf = ({ name, title, description, inputSchema }: ToolSummary): ToolSummary => ({
  name,
  ...(typeof title === 'string' && { title }),
  ...(typeof description === 'string' && { description }),
  ...(inputSchema && { inputSchema }),
})

function infoOf(value: unknown): Handshake['serverInfo'] {
  const { name, version, title } = (value ?? {}) as Record<string, unknown>
  return {
    name: typeof name === 'string' ? name : 'unnamed',
    version: typeof version === 'string' ? version : '',
    ...(typeof title === 'string' && { title }),
  }
}

function resultOf(reply: Reply, method: string): Params {
  const { error, result } = reply.response ?? errorResponse(null, RPC.server, `HTTP status ${reply.status}`)
  if (error) throw new Error(`answered ${method} with an error: ${error.message}`)
  return (result ?? {}) as Params
}

/** Sends again while the server is not there yet (503). @throws ProcessEnd when its process ended instead */
function untilServing(send: Send, signal: AbortSignal, lastError: () => unknown): Send {
  return async (message, options) => {
    for (let waitMs = RETRY_MIN_MS; ; waitMs = Math.min(waitMs * 2, RETRY_MAX_MS)) {
      const reply = await send(message, options)
      if (reply.status !== 503) return reply
      const error = lastError()
      if (error instanceof ProcessEnd) throw error
      await pause(waitMs, undefined, { signal })
    }
  }
}
