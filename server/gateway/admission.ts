/** Who may ask: the path, the origin, and the bearer token, in that order, before anything is looked up. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sha256Hex } from '#server/crypto/vault.ts'
import { header } from './exchange.ts'
import { RPC, refuse } from './json-rpc.ts'

export interface Credentials {
  deploymentId: string
  tokenHash: string
}

const PATH = /^\/mcp\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i
const METHODS = ['POST', 'GET', 'DELETE']

/** @returns the deployment that the path names, or null */
export const deploymentIn = (url: string | undefined): string | null => PATH.exec(url ?? '')?.[1]?.toLowerCase() ?? null

/** I7: a missing deployment, a foreign one and a wrong token are one answer. */
export const refuseToken = (res: ServerResponse): void =>
  refuse(res, 401, RPC.server, 'Unauthorized: send the token of this deployment as "Authorization: Bearer <token>".', {
    headers: { 'www-authenticate': 'Bearer realm="Berth", error="invalid_token"' },
  })

/** @returns what the request claims, or null when it was refused here. @param o.ownOrigin of Berth's own pages */
export function readCredentials(
  req: IncomingMessage,
  res: ServerResponse,
  o: { ownOrigin: string },
): Credentials | null {
  const origin = header(req, 'origin')
  // R10: a page elsewhere must not reach an endpoint through its visitor's browser (DNS rebinding included).
  if (origin !== undefined && origin !== o.ownOrigin)
    return refuse(res, 403, RPC.server, 'Forbidden: this origin may not call MCP endpoints.') ?? null
  if (!METHODS.includes(req.method ?? ''))
    return refuse(res, 405, RPC.server, 'Method not allowed.', { headers: { allow: METHODS.join(', ') } }) ?? null
  // A token in a URL ends in histories, proxies and logs; no MCP client adds a query of its own.
  if (req.url?.includes('?'))
    return (
      refuse(res, 401, RPC.server, 'Unauthorized: a token is taken from the Authorization header only.', {
        headers: { 'www-authenticate': 'Bearer realm="Berth", error="invalid_request"' },
      }) ?? null
    )
  const deploymentId = deploymentIn(req.url)
  const token = /^Bearer +([\w\-.~+/]+=*)$/i.exec(header(req, 'authorization') ?? '')?.[1]
  if (!deploymentId || !token) return refuseToken(res) ?? null
  return { deploymentId, tokenHash: sha256Hex(token) }
}
