/** The route table of the Engine API subset. Paths may carry a version: `/v1.47/containers/json`. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { json as readJsonBody } from 'node:stream/consumers'
import type { ZodType } from 'zod'
import type { EngineContext } from './context.ts'
import { badParameter } from './errors.ts'

export interface Call {
  ctx: EngineContext
  request: IncomingMessage
  /** The hijacked connection when the client asked for an upgrade. */
  response: ServerResponse | Duplex
  head: Buffer
  query: URLSearchParams
  /** Path parameters in the order of the route. */
  params: string[]
  body<T>(schema: ZodType<T>): Promise<T>
}

/** What a handler returns is sent as JSON; undefined with its status alone; `STREAMED` when it wrote by itself. */
export const STREAMED = Symbol('streamed')
export class Reply {
  readonly status: number
  readonly value: unknown
  constructor(status: number, value?: unknown) {
    this.status = status
    this.value = value
  }
}

export type Handler = (call: Call) => unknown

export interface Route {
  method: string
  pattern: RegExp
  handler: Handler
}

/** `{}` matches one path segment, `{…}` any number of them (image names hold slashes). */
export function route(method: string, path: string, handler: Handler): Route {
  const pattern = path.replaceAll('{}', '([^/]+)').replaceAll('{…}', '(.+)')
  return { method, handler, pattern: new RegExp(`^${pattern}$`) }
}

export function match(routes: Route[], method: string, path: string): { handler: Handler; params: string[] } | null {
  const bare = path.replace(/^\/v\d+\.\d+(?=\/)/, '')
  for (const { method: wanted, pattern, handler } of routes) {
    const found = wanted === method ? pattern.exec(bare) : null
    if (found) return { handler, params: found.slice(1).map((part) => decode(part)) }
  }
  return null
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw badParameter(`invalid URL escape ${JSON.stringify(text)}`)
  }
}

/** @throws EngineError 400 naming the first thing that is wrong */
export async function parseBody<T>(request: IncomingMessage, schema: ZodType<T>): Promise<T> {
  let value: unknown = {}
  if (request.headers['content-length'] !== '0' && request.headers['content-type'] !== undefined)
    value = await readJsonBody(request).catch(() => {
      throw badParameter('invalid JSON: the request body could not be read')
    })
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw badParameter(`invalid ${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'unreadable'}`)
}

export function flag(query: URLSearchParams, name: string, fallback = false): boolean {
  const value = query.get(name)
  return value === null ? fallback : !['0', 'false', 'False', ''].includes(value)
}
