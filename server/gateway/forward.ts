/** A request that another Berth process must answer, passed on once under a signature that only Berth can make. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import http from 'node:http'
import { type Exchange, header } from './exchange.ts'
import { headersToBackend, headersToClient } from './http-upstream.ts'
import { parseJson, RPC, refuse } from './json-rpc.ts'

export const FORWARD_HEADER = 'x-berth-forward'

export interface ForwardClaim {
  deploymentId: string
  tokenId: string
  method: string
  /** The process that may accept it; so a captured header is worth nothing elsewhere. */
  workerId: string
  /** Unix milliseconds. */
  at: number
}

export interface Forwarder {
  /** @param to internal URL of the holder */
  forward(x: Exchange, to: { workerId: string; internalUrl: string }): void
  /** @returns what the header grants, or null for a forged, old or foreign one */
  verify(value: string, expected: { deploymentId: string; method: string; workerId: string }): ForwardClaim | null
  close(): void
}

/** Clocks of one installation's machines agree within this. */
const AGE_MS_MAX = 30_000
/** Sockets to one other process; streams hold theirs. */
const SOCKETS_MAX = 512
const CONNECT_MS = 3000

/** @param o.key 32 bytes, the same in every process of an installation */
export function createForwarder(o: { key: Buffer; now: () => number }): Forwarder {
  const agent = new http.Agent({ keepAlive: true, maxSockets: SOCKETS_MAX })
  const sign = (payload: string) => createHmac('sha256', o.key).update(payload).digest()

  return {
    forward(x, to) {
      const { req, res, grant } = x
      const { deploymentId } = grant.backend
      const method = req.method ?? 'GET'
      const claim: ForwardClaim = { deploymentId, tokenId: grant.tokenId, method, workerId: to.workerId, at: o.now() }
      const payload = Buffer.from(JSON.stringify(claim)).toString('base64url')
      const session = header(req, 'mcp-session-id')
      const length = header(req, 'content-length')
      const upstream = http.request(new URL(`/mcp/${deploymentId}`, to.internalUrl), {
        agent,
        method,
        headers: {
          ...headersToBackend(req.headers),
          ...(length !== undefined && { 'content-length': length }),
          ...(session !== undefined && { 'mcp-session-id': session }),
          [FORWARD_HEADER]: `${payload}.${sign(payload).toString('base64url')}`,
        },
      })
      const connect = setTimeout(() => upstream.destroy(new Error('no connection')), CONNECT_MS)
      upstream.setNoDelay(true)
      upstream.once('socket', (socket) => {
        if (socket.connecting) socket.once('connect', () => clearTimeout(connect))
        else clearTimeout(connect)
      })
      upstream.once('response', (head) => {
        const answered = head.headers['mcp-session-id']
        res.writeHead(head.statusCode ?? 502, {
          ...headersToClient(head.headers),
          ...(typeof answered === 'string' && { 'mcp-session-id': answered }),
        })
        res.flushHeaders()
        head.once('error', () => {})
        head.once('close', () => head.complete || res.destroy())
        head.pipe(res)
      })
      upstream.once('error', () => {
        clearTimeout(connect)
        // The holder died or moves: its lease ends soon, and the next call finds the new one.
        if (res.headersSent) res.destroy()
        else
          refuse(res, 503, RPC.server, 'The sessions of this server move to another process.', {
            headers: { 'retry-after': '2' },
          })
      })
      res.once('close', () => upstream.destroy())
      req.pipe(upstream)
    },
    verify(value, expected) {
      const [payload = '', signature = ''] = value.split('.')
      const given = Buffer.from(signature, 'base64url')
      const right = sign(payload)
      if (given.length !== right.length || !timingSafeEqual(given, right)) return null
      const claim = parseJson(Buffer.from(payload, 'base64url').toString('utf8')) as ForwardClaim
      const { deploymentId, method, workerId } = expected
      const fits = claim.deploymentId === deploymentId && claim.method === method && claim.workerId === workerId
      return fits && Math.abs(o.now() - claim.at) < AGE_MS_MAX ? claim : null
    },
    close: () => agent.destroy(),
  }
}
