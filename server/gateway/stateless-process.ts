/**
 * One process of a stdio container for the stateless era (2026-07-28): every POST stands alone, so all calls of a token
 * share the process under ids of ours. A closed connection is the client's cancellation in this era.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BerthError } from '#server/errors.ts'
import { type Answer, openAnswer } from './answer.ts'
import { type Channel, ChannelEnd } from './channel.ts'
import { createIdRewriter, type IdRewriter } from './id-rewriter.ts'
import {
  errorResponse,
  isRequest,
  isResponse,
  RPC,
  type RpcMessage,
  type RpcRequest,
  type RpcResponse,
  refuse,
} from './json-rpc.ts'
import { keepChannel } from './kept-channel.ts'
import type { GatewayLimits } from './limits.ts'
import type { Backend } from './port.ts'
import type { LiveSession } from './sessions.ts'

export interface StatelessPost {
  req: IncomingMessage
  res: ServerResponse
  request: RpcRequest
  onError?: (error: unknown) => void
}

export interface StatelessProcess extends LiveSession {
  readonly kind: 'stateless'
  post(backend: Backend, post: StatelessPost): void
  /** The process, if it refused `server/discover` and nothing else was asked: good for an `initialize`. */
  takeSpare(backend: Backend): Channel | undefined
}

interface StatelessOptions {
  id: string
  deploymentId: string
  tokenId: string
  limits: GatewayLimits
  now: () => number
  launch(backend: Backend): Promise<Channel>
}

/** HTTP status of a plain JSON error, as the specification of the stateless era gives it. */
const STATUS: Record<number, number> = {
  [RPC.methodNotFound]: 404,
  [RPC.headerMismatch]: 400,
  [RPC.missingCapability]: 400,
  [RPC.unsupportedVersion]: 400,
}

export function createStatelessProcess(o: StatelessOptions): StatelessProcess {
  const kept = keepChannel({ launch: o.launch, ready, lost })
  let rewriter: IdRewriter<Answer> = createIdRewriter()
  let refusedDiscover = false
  const answers = new Map<Answer, RpcRequest>()
  let calls = 0

  function route(from: Channel, message: RpcMessage): void {
    if (isRequest(message)) {
      const reply: RpcResponse =
        message.method === 'ping'
          ? { jsonrpc: '2.0', id: message.id, result: {} }
          : errorResponse(message.id, RPC.methodNotFound, 'This era has no requests to clients.')
      return void from.send(reply).catch(() => {})
    }
    const mine = rewriter.fromServer(message)
    if (mine) {
      if (!isResponse(mine.message)) return void mine.client.write(mine.message)
      if (answers.get(mine.client)?.method === 'server/discover') refusedDiscover = mine.message.error !== undefined
      return void mine.client.respond(mine.message)
    }
    // A log line names no call: only when there is one, it is clear whose it is.
    const [only] = answers.keys()
    if (only && answers.size === 1 && !isResponse(message)) only.write(message)
  }

  function lost(end: ChannelEnd): void {
    rewriter = createIdRewriter()
    for (const answer of [...answers.keys()]) answer.fail(RPC.server, end.message)
  }

  function ready(opened: Channel): void {
    refusedDiscover = false
    opened.onMessage = (message) => route(opened, message)
  }

  async function relay(backend: Backend, { req, res, request }: StatelessPost): Promise<void> {
    const to = await kept.ensure(backend)
    if (res.destroyed) return
    const answer = openAnswer(req, res, {
      ids: [request.id],
      batch: false,
      keepAliveMs: o.limits.keepAliveMs,
      stallMs: o.limits.stallMs,
      statusOf: (response) => (response.error ? (STATUS[response.error.code] ?? 200) : 200),
      onBlocked: () => {},
      onClose: () => {
        answers.delete(answer)
        process.lastUsedAt = o.now()
        for (const requestId of rewriter.leave(answer))
          to.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } }).catch(() => {})
      },
    })
    answers.set(answer, request)
    await to.send(rewriter.request(answer, request))
  }

  const process: StatelessProcess = {
    kind: 'stateless',
    id: o.id,
    deploymentId: o.deploymentId,
    tokenId: o.tokenId,
    lastUsedAt: o.now(),
    get calls() {
      return calls + answers.size
    },
    streaming: false,
    get costly() {
      return kept.costly
    },
    post(backend, x) {
      calls++
      process.lastUsedAt = o.now()
      relay(backend, x)
        .catch((error: unknown) => {
          x.onError?.(error)
          const known = error instanceof BerthError || error instanceof ChannelEnd
          const headers = { 'retry-after': '2' }
          refuse(x.res, 503, RPC.server, known ? error.message : 'Internal error.', { id: x.request.id, headers })
        })
        .finally(() => {
          calls--
        })
    },
    takeSpare(backend) {
      return refusedDiscover && calls + answers.size === 0 ? kept.take(backend) : undefined
    },
    park: () => kept.park(),
    async end() {
      for (const answer of [...answers.keys()]) answer.fail(RPC.server, 'The deployment ended this call.')
      await kept.end()
    },
  }
  return process
}
