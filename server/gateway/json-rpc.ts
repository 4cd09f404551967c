/** JSON-RPC 2.0 as MCP uses it: what the gateway must know of a message, and the errors that it answers itself. */
import type { ServerResponse } from 'node:http'

export type RpcId = string | number
export type Params = Record<string, unknown>
export interface RpcRequest {
  jsonrpc: '2.0'
  id: RpcId
  method: string
  params?: Params
}
export interface RpcNotification {
  jsonrpc: '2.0'
  method: string
  params?: Params
}
export interface RpcResponse {
  jsonrpc: '2.0'
  id: RpcId | null
  result?: unknown
  error?: { code: number; message: string; data?: unknown }
}
export type RpcMessage = RpcRequest | RpcNotification | RpcResponse

/** First revision without sessions; revisions are dates, so they compare as text. */
export const FIRST_STATELESS_VERSION = '2026-07-28'
export const LAST_SESSION_VERSION = '2025-11-25'
export const SESSION_VERSIONS = ['2024-11-05', '2025-03-26', '2025-06-18', LAST_SESSION_VERSION]
export const VERSION_META = 'io.modelcontextprotocol/protocolVersion'
export const CLIENT_INFO_META = 'io.modelcontextprotocol/clientInfo'
export const CLIENT_CAPABILITIES_META = 'io.modelcontextprotocol/clientCapabilities'
export const SUBSCRIPTION_META = 'io.modelcontextprotocol/subscriptionId'

/** JSON-RPC 2.0, section 5.1; -320xx as the MCP SDKs assign them. */
export const RPC = {
  parse: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  internal: -32_603,
  server: -32_000,
  sessionNotFound: -32_001,
  headerMismatch: -32_020,
  missingCapability: -32_021,
  unsupportedVersion: -32_022,
} as const

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isId = (value: unknown): value is RpcId =>
  typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))

export const isRequest = (m: RpcMessage): m is RpcRequest => 'method' in m && 'id' in m
export const isResponse = (m: RpcMessage): m is RpcResponse => !('method' in m)

/** @returns the value as a message, or null when it is none */
export function asMessage(value: unknown): RpcMessage | null {
  if (!isObject(value) || value.jsonrpc !== '2.0') return null
  if (value.params !== undefined && !isObject(value.params)) return null
  if (typeof value.method === 'string') {
    if ('id' in value && !isId(value.id)) return null
    return value as unknown as RpcMessage
  }
  if (!('result' in value) && !isObject(value.error)) return null
  return isId(value.id) || value.id === null ? (value as unknown as RpcResponse) : null
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const metaOf = (params: Params | undefined): Params | undefined =>
  isObject(params?._meta) ? params._meta : undefined

export const isStatelessVersion = (version: string | undefined): boolean =>
  version !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(version) && version >= FIRST_STATELESS_VERSION

export const errorResponse = (id: RpcId | null, code: number, message: string, data?: unknown): RpcResponse => ({
  jsonrpc: '2.0',
  id,
  error: data === undefined ? { code, message } : { code, message, data },
})

/** Answers a whole HTTP request with one JSON-RPC error; does nothing when an answer has begun. */
export function refuse(
  res: ServerResponse,
  status: number,
  code: number,
  message: string,
  o: { id?: RpcId | null; headers?: Record<string, string>; data?: unknown } = {},
): void {
  if (res.headersSent || res.destroyed) return
  const body = JSON.stringify(errorResponse(o.id ?? null, code, message, o.data))
  res.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...o.headers,
  })
  res.end(body)
}

export const refuseUnknownSession = (res: ServerResponse): void =>
  refuse(res, 404, RPC.sessionNotFound, 'Session not found: send initialize again.')
