/**
 * The HTTP+SSE transport of protocol version 2024-11-05, as a channel.
 *
 *   GET path ◀── event: endpoint ── where to POST, then event: message ── what the server says ──▶ onMessage
 *   send ──▶ POST endpoint ──▶ 2xx: taken
 *
 * The server chooses the endpoint, so only its path and query count: a container can't make Berth post elsewhere.
 */
import type { IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { BerthError } from '#server/errors.ts'
import { type Channel, ChannelEnd, WrongServer } from './channel.ts'
import { createEventReader } from './event-reader.ts'
import type { Upstream } from './http-upstream.ts'
import { asMessage, errorResponse, isRequest, parseJson, RPC, type RpcMessage } from './json-rpc.ts'
import type { GatewayLimits } from './limits.ts'
import type { Backend } from './port.ts'

interface SseOptions {
  upstream: Pick<Upstream, 'request'>
  limits: Pick<GatewayLimits, 'initializeMs' | 'lineBytesMax' | 'takenMs'>
}

const ENDPOINT_LENGTH_MAX = 2048
const GONE = [404, 410]

/** Waits for a container that restarts. @throws BerthError, WrongServer */
export async function openSseChannel(backend: Backend, o: SseOptions): Promise<Channel> {
  if (backend.transport.type !== 'sse') throw new Error('not a container with event streams')
  const over = new AbortController()
  const late = () => over.abort(new BerthError('DEPLOYMENT_NOT_SERVING', 'The server opened no event stream in time.'))
  const timer = setTimeout(late, o.limits.initializeMs)
  const { path } = backend.transport
  try {
    const headers = { accept: 'text/event-stream', 'cache-control': 'no-cache' }
    const head = await o.upstream.request(backend, {
      method: 'GET',
      headers,
      signal: over.signal,
      repeatable: true,
    })
    requireStream(head, path)
    return await converse(backend, head, over, o)
  } catch (error) {
    const why: unknown = over.signal.aborted ? over.signal.reason : error
    over.abort()
    throw why
  } finally {
    clearTimeout(timer)
  }
}

function requireStream(head: IncomingMessage, path: string): void {
  const { statusCode = 0, headers } = head
  head.on('error', () => {})
  if (statusCode >= 500)
    throw new BerthError('DEPLOYMENT_NOT_SERVING', `The server answered GET ${path} with HTTP status ${statusCode}.`)
  if (statusCode !== 200) throw new WrongServer(`It answers GET ${path} with HTTP status ${statusCode}.`)
  if (!headers['content-type']?.startsWith('text/event-stream'))
    throw new WrongServer(`It answers GET ${path} with something else than an event stream.`)
}

/** Resolves when the server has said where to post. */
function converse(backend: Backend, head: IncomingMessage, over: AbortController, o: SseOptions): Promise<Channel> {
  let endpoint: string | null = null
  let end: ChannelEnd | null = null
  const opened = deferred<Channel>()
  const ended = deferred<ChannelEnd>()

  const finish = (why: ChannelEnd): void => {
    if (end) return
    end = why
    over.abort(why)
    ended.resolve(why)
    opened.reject(why)
  }

  const events = createEventReader(o.limits.lineBytesMax, ({ name, data }) => {
    if (name === 'endpoint' && endpoint === null) {
      endpoint = endpointIn(data, backend)
      if (endpoint === null) return finish(new WrongServer('It names no address to post messages to.'))
      opened.resolve(channel)
    }
    const message = name === 'message' ? asMessage(parseJson(data)) : null
    if (message) channel.onMessage(message)
  })
  head.on('data', (chunk: Buffer) => {
    if (!end && !events.add(chunk)) finish(new ChannelEnd('The server sent a message that is too long.'))
  })
  head.once('close', () => finish(new ChannelEnd("The server's event stream ended.")))

  /** Never throws: what goes wrong ends the channel, or is the answer to this one message. */
  async function post(message: RpcMessage, to: string): Promise<void> {
    let answer: IncomingMessage
    try {
      answer = await o.upstream.request(backend, {
        method: 'POST',
        path: to,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify(message)),
        signal: over.signal,
        repeatable: false,
      })
    } catch (error) {
      const why = error instanceof BerthError ? error.message : 'The connection to the server was lost.'
      return finish(new ChannelEnd(why))
    }
    answer.on('error', () => {})
    answer.resume()
    const { statusCode = 0 } = answer
    if (statusCode < 300) return
    if (GONE.includes(statusCode)) return finish(new ChannelEnd('The server does not know this session any more.'))
    const refused = `The server refused this message with HTTP status ${statusCode}.`
    if (isRequest(message)) channel.onMessage(errorResponse(message.id, RPC.server, refused))
  }

  const channel: Channel = {
    onMessage: () => {},
    async send(message) {
      if (end || endpoint === null) throw await ended.promise
      const answered = new AbortController()
      // A server that answers a POST only when its work is done has got the message all the same.
      const patience = pause(o.limits.takenMs, undefined, { signal: answered.signal }).catch(() => {})
      await Promise.race([post(message, endpoint), ended.promise, patience])
      answered.abort()
      if (end) throw end
    },
    pause: () => void head.pause(),
    resume: () => void head.resume(),
    get open() {
      return end === null
    },
    ended: ended.promise,
    async close() {
      finish(new ChannelEnd('The connection to the server was closed.'))
    },
  }
  return opened.promise
}

/** @returns path and query on this backend, whatever host the server believes to have */
function endpointIn(data: string, { transport }: Backend): string | null {
  if (transport.type !== 'sse' || data.length > ENDPOINT_LENGTH_MAX) return null
  const url = URL.parse(data, `http://127.0.0.1:${transport.port}${transport.path}`)
  return url && /^https?:$/.test(url.protocol) ? `${url.pathname}${url.search}` : null
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {}
  let reject: (why: unknown) => void = () => {}
  const promise = new Promise<T>((...settle) => {
    ;[resolve, reject] = settle
  })
  return { promise, resolve, reject }
}
