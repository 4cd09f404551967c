/** The log as the page holds it: a bounded tail, filtered without touching what is held. Pure. */
import type { LogLineView } from '#server/api/views.ts'

/** Lines a page keeps; older ones leave. */
export const LOG_KEEP_MAX = 5000

export interface NumberedLine extends LogLineView {
  /** Counts from 1 since the page opened: React's key, and the number in the gutter. */
  id: number
}

export interface LogBuffer {
  lines: NumberedLine[]
  nextId: number
}

export const emptyLog: LogBuffer = { lines: [], nextId: 1 }

export function appendLog(log: LogBuffer, lines: readonly LogLineView[]): LogBuffer {
  if (lines.length === 0) return log
  const numbered = lines.map((line, index) => ({ ...line, id: log.nextId + index }))
  return { lines: [...log.lines, ...numbered].slice(-LOG_KEEP_MAX), nextId: log.nextId + lines.length }
}

export interface LogFilter {
  search: string
  stream: 'all' | 'stdout' | 'stderr'
}

export function filterLog(lines: readonly NumberedLine[], filter: LogFilter): NumberedLine[] {
  const needle = filter.search.toLowerCase()
  return lines.filter(
    (line) =>
      (filter.stream === 'all' || line.stream === filter.stream) &&
      (needle === '' || line.text.toLowerCase().includes(needle)),
  )
}

/** For the clipboard and the download: one line each, with its time and stream. */
export const logText = (lines: readonly LogLineView[]): string =>
  lines.map((line) => `${line.at.toISOString()} ${line.stream} ${line.text}`).join('\n')

/** The text in pieces, so that what was searched for can be marked without writing HTML. */
export function marked(text: string, search: string): { text: string; hit: boolean }[] {
  if (search === '') return [{ text, hit: false }]
  const pieces: { text: string; hit: boolean }[] = []
  const low = text.toLowerCase()
  const needle = search.toLowerCase()
  // Lower case may change a text's length (İ), and then positions do not match: draw it unmarked.
  if (low.length !== text.length) return [{ text, hit: false }]
  let from = 0
  for (let at = low.indexOf(needle); at >= 0; at = low.indexOf(needle, from)) {
    if (at > from) pieces.push({ text: text.slice(from, at), hit: false })
    pieces.push({ text: text.slice(at, at + needle.length), hit: true })
    from = at + needle.length
  }
  if (from < text.length || pieces.length === 0) pieces.push({ text: text.slice(from), hit: false })
  return pieces
}
