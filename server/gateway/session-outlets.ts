/** Where what a session's server says goes: the answers that its client waits for, and the client's own stream. */
import type { ServerResponse } from 'node:http'
import { type Answer, type Outlet, openAnswer, openStream } from './answer.ts'
import type { SessionPost } from './bridged-session.ts'
import {
  isRequest,
  isResponse,
  metaOf,
  RPC,
  type RpcId,
  type RpcMessage,
  type RpcRequest,
  type RpcResponse,
} from './json-rpc.ts'
import type { GatewayLimits } from './limits.ts'

export interface SessionOutlets {
  /** Calls without an answer yet. */
  readonly waiting: number
  readonly streaming: boolean
  /** A client reads slower than the server writes. */
  readonly blocked: boolean
  isWaiting(id: RpcId): boolean
  /** Opens the answer to a POST with these requests. */
  answer(post: SessionPost, requests: RpcRequest[]): void
  /** Opens the client's own stream; an earlier one ends. */
  stream(res: ServerResponse, sessionId: string): void
  respond(response: RpcResponse): void
  /** Sends a request or notification to the client, or keeps it for its next stream. @returns what had to be dropped */
  deliver(message: RpcMessage): RpcMessage | null
  /** Does anything carry messages to the client now? */
  readonly listening: boolean
  cancel(id: RpcId): void
  /** Gives every waiting call this error, and forgets what was kept. */
  fail(message: string): void
  endStream(): void
}

interface OutletsOptions {
  limits: Pick<GatewayLimits, 'keepAliveMs' | 'stallMs' | 'heldMax'>
  /** An answer or stream closed. */
  onClose: () => void
  /** `blocked` may have changed. */
  onBlocked: () => void
}

export function createSessionOutlets(o: OutletsOptions): SessionOutlets {
  const pending = new Map<RpcId, Answer>()
  const progress = new Map<RpcId, Answer>()
  const held: RpcMessage[] = []
  const { keepAliveMs, stallMs, heldMax } = o.limits
  let stream: Outlet | null = null

  const outlets = (): Outlet[] => {
    const answers = [...new Set(pending.values())].reverse()
    return stream ? [...answers, stream] : answers
  }

  /** A channel says nothing of which call a message belongs to, but for progress; all streams end at the same client. */
  function write(message: RpcMessage): boolean {
    if (isResponse(message)) return false
    const token = message.method === 'notifications/progress' ? message.params?.progressToken : undefined
    const related = token === undefined ? undefined : progress.get(token as RpcId)
    if (related?.write(message)) return true
    const all = outlets()
    // A client may open no stream of its own, but it surely reads the answer that it waits for.
    const order = isRequest(message) || !stream ? all : [stream, ...all]
    return order.some((outlet) => outlet.write(message))
  }

  const flush = (): void => {
    for (const message of held.splice(0)) if (!write(message)) held.push(message)
  }

  return {
    get waiting() {
      return pending.size
    },
    get streaming() {
      return stream?.open === true
    },
    get blocked() {
      return outlets().some((outlet) => outlet.blocked)
    },
    get listening() {
      return outlets().some((outlet) => outlet.open)
    },
    isWaiting: (id) => pending.has(id),
    answer(post, requests) {
      const tokens = requests.map((r) => metaOf(r.params)?.progressToken as RpcId | undefined)
      const opened = openAnswer(post.req, post.res, {
        ids: requests.map((r) => r.id),
        batch: post.batch,
        keepAliveMs,
        stallMs,
        onBlocked: o.onBlocked,
        // A lost connection is no cancellation in this era: the server goes on, its answer has no reader.
        onClose: () => {
          for (const r of requests) if (pending.get(r.id) === opened) pending.delete(r.id)
          for (const t of tokens) if (t !== undefined && progress.get(t) === opened) progress.delete(t)
          o.onClose()
        },
      })
      for (const r of requests) pending.set(r.id, opened)
      for (const t of tokens) if (t !== undefined) progress.set(t, opened)
      flush()
    },
    stream(res, sessionId) {
      stream?.end()
      const opened = openStream(res, {
        keepAliveMs,
        stallMs,
        headers: { 'mcp-session-id': sessionId },
        onBlocked: o.onBlocked,
        onClose: () => {
          if (stream === opened) stream = null
          o.onClose()
        },
      })
      stream = opened
      flush()
    },
    respond(response) {
      if (response.id === null) return
      const answer = pending.get(response.id)
      pending.delete(response.id)
      answer?.respond(response)
    },
    deliver(message) {
      if (write(message)) return null
      held.push(message)
      return held.length > heldMax ? (held.shift() ?? null) : null
    },
    cancel(id) {
      const answer = pending.get(id)
      pending.delete(id)
      answer?.cancel(id)
    },
    fail(message) {
      held.length = 0
      const answers = new Set(pending.values())
      pending.clear()
      for (const answer of answers) answer.fail(RPC.server, message)
    },
    endStream: () => stream?.end(),
  }
}
