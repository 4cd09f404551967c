/** One admitted HTTP request, and the reading of its body. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Era } from '#db/schema/states.ts'
import { createBytePile } from './byte-pile.ts'
import { asMessage, parseJson, RPC, type RpcMessage, refuse } from './json-rpc.ts'
import type { Backend } from './port.ts'

/** What an admitted request may reach, and as whom. */
export interface Grant {
  tokenId: string
  backend: Backend
  /** As the health check found it; null while that is not known. */
  era: Era | null
  protocolVersion: string | null
  /** Hears why an answer failed, in more detail than a client may (the health check). */
  onError?: (error: unknown) => void
}

export interface Exchange {
  req: IncomingMessage
  res: ServerResponse
  grant: Grant
}

export const header = (req: IncomingMessage, name: string): string | undefined => {
  const value = req.headers[name]
  return Array.isArray(value) ? value[0] : value
}

export interface Body {
  bytes: Buffer
  /** False when more was to come than `bytesMax`; the rest is still unread in the request. */
  complete: boolean
}

/** @throws when the client goes away */
export function readBody(req: IncomingMessage, bytesMax: number): Promise<Body> {
  return new Promise((resolve, reject) => {
    const pile = createBytePile()
    const settle = (complete: boolean): void => {
      req.off('data', take)
      req.off('end', end)
      req.off('close', gone)
      if (!complete) req.pause()
      resolve({ bytes: pile.take(), complete })
    }
    const take = (chunk: Buffer): void => {
      pile.add(chunk)
      if (pile.bytes > bytesMax) settle(false)
    }
    const end = () => settle(true)
    const gone = () => reject(new Error('the client went away'))
    req.on('data', take)
    req.on('end', end)
    req.on('close', gone)
  })
}

/** Reads and checks a JSON-RPC body; answers by itself and gives null when it is none. */
export async function readMessages(
  x: Exchange,
  o: { bytesMax: number; batchMax: number },
): Promise<{ messages: RpcMessage[]; batch: boolean } | null> {
  const { req, res } = x
  if (!/^application\/json\b/i.test(header(req, 'content-type') ?? ''))
    return refuse(res, 415, RPC.server, 'Content-Type must be application/json.') ?? null
  const body = await readBody(req, o.bytesMax)
  if (!body.complete) {
    const megabytes = Math.floor(o.bytesMax / 2 ** 20)
    return (
      refuse(res, 413, RPC.server, `A message may have ${megabytes} MiB.`, { headers: { connection: 'close' } }) ?? null
    )
  }
  const parsed = parseJson(body.bytes.toString('utf8'))
  if (parsed === undefined) return refuse(res, 400, RPC.parse, 'The body is not JSON.') ?? null
  const batch = Array.isArray(parsed)
  const list: unknown[] = Array.isArray(parsed) ? parsed : [parsed]
  const messages = list.map(asMessage).filter((m) => m !== null)
  if (messages.length === 0 || messages.length !== list.length)
    return refuse(res, 400, RPC.invalidRequest, 'The body is not a JSON-RPC message.') ?? null
  if (messages.length > o.batchMax)
    return refuse(res, 400, RPC.invalidRequest, `A batch may have ${o.batchMax} messages.`) ?? null
  return { messages, batch }
}
