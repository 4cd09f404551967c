/**
 * The HTTP face of the local cloud: who asks, may they, does a fault strike, which route, what answer.
 *
 *     request ─▶ token ─▶ rate limit ─▶ faults ─▶ route ─▶ scopes ─▶ handler ─▶ answer
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { accountRoutes } from './account-routes.ts'
import { actionRoutes } from './action-routes.ts'
import type { Cloud } from './cloud.ts'
import { dropletRoutes } from './droplet-routes.ts'
import { ApiError, badRequest, forbidden, notFound, serverError, tooManyRequests, unauthorized } from './error.ts'
import { createFaults, type Fault, type Faults } from './faults.ts'
import { firewallRoutes } from './firewall-routes.ts'
import { localAnswer } from './local-routes.ts'
import { metricRoutes } from './metric-routes.ts'
import { createRateLimit, type RateState } from './rate-limit.ts'
import type { AccountRecord } from './records.ts'
import { type Answer, matchRoute, type Route } from './router.ts'
import { grantedScopes } from './scopes.ts'
import { tagRoutes } from './tag-routes.ts'

export const API_ROUTES: Route[] = [
  ...accountRoutes,
  ...dropletRoutes,
  ...actionRoutes,
  ...tagRoutes,
  ...firewallRoutes,
  ...metricRoutes,
]

const BODY_BYTES_MAX = 2 ** 20
/** Names a page in a browser could not use to reach us under a name of its own. */
const OWN_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|10(\.\d{1,3}){3})(:\d+)?$/

interface ServerState {
  cloud: Cloud
  faults: Faults
  rate: ReturnType<typeof createRateLimit>
  log: (line: string) => void
}

export function createApiServer(cloud: Cloud, log: (line: string) => void): Server {
  const state: ServerState = {
    cloud,
    log,
    faults: createFaults(),
    rate: createRateLimit(() => cloud.settings.rateLimitPerHour),
  }
  return createServer({ noDelay: true }, (request, response) => void handle(state, request, response))
}

async function handle(state: ServerState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const headers: Record<string, string> = {}
  try {
    const answer = await answerTo(state, request, response, headers)
    if (answer) send(response, answer, headers)
  } catch (error) {
    // The client went away while it was still sending: nobody is there to answer.
    if (request.destroyed && !request.complete) return
    if (!(error instanceof ApiError))
      state.log(`${request.method} ${request.url}: ${error instanceof Error ? error.stack : error}`)
    const known = error instanceof ApiError ? error : serverError()
    const body = {
      id: known.id,
      message: known.message,
      request_id: randomUUID(),
      // The one status for which the document describes another body; both kinds of client find theirs.
      ...(known.status === 400 ? { error: known.message, messages: [known.message], root_causes: [] } : {}),
    }
    send(response, { status: known.status, body }, { ...headers, ...known.headers })
  }
}

/** Null when the connection was cut on purpose. */
async function answerTo(
  state: ServerState,
  request: IncomingMessage,
  response: ServerResponse,
  headers: Record<string, string>,
): Promise<Answer | null> {
  const host = request.headers.host ?? ''
  if (!OWN_HOST.test(host)) throw new ApiError(421, 'misdirected_request', `This server is not ${host}.`)
  const url = new URL(request.url ?? '/', `http://${host}`)
  const path = url.pathname.replace(/(?<=.)\/$/, '')
  const method = request.method ?? 'GET'
  const body = await readBody(request)
  const token = bearerToken(request.headers.authorization)
  if (path.startsWith('/_local/'))
    return localAnswer({ ...state, method, path, token, body, contentType: request.headers['content-type'] ?? '' })
  if (token === null) {
    // DigitalOcean tells its limits even to those whom it does not know.
    setRateHeaders(headers, { limit: state.cloud.settings.rateLimitPerHour, remaining: 0, reset: 0, exceeded: false })
    throw unauthorized()
  }
  const { cloud } = state
  const account = cloud.store.account(token)
  const rate = state.rate.count(account.id)
  setRateHeaders(headers, rate)
  if (rate.exceeded) throw tooManyRequests(Math.max(1, rate.reset - Math.floor(Date.now() / 1000)))
  const faults = state.faults.take(account.id, method, path)
  await strike(faults)
  const found = matchRoute(API_ROUTES, method, path)
  if (!found) throw notFound()
  const granted = grantedScopes(token)
  const requireScope = (scope: string) => {
    if (granted !== null && !granted.has(scope)) throw forbidden(scope)
  }
  for (const scope of found.route.scopes) requireScope(scope)
  const { params } = found
  const answer = await found.route.handler({
    cloud,
    account,
    base: url.origin,
    requireScope,
    path,
    query: url.searchParams,
    params,
    body,
  })
  if (afterCreate(faults, cloud, account, answer)) return answer
  response.destroy()
  return null
}

async function strike(faults: Fault[]): Promise<void> {
  for (const fault of faults) {
    if (fault.kind === 'slow') await delay(fault.delayMs)
    if (fault.kind === '429') throw tooManyRequests(1)
    if (fault.kind === '500') throw serverError()
  }
}

/** What faults do to droplets that were just made. False when the answer must not reach the client. */
function afterCreate(faults: Fault[], cloud: Cloud, account: AccountRecord, answer: Answer): boolean {
  const stuck = faults.some((fault) => fault.kind === 'stuck-new')
  const lost = faults.find((fault) => fault.kind === 'lost-create')
  if (answer.status !== 202 || !(stuck || lost)) return true
  const { droplet, droplets = [droplet] } = answer.body as { droplet?: { id: number }; droplets?: { id: number }[] }
  for (const record of account.droplets) {
    if (!droplets.some((made) => made?.id === record.id)) continue
    record.stuck = stuck
    if (lost) record.hiddenUntilMs = Date.now() + lost.delayMs
  }
  cloud.store.save(account)
  return !lost
}

function bearerToken(header: string | undefined): string | null {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? null
}

function setRateHeaders(headers: Record<string, string>, rate: RateState): void {
  headers['ratelimit-limit'] = String(rate.limit)
  headers['ratelimit-remaining'] = String(rate.remaining)
  headers['ratelimit-reset'] = String(rate.reset)
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length
    if (length > BODY_BYTES_MAX) throw badRequest('The request body is too large.')
    pieces.push(piece)
  }
  const bytes = Buffer.concat(pieces)
  if (bytes.length === 0) return undefined
  try {
    return JSON.parse(bytes.toString())
  } catch {
    throw badRequest('The request body is not valid JSON.')
  }
}

function send(response: ServerResponse, { status, body }: Answer, headers: Record<string, string>): void {
  if (response.destroyed) return
  const text = body === undefined ? '' : JSON.stringify(body)
  response.writeHead(status, {
    ...headers,
    'x-request-id': randomUUID(),
    ...(text ? { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) } : {}),
  })
  response.end(text)
}
