/** Reads the answer to one JSON-RPC request, whether it comes as JSON or as an event stream. */
import type { IncomingMessage } from 'node:http'
import { createBytePile } from './byte-pile.ts'
import { asMessage, isResponse, parseJson, type RpcId, type RpcResponse } from './json-rpc.ts'

/** Between two events of a stream. */
const SEPARATOR = /\r?\n\r?\n/
const SEPARATOR_LENGTH_MAX = 4

/** @returns the first response with this id; null when the answer holds none within `bytesMax` */
export async function readAnswer(head: IncomingMessage, id: RpcId, bytesMax: number): Promise<RpcResponse | null> {
  const streamed = (head.headers['content-type'] ?? '').startsWith('text/event-stream')
  const unread = createBytePile()
  let bytes = 0
  let tail = ''
  for await (const chunk of head as AsyncIterable<Buffer>) {
    unread.add(chunk)
    bytes += chunk.length
    if (bytes > bytesMax) return null
    if (!streamed) continue
    // Only what is new is searched: a server that sends one endless event in crumbs must not cost a look at all of it.
    const recent = tail + chunk.toString('latin1')
    tail = recent.slice(-SEPARATOR_LENGTH_MAX)
    if (!SEPARATOR.test(recent)) continue
    const events = unread.take().toString('utf8').split(SEPARATOR)
    unread.add(Buffer.from(events.pop() ?? ''))
    for (const event of events) {
      const found = responseIn(dataOf(event), id)
      if (found) return found
    }
  }
  const text = unread.take().toString('utf8')
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
