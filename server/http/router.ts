/**
 * The process' HTTP surface, in the order it is tried:
 *
 *   /api/health  /api/metrics  ── always, also while starting and on a worker
 *   /mcp/*       ── the gateway: body and stream are its own
 *   /api/trpc/*  ── tRPC
 *   the rest     ── Next: pages, assets, next-auth's route
 */
import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Services } from '#server/api/services.ts'
import { originOf } from '#server/auth/index.ts'
import type { Config } from '#server/config.ts'
import type { Base } from '#server/context.ts'
import { sha256Hex } from '#server/crypto/vault.ts'
import type { Gateway } from '#server/gateway/port.ts'
import type { Health, Phase } from '#server/observability/health.ts'
import type { Log } from '#server/observability/log.ts'
import { isStream, type Metrics } from '#server/observability/metrics.ts'
import { sendJson, sendText } from './answers.ts'
import { ADDRESS_HEADER, clientAddress } from './client-address.ts'
import { DATA_POLICY, setCommonHeaders, setPagePolicy } from './security-headers.ts'
import { handleTrpc, TRPC_PREFIX } from './trpc.ts'

/** What stands once the runtime does. */
export interface Ready {
  base: Base
  services: Services
  gateway: Pick<Gateway, 'handle'>
  /** null on a worker, which serves no pages. */
  pages: ((req: IncomingMessage, res: ServerResponse) => Promise<void>) | null
}

export interface Surface {
  config: Config
  log: Log
  health: Health
  metrics: Metrics
  phase(): Phase
  ready(): Ready | null
}

export function handleRequest(surface: Surface, req: IncomingMessage, res: ServerResponse): void {
  const began = performance.now()
  const pathname = (req.url ?? '/').split('?', 1)[0] ?? '/'
  const kind = kindOf(pathname)
  if (kind === 'trpc') surface.metrics.track(res)
  res.once('close', () => {
    surface.metrics.request(isStream(res) ? 'stream' : kind, res.statusCode, (performance.now() - began) / 1000)
  })
  route(surface, kind, pathname, req, res).catch((err: unknown) => {
    surface.log.error({ err, kind }, 'a request failed')
    if (res.headersSent) res.destroy()
    else sendText(res, 500, 'Something went wrong inside Berth.\n')
  })
}

type Kind = 'health' | 'metrics' | 'mcp' | 'trpc' | 'page'

function kindOf(pathname: string): Kind {
  if (pathname === '/api/health') return 'health'
  if (pathname === '/api/metrics') return 'metrics'
  if (pathname === '/mcp' || pathname.startsWith('/mcp/')) return 'mcp'
  return pathname.startsWith(TRPC_PREFIX) ? 'trpc' : 'page'
}

async function route(
  surface: Surface,
  kind: Kind,
  pathname: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { config } = surface
  setCommonHeaders(config, res)
  const ready = surface.ready()
  if (kind === 'health') return answerHealth(surface, res)
  if (kind === 'metrics') return answerMetrics(surface, req, res)
  if (surface.phase() === 'stopping')
    return sendText(res, 503, 'Berth is stopping.\n', { 'retry-after': '5', connection: 'close' })
  if (!ready) return sendText(res, 503, 'Berth is starting.\n', { 'retry-after': '1' })
  if (config.role === 'worker') return sendText(res, 404, 'This is a worker: it serves health and metrics only.\n')
  if (kind === 'mcp') {
    // What a container answers is data too, whatever type it says it is.
    res.setHeader('content-security-policy', DATA_POLICY)
    return ready.gateway.handle(req, res)
  }
  if (kind === 'trpc') return handleTrpc(ready.base, ready.services, req, res, pathname)
  return answerPage(config, ready, pathname, req, res)
}

async function answerHealth(surface: Surface, res: ServerResponse): Promise<void> {
  const view = await surface.health.view(surface.phase(), surface.ready()?.base.db ?? null)
  sendJson(res, view.status === 'ok' ? 200 : 503, view)
}

async function answerMetrics(surface: Surface, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { metricsToken } = surface.config
  if (metricsToken === null) return sendText(res, 404, 'Metrics are off: set BERTH_METRICS_TOKEN.\n')
  const given = /^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1] ?? ''
  // Hashes are of one length, so the comparison says nothing about the token's.
  if (!timingSafeEqual(Buffer.from(sha256Hex(given)), Buffer.from(sha256Hex(metricsToken))))
    return sendText(res, 401, 'Give BERTH_METRICS_TOKEN as bearer token.\n', { 'www-authenticate': 'Bearer' })
  const { contentType, body } = await surface.metrics.text(surface.ready()?.base.db ?? null)
  sendText(res, 200, body, { 'content-type': contentType })
}

/** Sign-in forms are all that is ever sent to a page. */
const FORM_MAX_BYTES = 64 * 1024

/**
 * Next reads a body whole and without a limit, from anybody. Node holds a sender to the length it names; one that
 * names none could go on forever. @returns the status that refuses it, or null
 */
function unboundedBody({ headers }: IncomingMessage): 411 | 413 | null {
  if (headers['transfer-encoding'] !== undefined) return 411
  return Number(headers['content-length'] ?? 0) > FORM_MAX_BYTES ? 413 : null
}

async function answerPage(
  config: Config,
  ready: Ready,
  pathname: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const changes = req.method !== 'GET' && req.method !== 'HEAD' && req.method !== 'OPTIONS'
  if (changes && originOf(config, req.headers) === 'foreign')
    return sendText(res, 403, 'This request does not come from a page of this Berth.\n')
  // Nothing else takes what is sent: Next would try to read it as a call of a server function, and there are none.
  if (changes && !pathname.startsWith('/api/auth/'))
    return sendText(res, 405, 'Pages are only read.\n', { allow: 'GET, HEAD' })
  const tooMuch = unboundedBody(req)
  if (tooMuch) return sendText(res, tooMuch, 'A form may have 64 KiB.\n', { connection: 'close' })
  req.headers[ADDRESS_HEADER] = clientAddress(req)
  setPagePolicy(config, req, res)
  // next-auth's answers hold CSRF tokens and set sessions.
  if (req.url?.startsWith('/api/')) res.setHeader('cache-control', 'no-store')
  if (!ready.pages) return sendText(res, 404, 'There are no pages here.\n')
  await ready.pages(req, res)
}
