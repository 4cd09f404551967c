/**
 * One client session over a channel of its own: JSON-RPC messages on one side, Streamable HTTP on the other.
 *
 *   POST ──▶ post() ──▶ channel.send ──▶ server
 *   POST ◀── outlets.answer ◀┐
 *   GET  ◀── outlets.stream ◀┴─ route() ◀──── channel
 *
 * The channel is opened when first needed and again when it was lost, with the client's recorded `initialize`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BerthError } from '#server/errors.ts'
import { type Channel, ChannelEnd, unlessOver } from './channel.ts'
import {
  errorResponse,
  isRequest,
  isResponse,
  LAST_SESSION_VERSION,
  type Params,
  RPC,
  type RpcId,
  type RpcMessage,
  type RpcRequest,
  type RpcResponse,
  refuse,
  refuseUnknownSession,
} from './json-rpc.ts'
import type { GatewayLimits } from './limits.ts'
import type { Backend } from './port.ts'
import { createSessionOutlets } from './session-outlets.ts'
import type { LiveSession } from './sessions.ts'

export interface SessionPost {
  req: IncomingMessage
  res: ServerResponse
  messages: RpcMessage[]
  batch: boolean
  onError?: (error: unknown) => void
}

export interface BridgedSession extends LiveSession {
  readonly kind: 'client'
  /** The client's first call. @returns the server's answer; a result means that the session stands */
  initialize(backend: Backend, request: RpcRequest, channel?: Channel): Promise<RpcResponse>
  post(backend: Backend, post: SessionPost): void
  stream(res: ServerResponse): void
}

interface SessionOptions {
  id: string
  deploymentId: string
  tokenId: string
  /** Params of the client's `initialize`; null when they are not known any more. */
  recorded: Params | null
  limits: GatewayLimits
  now: () => number
  /** @throws BerthError, ChannelEnd */
  launch(backend: Backend): Promise<Channel>
}

/** The session can't be brought back: the client must start anew. */
class SessionLost extends Error {}

export function createBridgedSession(o: SessionOptions): BridgedSession {
  const own = new Map<RpcId, { resolve(response: RpcResponse): void; reject(end: ChannelEnd): void }>()
  const outlets = createSessionOutlets({ limits: o.limits, onClose: () => touch(), onBlocked: () => balance() })
  let channel: Channel | null = null
  let containerId: string | null = null
  let opening: Promise<Channel> | null = null
  let ownIds = 0
  let calls = 0
  let launching = 0
  let over = false

  function route(message: RpcMessage): void {
    if (isResponse(message)) {
      const mine = message.id === null ? undefined : own.get(message.id)
      if (mine) mine.resolve(message)
      else outlets.respond(message)
      return
    }
    // A server asks whether its client lives: it does, even if no stream of its is open now.
    if (isRequest(message) && message.method === 'ping' && !outlets.listening)
      return void reply({ jsonrpc: '2.0', id: message.id, result: {} })
    const dropped = outlets.deliver(message)
    if (dropped && isRequest(dropped)) reply(errorResponse(dropped.id, RPC.server, 'The client does not listen.'))
  }

  const reply = (response: RpcResponse): void => void channel?.send(response).catch(() => {})

  function balance(): void {
    if (outlets.blocked) channel?.pause()
    else channel?.resume()
  }

  function adopt(opened: Channel, backend: Backend): Channel {
    channel = opened
    opened.onMessage = route
    containerId = backend.containerId
    void opened.ended.then((end) => lost(opened, end))
    return opened
  }

  function lost(which: Channel, end: ChannelEnd): void {
    if (channel !== which) return
    channel = null
    for (const mine of [...own.values()]) mine.reject(end)
    outlets.fail(end.message)
  }

  /** @throws SessionLost, BerthError */
  async function ensure(backend: Backend): Promise<Channel> {
    if (opening) return opening
    if (channel?.open && containerId === backend.containerId) return channel
    if (channel) {
      await park()
      // Another call may have opened one meanwhile.
      return ensure(backend)
    }
    const recorded = o.recorded
    if (!recorded) throw new SessionLost()
    opening = reopen(backend, recorded).finally(() => {
      opening = null
    })
    return opening
  }

  async function start(backend: Backend): Promise<Channel> {
    const started = unlessOver(o.launch(backend), () => over)
    launching++
    try {
      return adopt(await started, backend)
    } finally {
      launching--
    }
  }

  async function reopen(backend: Backend, recorded: Params): Promise<Channel> {
    const opened = await start(backend)
    const answer = await call(opened, 'initialize', recorded)
    if (answer.error) {
      await opened.close()
      throw new BerthError('DEPLOYMENT_NOT_SERVING', `The server refused to start again: ${answer.error.message}`)
    }
    await opened.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
    return opened
  }

  function call(on: Channel, method: string, params: Params): Promise<RpcResponse> {
    const id = `berth-${++ownIds}`
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        own.delete(id)
        void on.close()
        reject(new BerthError('DEPLOYMENT_NOT_SERVING', `The server did not answer ${method} in time.`))
      }, o.limits.initializeMs)
      const settle = <T>(how: (value: T) => void) => {
        return (value: T) => {
          clearTimeout(timer)
          own.delete(id)
          how(value)
        }
      }
      own.set(id, { resolve: settle(resolve), reject: settle(reject) })
      on.send({ jsonrpc: '2.0', id, method, params }).catch(settle(reject))
    })
  }

  async function park(): Promise<void> {
    const closing = channel
    if (!closing) return
    lost(closing, new ChannelEnd('The connection to the server was closed.'))
    await closing.close()
  }

  async function relay(backend: Backend, x: SessionPost): Promise<void> {
    const to = await ensure(backend)
    const requests = x.messages.filter(isRequest)
    if (requests.some((r) => outlets.isWaiting(r.id)))
      return refuse(x.res, 400, RPC.invalidRequest, 'An earlier request with this id has no answer yet.')
    if (requests.length > 0 && !x.res.destroyed) outlets.answer(x, requests)
    for (const message of x.messages) {
      await to.send(message)
      if ('method' in message && message.method === 'notifications/cancelled')
        outlets.cancel(message.params?.requestId as RpcId)
    }
    if (requests.length === 0) x.res.writeHead(202).end()
  }

  function touch(): void {
    session.lastUsedAt = o.now()
  }

  const session: BridgedSession = {
    kind: 'client',
    id: o.id,
    deploymentId: o.deploymentId,
    tokenId: o.tokenId,
    lastUsedAt: o.now(),
    get calls() {
      return calls + outlets.waiting + own.size
    },
    get streaming() {
      return outlets.streaming
    },
    get costly() {
      return channel !== null || launching > 0
    },
    async initialize(backend, request, spare) {
      calls++
      try {
        const opened = spare ? adopt(spare, backend) : await start(backend)
        const response = await call(opened, 'initialize', request.params ?? { protocolVersion: LAST_SESSION_VERSION })
        return { ...response, id: request.id }
      } finally {
        calls--
        touch()
      }
    },
    post(backend, x) {
      calls++
      touch()
      relay(backend, x)
        .catch((error: unknown) => {
          x.onError?.(error)
          if (error instanceof SessionLost) return refuseUnknownSession(x.res)
          const ids = x.messages.filter(isRequest).map((r) => r.id)
          const message = error instanceof BerthError || error instanceof ChannelEnd ? error.message : 'Internal error.'
          if (x.res.headersSent) return
          refuse(x.res, 503, RPC.server, message, { id: ids[0] ?? null, headers: { 'retry-after': '2' } })
        })
        .finally(() => {
          calls--
          touch()
        })
    },
    stream(res) {
      touch()
      outlets.stream(res, o.id)
    },
    park,
    async end() {
      over = true
      outlets.fail('The session ended.')
      outlets.endStream()
      await park()
    },
  }
  return session
}
