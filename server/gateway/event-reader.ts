/** Server-sent events from bytes that come in pieces. What no server of MCP uses (`id`, `retry`) is skipped. */
import { createBytePile } from './byte-pile.ts'

export interface EventReader {
  /** @returns false once an event is longer than allowed: the rest can't be told apart */
  add(chunk: Buffer): boolean
  /** The stream ended; some servers leave the last empty line out. */
  end(): void
}

const NEWLINE = 10

export function createEventReader(
  bytesMax: number,
  onEvent: (event: { name: string; data: string }) => void,
): EventReader {
  const line = createBytePile()
  let name = 'message'
  let data: string[] = []
  let bytes = 0

  function dispatch(): void {
    const event = { name, data: data.join('\n') }
    const any = data.length > 0
    name = 'message'
    data = []
    bytes = 0
    if (any) onEvent(event)
  }

  function endLine(): void {
    bytes += line.bytes
    const text = line.take().toString('utf8').replace(/\r$/, '')
    if (text === '') return void dispatch()
    const [, field, value = ''] = /^(\w+)(?:: ?(.*))?$/s.exec(text) ?? []
    if (field === 'event') name = value
    if (field === 'data') data.push(value)
  }

  return {
    // Only what is new is searched: a server that sends one endless event in crumbs must not cost a look at all of it.
    add(chunk) {
      let start = 0
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, start)) {
        line.add(chunk.subarray(start, at))
        start = at + 1
        endLine()
      }
      if (start < chunk.length) line.add(chunk.subarray(start))
      return bytes + line.bytes <= bytesMax
    },
    end() {
      endLine()
      dispatch()
    },
  }
}
