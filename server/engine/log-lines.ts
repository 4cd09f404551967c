/** A container's log as lines, from Docker's multiplexed stream with `timestamps=1`. */

import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { engineError, Lost, unavailable } from './failure.ts'
import { createDemuxer, type Frame } from './frames.ts'
import type { LogLine } from './port.ts'

/** A server that prints without line ends fills no memory: longer lines are cut into several. */
const LINE_CHARS_MAX = 64 * 1024
/** `2026-11-23T18:26:02.123456789Z text` */
const STAMPED = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z) ?/

interface Partial {
  decoder: StringDecoder
  text: string
  at: Date
}

export function createLineReader(now: () => Date = () => new Date()): {
  push(chunk: Buffer): LogLine[]
  end(): LogLine[]
} {
  const demux = createDemuxer()
  const partials: Record<Frame['stream'], Partial> = {
    stdout: { decoder: new StringDecoder('utf8'), text: '', at: now() },
    stderr: { decoder: new StringDecoder('utf8'), text: '', at: now() },
  }

  function line(stream: Frame['stream'], raw: string): LogLine {
    const partial = partials[stream]
    const stamp = STAMPED.exec(raw)
    // The rest of a line that was cut has no stamp of its own.
    if (stamp?.[1]) partial.at = new Date(stamp[1])
    const text = (stamp ? raw.slice(stamp[0].length) : raw).replace(/\r$/, '')
    return { at: partial.at, stream, text }
  }

  function split(stream: Frame['stream'], decoded: string): LogLine[] {
    const partial = partials[stream]
    const parts = (partial.text + decoded).split('\n')
    partial.text = parts.pop() ?? ''
    const lines = parts.map((part) => line(stream, part))
    while (partial.text.length > LINE_CHARS_MAX) {
      lines.push(line(stream, partial.text.slice(0, LINE_CHARS_MAX)))
      partial.text = partial.text.slice(LINE_CHARS_MAX)
    }
    return lines
  }

  return {
    push: (chunk) => demux(chunk).flatMap(({ stream, data }) => split(stream, partials[stream].decoder.write(data))),
    end: () =>
      (['stdout', 'stderr'] as const).flatMap((stream) => {
        const rest = partials[stream].text + partials[stream].decoder.end()
        partials[stream].text = ''
        return rest === '' ? [] : [line(stream, rest)]
      }),
  }
}

/** Docker's `since`: seconds with a fraction. */
export const sinceParameter = (since: Date): string => (since.getTime() / 1000).toFixed(3)

/** Ends without an error when the log ends or `signal` aborts. */
export async function* readLog(
  source: Readable,
  signal: AbortSignal | undefined,
  release: () => void,
): AsyncGenerator<LogLine> {
  const reader = createLineReader()
  const onAbort = () => source.destroy()
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    if (signal?.aborted) return
    for await (const chunk of source) yield* reader.push(chunk as Buffer)
    yield* reader.end()
  } catch (error) {
    if (signal?.aborted) return
    const mapped = engineError(error, 'show the log')
    throw mapped instanceof Lost ? unavailable(mapped, 'show the log') : mapped
  } finally {
    signal?.removeEventListener('abort', onAbort)
    source.destroy()
    release()
  }
}
