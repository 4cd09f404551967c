/**
 * A stdio container whose template says `shared`: its main process serves all clients of the session era. The gateway
 * itself initialises it, once; ids and progress tokens are rewritten; what the server asks of "its client" is refused,
 * because nobody could say which client is meant.
 */
import type { ServerResponse } from 'node:http'
import { BerthError } from '#server/errors.ts'
import { type Answer, type Outlet, openAnswer, openStream } from './answer.ts'
import type { SessionPost } from './bridged-session.ts'
import { type Channel, ChannelEnd } from './channel.ts'
import { createIdRewriter, type IdRewriter } from './id-rewriter.ts'
import {
  errorResponse,
  isRequest,
  isResponse,
  LAST_SESSION_VERSION,
  RPC,
  type RpcId,
  type RpcMessage,
  type RpcRequest,
  type RpcResponse,
  refuse,
  SESSION_VERSIONS,
} from './json-rpc.ts'
import { keepChannel } from './kept-channel.ts'
import type { GatewayLimits } from './limits.ts'
import type { Backend } from './port.ts'
import type { LiveSession } from './sessions.ts'

export interface SharedProcess {
  /** The server's own answer to `initialize`, under the client's id. @throws BerthError, ChannelEnd */
  initialize(backend: Backend, request: RpcRequest): Promise<RpcResponse>
  client(id: string, tokenId: string): SharedClient
  close(): Promise<void>
}

export interface SharedClient extends LiveSession {
  readonly kind: 'shared'
  post(backend: Backend, post: SessionPost): void
  stream(res: ServerResponse): void
}

interface Member {
  pending: Map<RpcId, Answer>
  stream: Outlet | null
  /** Resources that this client subscribed to. */
  uris: Set<string>
}

interface SharedOptions {
  deploymentId: string
  limits: GatewayLimits
  now: () => number
  launch(backend: Backend): Promise<Channel>
}

export function createSharedProcess(o: SharedOptions): SharedProcess {
  const members = new Set<Member>()
  let rewriter: IdRewriter<Member> = createIdRewriter()
  let greeting: RpcResponse | null = null
  const kept = keepChannel({ launch: o.launch, ready: greet, lost })

  function route(from: Channel, message: RpcMessage): void {
    if (isRequest(message)) {
      const reply: RpcResponse =
        message.method === 'ping'
          ? { jsonrpc: '2.0', id: message.id, result: {} }
          : errorResponse(message.id, RPC.methodNotFound, 'Clients share this server: it can ask none of them.')
      return void from.send(reply).catch(() => {})
    }
    const mine = rewriter.fromServer(message)
    if (mine && isResponse(mine.message)) {
      const { id } = mine.message
      if (id === null) return
      const answer = mine.client.pending.get(id)
      mine.client.pending.delete(id)
      return void answer?.respond(mine.message)
    }
    if (mine) {
      const [answer] = [...mine.client.pending.values()].reverse()
      if (!answer?.write(mine.message)) mine.client.stream?.write(mine.message)
      return
    }
    if (isResponse(message)) return
    const uri = message.method === 'notifications/resources/updated' ? String(message.params?.uri) : null
    for (const member of members) if (uri === null || member.uris.has(uri)) member.stream?.write(message)
  }

  function lost(end: ChannelEnd): void {
    greeting = null
    rewriter = createIdRewriter()
    for (const member of members) {
      const answers = new Set(member.pending.values())
      member.pending.clear()
      for (const answer of answers) answer.fail(RPC.server, end.message)
    }
  }

  /** The gateway is the one client of this process. */
  async function greet(opened: Channel): Promise<void> {
    greeting = await new Promise<RpcResponse>((resolve, reject) => {
      const late = () => reject(new BerthError('DEPLOYMENT_NOT_SERVING', 'The server did not answer initialize.'))
      const timer = setTimeout(late, o.limits.initializeMs)
      opened.onMessage = (message) => {
        if (!isResponse(message) || message.id !== 'berth-initialize') return
        clearTimeout(timer)
        resolve(message)
      }
      void opened.ended.then(reject)
      const clientInfo = { name: 'berth', version: '1' }
      const params = { protocolVersion: LAST_SESSION_VERSION, capabilities: {}, clientInfo }
      opened.send({ jsonrpc: '2.0', id: 'berth-initialize', method: 'initialize', params }).catch(reject)
    })
    opened.onMessage = (message) => route(opened, message)
    await opened.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
  }

  /** @returns the message as the shared process may see it, or null when it is not for it */
  function translate(member: Member, message: RpcMessage): RpcMessage | null {
    if (isResponse(message)) return null
    if (!isRequest(message))
      return message.method === 'notifications/cancelled' ? rewriter.cancel(member, message) : null
    const uri = String(message.params?.uri)
    if (message.method === 'resources/subscribe') member.uris.add(uri)
    if (message.method === 'resources/unsubscribe') member.uris.delete(uri)
    return rewriter.request(member, message)
  }

  async function relay(member: Member, backend: Backend, x: SessionPost, onClose: () => void): Promise<void> {
    const to = await kept.ensure(backend)
    const requests = x.messages.filter(isRequest)
    if (requests.some((r) => member.pending.has(r.id)))
      return refuse(x.res, 400, RPC.invalidRequest, 'An earlier request with this id has no answer yet.')
    if (requests.length > 0) {
      const answer = openAnswer(x.req, x.res, {
        ids: requests.map((r) => r.id),
        batch: x.batch,
        keepAliveMs: o.limits.keepAliveMs,
        stallMs: o.limits.stallMs,
        onBlocked: () => {},
        onClose: () => {
          for (const r of requests) if (member.pending.get(r.id) === answer) member.pending.delete(r.id)
          onClose()
        },
      })
      for (const r of requests) member.pending.set(r.id, answer)
    }
    for (const message of x.messages) {
      const translated = translate(member, message)
      if (translated) await to.send(translated)
      if ('method' in message && message.method === 'notifications/cancelled') {
        const id = message.params?.requestId as RpcId
        const answer = member.pending.get(id)
        member.pending.delete(id)
        answer?.cancel(id)
      }
    }
    if (requests.length === 0) x.res.writeHead(202).end()
  }

  return {
    async initialize(backend, request) {
      await kept.ensure(backend)
      if (!greeting?.result)
        return { ...(greeting ?? errorResponse(null, RPC.server, 'The server ended.')), id: request.id }
      // The revisions of this era differ in what may be added, so a client keeps the one that it asked for.
      const asked = request.params?.protocolVersion
      const known = typeof asked === 'string' && SESSION_VERSIONS.includes(asked)
      return { ...greeting, id: request.id, result: { ...greeting.result, ...(known && { protocolVersion: asked }) } }
    },
    client(id, tokenId) {
      const member: Member = { pending: new Map(), stream: null, uris: new Set() }
      let calls = 0
      const touch = () => {
        client.lastUsedAt = o.now()
      }
      const client: SharedClient = {
        kind: 'shared',
        id,
        deploymentId: o.deploymentId,
        tokenId,
        lastUsedAt: o.now(),
        get calls() {
          return calls + member.pending.size
        },
        get streaming() {
          return member.stream?.open === true
        },
        costly: false,
        post(backend, x) {
          calls++
          touch()
          members.add(member)
          relay(member, backend, x, touch)
            .catch((error: unknown) => {
              const known = error instanceof BerthError || error instanceof ChannelEnd
              const [id] = x.messages.filter(isRequest).map((r) => r.id)
              const headers = { 'retry-after': '2' }
              refuse(x.res, 503, RPC.server, known ? error.message : 'Internal error.', { id: id ?? null, headers })
            })
            .finally(() => {
              calls--
            })
        },
        stream(res) {
          touch()
          member.stream?.end()
          members.add(member)
          const opened = openStream(res, {
            keepAliveMs: o.limits.keepAliveMs,
            stallMs: o.limits.stallMs,
            headers: { 'mcp-session-id': id },
            onBlocked: () => {},
            onClose: () => {
              if (member.stream === opened) member.stream = null
              touch()
            },
          })
          member.stream = opened
        },
        async park() {
          members.delete(member)
        },
        async end() {
          rewriter.leave(member)
          members.delete(member)
          for (const answer of new Set(member.pending.values())) answer.fail(RPC.server, 'The session ended.')
          member.pending.clear()
          member.stream?.end()
        },
      }
      return client
    },
    close: () => kept.end(),
  }
}
