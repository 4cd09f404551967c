/**
 * One HTTP request to DigitalOcean. dots-wrapper's calls take their HTTP client as an argument; this is the one they
 * get, because axios, their default, has the bearer token in every error it throws and can't be given an AbortSignal.
 */
import type { modules } from 'dots-wrapper'
import { abortError, CloudFault, type RateLimit, refused, unreachable } from './fault.ts'

/** DigitalOcean answers in well under a second; creating a droplet takes up to three. */
const REQUEST_TIMEOUT_MS = 15_000

/** Where dots-wrapper's calls find their HTTP client. */
export type DotsContext = Parameters<typeof modules.droplet.getDroplet>[0]

export interface Answer {
  status: number
  data: unknown
  rateLimit: RateLimit | null
}

export interface TransportOptions {
  apiUrl: string
  token: string
  fetch: typeof fetch
  now: () => number
  onRateLimit: (rate: RateLimit) => void
}

export type Send = (
  request: { method: string; path: string; query?: Record<string, unknown>; body?: unknown },
  signal: AbortSignal | undefined,
) => Promise<Answer>

export function createSend(options: TransportOptions): Send {
  return async ({ method, path, query, body }, signal) => {
    if (signal?.aborted) throw abortError(signal)
    const url = new URL(`${options.apiUrl}/v2${path}`)
    for (const [key, value] of Object.entries(query ?? {})) {
      if (value !== undefined) url.searchParams.set(key, String(value))
    }
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
    let response: Response
    let text: string
    try {
      response = await options.fetch(url, {
        method,
        headers: {
          authorization: `Bearer ${options.token}`,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        // A redirect would carry the token to another address.
        redirect: 'error',
      })
      text = await response.text()
    } catch (error) {
      if (signal?.aborted) throw abortError(signal)
      if (timeout.aborted) throw unreachable('lost', `no answer within ${REQUEST_TIMEOUT_MS / 1000} s`)
      throw unreachable(neverLeft(error) ? 'unsent' : 'lost', reasonOf(error))
    }
    const rateLimit = readRateLimit(response.headers)
    if (rateLimit) options.onRateLimit(rateLimit)
    const data = parseJson(text)
    if (response.ok) return { status: response.status, data, rateLimit }
    const told = (data ?? {}) as { id?: unknown; message?: unknown; request_id?: unknown }
    const fault = new CloudFault('answered', str(told.message) ?? `HTTP ${response.status}`, {
      status: response.status,
      id: str(told.id),
      requestId: str(told.request_id) ?? response.headers.get('x-request-id'),
      rateLimit,
    })
    throw refused(fault, waitAsked(response, rateLimit, options.now()))
  }
}

/** dots-wrapper asks for an AxiosInstance, of which it calls these four. */
export function dotsContext(apiUrl: string, send: Send, signal: AbortSignal | undefined): DotsContext {
  const httpClient = {
    get: (path: string, o?: { params?: Record<string, unknown> }) =>
      send({ method: 'GET', path, query: o?.params }, signal),
    post: (path: string, body?: unknown) => send({ method: 'POST', path, body }, signal),
    put: (path: string, body?: unknown) => send({ method: 'PUT', path, body }, signal),
    delete: (path: string) => send({ method: 'DELETE', path }, signal),
  }
  return { endpoint: apiUrl, httpClient: httpClient as unknown as DotsContext['httpClient'] }
}

const str = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

function parseJson(text: string): unknown {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function readRateLimit(headers: Headers): RateLimit | null {
  const [limit, remaining, reset] = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'].map((name) => {
    const value = headers.get(name)
    return value === null || value === '' ? Number.NaN : Number(value)
  })
  if (limit === undefined || remaining === undefined || reset === undefined) return null
  if (!(limit > 0) || !(remaining >= 0) || !(reset >= 0)) return null
  return { limit, remaining, resetAtMs: reset * 1000 }
}

/**
 * `retry-after` first: it also covers the limit of 250 a minute, which `ratelimit-reset` does not know.
 * @see https://docs.digitalocean.com/reference/api/digitalocean/#section/Introduction/Rate-Limit
 */
function waitAsked(response: Response, rate: RateLimit | null, now: number): number | undefined {
  const header = response.headers.get('retry-after')
  if (header) {
    const seconds = Number(header)
    const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now
    if (Number.isFinite(ms)) return Math.max(0, ms)
  }
  if (response.status === 429 && rate && rate.remaining === 0) return Math.max(0, rate.resetAtMs - now)
  return undefined
}

/** Failures before a connection stood, by Node's and undici's codes: the request surely had no effect. */
const NEVER_LEFT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

function codeOf(error: unknown): string | null {
  for (let e = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
    if (e instanceof AggregateError && e.errors.length > 0) {
      const codes = e.errors.map(codeOf)
      // Several addresses were tried: unsent only if every one of them failed before it connected.
      return codes.find((code) => code === null || !NEVER_LEFT.has(code)) ?? codes[0] ?? null
    }
    const code = (e as NodeJS.ErrnoException).code
    if (typeof code === 'string') return code
  }
  return null
}

function neverLeft(error: unknown): boolean {
  const code = codeOf(error)
  return code !== null && NEVER_LEFT.has(code)
}

/** The code alone: an error's message may hold whatever was sent. */
const reasonOf = (error: unknown): string => codeOf(error) ?? 'the connection was lost'
