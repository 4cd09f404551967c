/** Routes of the API: method, path, the scope that DigitalOcean asks for, and a handler that returns a status and a body. */
import type { ZodType } from 'zod'
import type { Cloud } from './cloud.ts'
import { badRequest, unprocessable } from './error.ts'
import type { AccountRecord } from './records.ts'

export interface Call {
  cloud: Cloud
  account: AccountRecord
  /** `http://host:port` as the client wrote it; links in answers start with it. */
  base: string
  path: string
  query: URLSearchParams
  params: string[]
  /** @throws ApiError 403 when the token does not grant it; for what a body asks for beyond its route */
  requireScope(scope: string): void
  /** The parsed JSON body; undefined when there was none. */
  body: unknown
}

export interface Answer {
  status: number
  body?: unknown
}

export interface Route {
  method: string
  /** Segments; `*` is a parameter. */
  path: string
  scopes: string[]
  handler: (call: Call) => Answer | Promise<Answer>
}

export function route(method: string, path: string, scope: string, handler: Route['handler']): Route {
  return { method, path, scopes: scope.split(' '), handler }
}

export function matchRoute(routes: Route[], method: string, path: string): { route: Route; params: string[] } | null {
  const wanted = path.split('/')
  for (const route of routes) {
    if (route.method !== method) continue
    const segments = route.path.split('/')
    if (segments.length !== wanted.length) continue
    if (!segments.every((segment, at) => segment === '*' || segment === wanted[at])) continue
    return { route, params: wanted.filter((_, at) => segments[at] === '*').map(decode) }
  }
  return null
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw badRequest('The path holds an invalid escape.')
  }
}

/** @throws ApiError 422 with the first thing that is wrong */
export function parse<T>(schema: ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value ?? {})
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const field = issue?.path.join('.')
  throw unprocessable(field ? `${field}: ${issue?.message}` : 'The request body is not what this endpoint takes.')
}

const PER_PAGE = 20
const PER_PAGE_MAX = 200

/** One page of a list with DigitalOcean's links and total. @throws ApiError 422 on bad numbers */
export function page(call: Call, name: string, all: unknown[]): Answer {
  const perPage = pageNumber(call.query, 'per_page', PER_PAGE, PER_PAGE_MAX)
  const current = pageNumber(call.query, 'page', 1, Number.MAX_SAFE_INTEGER)
  const last = Math.max(1, Math.ceil(all.length / perPage))
  const link = (to: number) => {
    const query = new URLSearchParams(call.query)
    query.set('page', String(to))
    query.set('per_page', String(perPage))
    return `${call.base}${call.path}?${query}`
  }
  const pages = {
    ...(current > 1 ? { first: link(1), prev: link(Math.min(current - 1, last)) } : {}),
    ...(current < last ? { next: link(current + 1), last: link(last) } : {}),
  }
  return {
    status: 200,
    body: {
      [name]: all.slice((current - 1) * perPage, current * perPage),
      links: Object.keys(pages).length > 0 ? { pages } : {},
      meta: { total: all.length },
    },
  }
}

function pageNumber(query: URLSearchParams, name: string, fallback: number, max: number): number {
  const text = query.get(name)
  if (text === null) return fallback
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw unprocessable(`${name} must be a positive number.`)
  return Math.min(value, max)
}
