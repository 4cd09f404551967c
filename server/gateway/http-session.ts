/**
 * The gateway's session in front of a streamable-HTTP container. The container's own id is mapped; when it was lost
 * (the container restarted or was replaced) the recorded `initialize` opens a new one.
 */
import { BerthError } from '#server/errors.ts'
import type { Upstream } from './http-upstream.ts'
import type { Params } from './json-rpc.ts'
import type { GatewayLimits } from './limits.ts'
import type { Backend } from './port.ts'
import { readAnswer } from './read-answer.ts'
import type { LiveSession } from './sessions.ts'

/** The session can't be brought back: the client must start anew. */
export class SessionLost extends Error {}

export interface HttpSession extends LiveSession {
  readonly kind: 'http'
  /** Takes the id that the container gave to the client's own `initialize`. */
  opened(backend: Backend, backendId: string): void
  /** The container's id for this session, made anew where it is missing. @throws SessionLost, BerthError */
  backendId(backend: Backend): Promise<string>
  /** Is the container's session gone? It asks, because servers answer a lost session with 400 as well as 404. */
  isLost(backend: Backend, backendId: string): Promise<boolean>
  /** Forgets the container's id, unless it was replaced already. */
  invalidate(backendId: string): void
  /** The revision that the last re-initialisation agreed on; null before. */
  readonly protocolVersion: string | null
  /** Counts a call or stream until the returned function is called. */
  begin(stream: boolean): () => void
}

interface HttpSessionOptions {
  id: string
  deploymentId: string
  tokenId: string
  recorded: Params | null
  upstream: Upstream
  limits: GatewayLimits
  now: () => number
}

export const POST_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
}
const ANSWER_BYTES_MAX = 2 ** 20
const PING_MS = 5000
const DELETE_MS = 2000

export function createHttpSession(o: HttpSessionOptions): HttpSession {
  let current: { id: string; backend: Backend } | null = null
  let opening: Promise<string> | null = null
  let protocolVersion: string | null = null
  let calls = 0
  let over = false
  let streams = 0

  async function initialize(backend: Backend, recorded: Params): Promise<string> {
    const signal = AbortSignal.timeout(o.limits.initializeMs)
    const send = (message: object, headers: Record<string, string> = {}) =>
      o.upstream.request(backend, {
        method: 'POST',
        headers: { ...POST_HEADERS, ...headers },
        body: Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message })),
        signal,
        repeatable: true,
      })
    const head = await send({ id: 0, method: 'initialize', params: recorded })
    const id = head.headers['mcp-session-id']
    const answer = await readAnswer(head, 0, ANSWER_BYTES_MAX)
    const version = (answer?.result as { protocolVersion?: unknown } | undefined)?.protocolVersion
    if (typeof id !== 'string' || typeof version !== 'string') throw new SessionLost()
    protocolVersion = version
    const done = await send(
      { method: 'notifications/initialized' },
      { 'mcp-session-id': id, 'mcp-protocol-version': version },
    )
    done.resume()
    current = { id, backend }
    if (over) await park()
    return id
  }

  async function park(): Promise<void> {
    const leaving = current
    current = null
    if (!leaving) return
    const request = {
      method: 'DELETE',
      headers: { 'mcp-session-id': leaving.id },
      signal: AbortSignal.timeout(DELETE_MS),
      repeatable: false,
    }
    // Good manners only: the container may be gone, and it has its own way to forget sessions.
    await o.upstream.request(leaving.backend, request).then(
      (head) => void head.resume(),
      () => {},
    )
  }

  const session: HttpSession = {
    kind: 'http',
    id: o.id,
    deploymentId: o.deploymentId,
    tokenId: o.tokenId,
    lastUsedAt: o.now(),
    get calls() {
      return calls
    },
    get streaming() {
      return streams > 0
    },
    get costly() {
      return current !== null || opening !== null
    },
    get protocolVersion() {
      return protocolVersion
    },
    opened(backend, id) {
      current = { id, backend }
    },
    async backendId(backend) {
      if (opening) return opening
      if (current && current.backend.containerId === backend.containerId) return current.id
      const recorded = o.recorded
      if (!recorded) throw new SessionLost()
      current = null
      opening = initialize(backend, recorded).finally(() => {
        opening = null
      })
      return opening
    },
    async isLost(backend, backendId) {
      const head = await o.upstream.request(backend, {
        method: 'POST',
        headers: { ...POST_HEADERS, 'mcp-session-id': backendId },
        body: Buffer.from('{"jsonrpc":"2.0","id":"berth-ping","method":"ping"}'),
        signal: AbortSignal.timeout(PING_MS),
        repeatable: true,
      })
      head.resume()
      if (head.statusCode === 404 || head.statusCode === 400) return true
      if (head.statusCode === undefined || head.statusCode >= 500)
        throw new BerthError('DEPLOYMENT_NOT_SERVING', 'The server does not answer.')
      return false
    },
    invalidate(backendId) {
      if (current?.id === backendId) current = null
    },
    begin(stream) {
      if (stream) streams++
      else calls++
      session.lastUsedAt = o.now()
      let ended = false
      return () => {
        if (ended) return
        ended = true
        if (stream) streams--
        else calls--
        session.lastUsedAt = o.now()
      }
    },
    park,
    end() {
      over = true
      return park()
    },
  }
  return session
}
