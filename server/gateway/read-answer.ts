/** Reads the answer to one JSON-RPC request, whether it comes as JSON or as an event stream. */
import type { IncomingMessage } from 'node:http'
import { createBytePile } from './byte-pile.ts'
import { createEventReader } from './event-reader.ts'
import { asMessage, isResponse, parseJson, type RpcId, type RpcResponse } from './json-rpc.ts'

/** @returns the first response with this id; null when the answer holds none within `bytesMax` */
export async function readAnswer(head: IncomingMessage, id: RpcId, bytesMax: number): Promise<RpcResponse | null> {
  const streamed = (head.headers['content-type'] ?? '').startsWith('text/event-stream')
  const unread = createBytePile()
  let found: RpcResponse | null = null
  const events = createEventReader(bytesMax, ({ data }) => {
    found ??= responseIn(data, id)
  })
  let bytes = 0
  for await (const chunk of head as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bytesMax) return null
    if (streamed) events.add(chunk)
    else unread.add(chunk)
    if (found) return found
  }
  if (!streamed) return responseIn(unread.take().toString('utf8'), id)
  events.end()
  return found
}

function responseIn(text: string, id: RpcId): RpcResponse | null {
  const message = asMessage(parseJson(text))
  if (!message || !isResponse(message)) return null
  // Some servers answer what they can't relate to a request with id null.
  return message.id === id || (message.id === null && message.error) ? message : null
}
