import { describe, expect, test } from 'vitest'
import { frame, PATIENT, setUp } from './testing.ts'

describe('logs', () => {
  test('lines of both streams with their times, however they were cut', async () => {
    const bytes = Buffer.concat([
      frame(1, '2026-11-23T12:00:00.123456789Z hello\n2026-11-23T12:00:01Z wör'),
      frame(2, '2026-11-23T12:00:02.5Z bad\r\n'),
      frame(1, 'ld\n'),
    ])
    const { pool } = await setUp({
      docker: (_, response) => {
        for (const byte of bytes) response.write(Buffer.from([byte]))
        response.end()
      },
    })
    const engine = await pool.engine('d')
    const lines = []
    for await (const line of engine.logs('c', { follow: true })) lines.push(line)
    expect(lines).toEqual([
      { at: new Date('2026-11-23T12:00:00.123Z'), stream: 'stdout', text: 'hello' },
      { at: new Date('2026-11-23T12:00:02.500Z'), stream: 'stderr', text: 'bad' },
      { at: new Date('2026-11-23T12:00:01Z'), stream: 'stdout', text: 'wörld' },
    ])
  })

  test('an abort ends a followed log without an error, and its channel', async () => {
    const { droplet, pool } = await setUp({
      docker: (_, response) => void response.write(frame(1, '2026-11-23T12:00:00Z one\n')),
    })
    const engine = await pool.engine('d')
    const controller = new AbortController()
    const texts = []
    for await (const line of engine.logs('c', { follow: true, signal: controller.signal })) {
      texts.push(line.text)
      controller.abort()
    }
    expect(texts).toEqual(['one'])
    await expect.poll(() => droplet.channels, PATIENT).toBe(0)
  })
})
