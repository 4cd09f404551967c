/** Reads the answer to one JSON-RPC request, whether it comes as JSON or as an event stream. */
import type { IncomingMessage } from 'node:http'
import { asMessage, isResponse, parseJson, type RpcId, type RpcResponse } from './json-rpc.ts'

/** @returns the first response with this id; null when the answer holds none within `bytesMax` */
export async function readAnswer(head: IncomingMessage, id: RpcId, bytesMax: number): Promise<RpcResponse | null> {
  const streamed = (head.headers['content-type'] ?? '').startsWith('text/event-stream')
  let text = ''
  let bytes = 0
  head.setEncoding('utf8')
  for await (const chunk of head as AsyncIterable<string>) {
    text += chunk
    bytes += Buffer.byteLength(chunk)
    if (bytes > bytesMax) return null
    if (!streamed) continue
    const events = text.split(/\r?\n\r?\n/)
    text = events.pop() ?? ''
    for (const event of events) {
      const found = responseIn(dataOf(event), id)
      if (found) return found
    }
  }
  return responseIn(streamed ? dataOf(text) : text, id)
}

const dataOf = (event: string): string =>
  event
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trimStart())
    .join('\n')

function responseIn(text: string, id: RpcId): RpcResponse | null {
  const message = asMessage(parseJson(text))
  if (!message || !isResponse(message)) return null
  // Some servers answer what they can't relate to a request with id null.
  return message.id === id || (message.id === null && message.error) ? message : null
}
