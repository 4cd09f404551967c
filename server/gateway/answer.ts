/**
 * What a client reads from the bridge: the answer to one POST, or the session's own stream (GET). An answer
 * begins as nothing; if the server's response comes first it is plain JSON, if anything else does it becomes an event
 * stream.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { errorResponse, isResponse, RPC, type RpcId, type RpcMessage, type RpcResponse, refuse } from './json-rpc.ts'

/** Something that carries messages to a client. */
export interface Outlet {
  /** @returns false when this outlet can't carry it (closed, or the client accepts no stream) */
  write(message: RpcMessage): boolean
  /** The client reads slower than the server writes. */
  readonly blocked: boolean
  readonly open: boolean
  end(): void
}

export interface Answer extends Outlet {
  /** Ids that still have no response. */
  readonly waiting: ReadonlySet<RpcId>
  respond(response: RpcResponse): void
  /** Gives every open id an error and ends. */
  fail(code: number, message: string): void
  /** Forgets an id that the client cancelled; ends when none is left. */
  cancel(id: RpcId): void
}

interface OutletOptions {
  keepAliveMs: number
  stallMs: number
  headers?: Record<string, string>
  onClose: () => void
  onBlocked: () => void
}

export const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  // nginx and its kin buffer streams otherwise.
  'x-accel-buffering': 'no',
}

export const accepts = (req: IncomingMessage): { json: boolean; stream: boolean } => {
  const accept = req.headers.accept ?? '*/*'
  const any = accept.includes('*/*')
  return { json: any || accept.includes('application/json'), stream: any || accept.includes('text/event-stream') }
}

/** What one client may leave unread before it loses its stream: a large result plus what was sent meanwhile. */
const UNREAD_BYTES_MAX = 64 * 1024 * 1024
/** Bytes not yet taken by the socket that count as "slower than the server". */
const BLOCKED_BYTES = 1024 * 1024

function eventStream(res: ServerResponse, o: OutletOptions): Outlet & { start(): void } {
  let started = false
  let keepAlive: NodeJS.Timeout | undefined
  let stall: NodeJS.Timeout | undefined
  const open = () => !res.destroyed && !res.writableEnded
  const blocked = () => open() && res.writableLength > BLOCKED_BYTES
  const clear = () => {
    clearInterval(keepAlive)
    clearTimeout(stall)
  }
  const unblock = () => {
    clearTimeout(stall)
    stall = undefined
    o.onBlocked()
  }
  const send = (text: string): void => {
    if (res.writableLength > UNREAD_BYTES_MAX) return void res.destroy()
    res.write(text)
    if (!blocked() || stall) return
    stall = setTimeout(() => res.destroy(), o.stallMs)
    res.once('drain', unblock)
    o.onBlocked()
  }
  res.once('close', () => {
    clear()
    o.onBlocked()
    o.onClose()
  })
  return {
    start() {
      if (started || !open()) return
      started = true
      res.writeHead(200, { ...STREAM_HEADERS, ...o.headers })
      res.flushHeaders()
      keepAlive = setInterval(() => blocked() || send(': keepalive\n\n'), o.keepAliveMs)
    },
    write(message) {
      if (!open()) return false
      send(`event: message\ndata: ${JSON.stringify(message)}\n\n`)
      return true
    },
    get blocked() {
      return blocked()
    },
    get open() {
      return open()
    },
    end() {
      clear()
      if (open()) res.end()
    },
  }
}

/** The session's own stream: opens at once. */
export function openStream(res: ServerResponse, o: OutletOptions): Outlet {
  const stream = eventStream(res, o)
  stream.start()
  return stream
}

/**
 * @param o.ids requests of this POST, in order; @param o.batch answer as an array when plain JSON
 * @param o.statusOf HTTP status of a plain JSON answer
 */
export function openAnswer(
  req: IncomingMessage,
  res: ServerResponse,
  o: OutletOptions & { ids: RpcId[]; batch: boolean; statusOf?: (response: RpcResponse) => number },
): Answer {
  const wants = accepts(req)
  const waiting = new Set(o.ids)
  const collected: RpcResponse[] = []
  const stream = eventStream(res, o)
  let streaming = false
  // A call that stays silent becomes a stream, so that proxies see life; a client without streams just waits.
  const patience = setTimeout(() => upgrade(), o.keepAliveMs)
  res.once('close', () => clearTimeout(patience))

  const upgrade = (): boolean => {
    if (streaming) return true
    if (!wants.stream || !stream.open) return false
    streaming = true
    clearTimeout(patience)
    stream.start()
    for (const response of collected.splice(0)) stream.write(response)
    return true
  }
  const finish = (): void => {
    clearTimeout(patience)
    if (streaming) return void stream.end()
    const [only] = collected
    if (!stream.open) return
    if (!only) return void res.writeHead(202).end()
    const body = JSON.stringify(o.batch ? collected : only)
    res.writeHead(o.batch ? 200 : (o.statusOf?.(only) ?? 200), {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      ...o.headers,
    })
    res.end(body)
  }
  const respond = (response: RpcResponse): void => {
    if (response.id === null || !waiting.delete(response.id)) return
    if (streaming || (!wants.json && upgrade())) stream.write(response)
    else collected.push(response)
    if (waiting.size === 0) finish()
  }
  return {
    waiting,
    respond,
    write(message) {
      if (isResponse(message) || !upgrade()) return false
      return stream.write(message)
    },
    get blocked() {
      return stream.blocked
    },
    get open() {
      return stream.open
    },
    end() {
      clearTimeout(patience)
      if (streaming || upgrade()) stream.end()
      else if (!res.headersSent) refuse(res, 503, RPC.server, 'The session ended.')
    },
    fail(code, message) {
      for (const id of [...waiting]) respond(errorResponse(id, code, message))
    },
    cancel(id) {
      if (!waiting.delete(id) || waiting.size > 0) return
      clearTimeout(patience)
      if (streaming || (collected.length === 0 && upgrade())) stream.end()
      else finish()
    },
  }
}
