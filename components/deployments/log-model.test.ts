import { describe, expect, it } from 'vitest'
import { appendLog, emptyLog, filterLog, LOG_KEEP_MAX, logText, marked } from './log-model.ts'

const line = (text: string, stream: 'stdout' | 'stderr' = 'stdout') => ({ at: new Date(0), stream, text })

describe('the log', () => {
  it('keeps a bounded tail and numbers lines for good', () => {
    const log = appendLog(
      emptyLog,
      Array.from({ length: LOG_KEEP_MAX + 5 }, (_, n) => line(`line ${n}`)),
    )
    expect(log.lines).toHaveLength(LOG_KEEP_MAX)
    expect(log.lines[0]).toMatchObject({ id: 6, text: 'line 5' })
    expect(appendLog(log, [line('more')]).lines.at(-1)?.id).toBe(LOG_KEEP_MAX + 6)
  })

  it('filters by stream and by text, whatever the case', () => {
    const { lines } = appendLog(emptyLog, [
      line('Listening'),
      line('oops', 'stderr'),
      line('listening again', 'stderr'),
    ])
    expect(filterLog(lines, { search: 'LISTEN', stream: 'all' })).toHaveLength(2)
    expect(filterLog(lines, { search: 'listen', stream: 'stderr' }).map((each) => each.text)).toEqual([
      'listening again',
    ])
  })

  it('marks every hit and loses nothing of the text', () => {
    const pieces = marked('<b>error</b> ERROR', 'error')
    expect(pieces.filter((piece) => piece.hit).map((piece) => piece.text)).toEqual(['error', 'ERROR'])
    for (const text of ['', 'aaa', '<script>', 'İİ', 'ab'])
      expect(
        marked(text, 'a')
          .map((piece) => piece.text)
          .join(''),
      ).toBe(text)
  })

  it('copies as plain lines', () => expect(logText([line('x')])).toBe('1970-01-01T00:00:00.000Z stdout x'))
})
