/** `/api/trpc/*`: tRPC's Node adapter in front of the root router. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { TRPCError } from '@trpc/server'
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http'
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import { callerOf } from '#server/api/caller.ts'
import { appRouter } from '#server/api/root.ts'
import type { Services } from '#server/api/services.ts'
import { asBerthError } from '#server/api/trpc.ts'
import type { Base } from '#server/context.ts'
import { readBody } from '#server/gateway/index.ts'
import { sendJson } from './answers.ts'
import { clientAddress } from './client-address.ts'
import { DATA_POLICY } from './security-headers.ts'

export const TRPC_PREFIX = '/api/trpc/'
/** The largest input is a hundred variables of 10 kB; twice that holds their escapes. */
const BODY_MAX_BYTES = 2 * 2 ** 20
/** A page asks for a handful at once. */
const BATCH_MAX = 20

export async function handleTrpc(
  base: Base,
  services: Services,
  req: IncomingMessage,
  res: ServerResponse,
  pathname: string,
): Promise<void> {
  res.setHeader('content-security-policy', DATA_POLICY)
  res.setHeader('cache-control', 'no-store')
  const body = await bodyOf(req)
  if (body === null) return refuseTooLarge(res)
  const incoming = {
    headers: req.headers,
    method: req.method ?? 'GET',
    // Asked for by sign-in alone.
    get ip() {
      return clientAddress(req)
    },
  }
  await nodeHTTPRequestHandler({
    router: appRouter,
    req: Object.assign(req, body === undefined ? {} : { body }),
    res,
    path: pathname.slice(TRPC_PREFIX.length),
    maxBatchSize: BATCH_MAX,
    createContext: () => callerOf(base, services, incoming),
    responseMeta: ({ errors }) => {
      const waits = errors.map((error) => asBerthError(error).retryAfterMs ?? 0)
      const longest = Math.max(0, ...waits)
      return longest > 0 ? { headers: { 'retry-after': String(Math.ceil(longest / 1000)) } } : {}
    },
    onError: ({ error, path }) => {
      // What a procedure threw is logged where it is translated; this is what failed before one ran.
      if (error.code === 'INTERNAL_SERVER_ERROR' && asBerthError(error) !== error.cause)
        base.log.error({ err: error.cause ?? error, procedure: path }, 'a call failed before its procedure')
    },
  })
}

/** Read here because the adapter keeps every piece that it gets, and whoever sends chooses how small they are. */
async function bodyOf(req: IncomingMessage): Promise<string | undefined | null> {
  if (req.method === 'GET' || req.method === 'HEAD') return undefined
  // Who goes away meanwhile hears no refusal.
  const body = await readBody(req, BODY_MAX_BYTES).catch(() => null)
  return body?.complete ? body.bytes.toString('utf8') : null
}

/** In the format of the adapter's own refusals. */
function refuseTooLarge(res: ServerResponse): void {
  const { code, message, action } = asBerthError(new TRPCError({ code: 'PAYLOAD_TOO_LARGE' }))
  const data = { code: 'PAYLOAD_TOO_LARGE', httpStatus: 413, berth: { code, action } }
  res.setHeader('connection', 'close')
  sendJson(res, 413, { error: { json: { message, code: TRPC_ERROR_CODES_BY_KEY.PAYLOAD_TOO_LARGE, data } } })
}
