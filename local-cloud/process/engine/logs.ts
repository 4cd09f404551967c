/**
 * Container output, line by line, in Docker's json-file form: `{"log","stream","time"}`. Two files of at most
 * `LOG_BYTES_MAX` each, the older one dropped.
 */
import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import path from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { isMissing } from '#local-cloud/atomic-file.ts'
import type { EngineContext } from './context.ts'
import { badParameter } from './errors.ts'

export type StreamName = 'stdout' | 'stderr'

export interface LogEntry {
  log: string
  stream: StreamName
  /** RFC 3339 with nanoseconds, UTC; grows with every entry of a container. */
  time: string
}

const LOG_BYTES_MAX = 8 * 2 ** 20
/** Longer lines are cut into pieces, as Docker does. */
const LINE_CHARACTERS_MAX = 16_384

function logFile(ctx: EngineContext, id: string): string {
  return path.join(ctx.paths.container(id), 'log.jsonl')
}

/** Returns what takes the output of one run. `end` writes a last line that had no newline. */
export function logWriter(ctx: EngineContext, id: string) {
  const file = logFile(ctx, id)
  mkdirSync(path.dirname(file), { recursive: true })
  let bytes = sizeOf(file)
  const rest: Record<StreamName, string> = { stdout: '', stderr: '' }
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') }
  const write = (stream: StreamName, lines: string[]) => {
    if (lines.length === 0) return
    const entries: LogEntry[] = lines.map((log) => ({ log, stream, time: nowNanos() }))
    const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
    if (bytes > LOG_BYTES_MAX) {
      renameSync(file, `${file}.1`)
      bytes = 0
    }
    appendFileSync(file, text)
    bytes += Buffer.byteLength(text)
    for (const entry of entries) ctx.events.emit(`line:${id}`, entry)
  }
  return {
    write(stream: StreamName, chunk: Buffer) {
      const lines = (rest[stream] + decoders[stream].write(chunk)).split(/(?<=\n)/)
      const last = lines.at(-1) ?? ''
      rest[stream] = last.endsWith('\n') ? '' : last
      if (rest[stream] !== '') lines.pop()
      while (rest[stream].length > LINE_CHARACTERS_MAX) {
        lines.push(rest[stream].slice(0, LINE_CHARACTERS_MAX))
        rest[stream] = rest[stream].slice(LINE_CHARACTERS_MAX)
      }
      write(stream, lines)
    },
    end() {
      for (const stream of ['stdout', 'stderr'] as const) if (rest[stream] !== '') write(stream, [rest[stream]])
    },
  }
}

export function readLogs(ctx: EngineContext, id: string): LogEntry[] {
  const file = logFile(ctx, id)
  return [`${file}.1`, file].flatMap((name) =>
    readOr(name)
      .split('\n')
      .flatMap((line) => parseEntry(line)),
  )
}

/** A kill can cut the last line of the file short; what can't be read is left out. */
function parseEntry(line: string): LogEntry[] {
  try {
    return line === '' ? [] : [JSON.parse(line) as LogEntry]
  } catch {
    return []
  }
}

export interface LogSelection {
  since: string | null
  until: string | null
  /** Null for all. */
  tail: number | null
}

/** Times come as unix seconds with a fraction, or as RFC 3339. @throws EngineError 400 */
export function parseSelection(query: URLSearchParams): LogSelection {
  const tail = query.get('tail') ?? 'all'
  const count = Number(tail)
  // Docker takes what is no number as `all`.
  const whole = tail !== '' && Number.isInteger(count) && count >= 0
  return { since: parseTime(query.get('since')), until: parseTime(query.get('until')), tail: whole ? count : null }
}

function parseTime(text: string | null): string | null {
  if (!text || text === '0') return null
  const unix = /^(\d+)(?:\.(\d{1,9}))?$/.exec(text)
  if (unix) {
    const nanos = (unix[2] ?? '').padEnd(9, '0')
    return `${new Date(Number(unix[1]) * 1000).toISOString().slice(0, 19)}.${nanos}Z`
  }
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw badParameter(`invalid time: ${text}`)
  const fraction = /\.(\d{1,9})/.exec(text)?.[1] ?? ''
  return `${new Date(at).toISOString().slice(0, 19)}.${fraction.padEnd(9, '0')}Z`
}

export function inRange(entry: LogEntry, selection: LogSelection): boolean {
  return (!selection.since || entry.time >= selection.since) && (!selection.until || entry.time <= selection.until)
}

export function select(entries: LogEntry[], selection: LogSelection): LogEntry[] {
  const chosen = entries.filter((entry) => inRange(entry, selection))
  if (selection.tail === null) return chosen
  return selection.tail === 0 ? [] : chosen.slice(-selection.tail)
}

let last = 0n

/** Never the same twice, so that the time of a line is a place in the log. */
export function nowNanos(): string {
  const now = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n
  last = now > last ? now : last + 1n
  const seconds = last / 1_000_000_000n
  const nanos = String(last % 1_000_000_000n).padStart(9, '0')
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${nanos}Z`
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size
  } catch {
    return 0
  }
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isMissing(error)) return ''
    throw error
  }
}
