import { expect, test } from 'vitest'
import { createEventReader } from './event-reader.ts'

function read(pieces: (string | Buffer)[], bytesMax = 1000) {
  const events: { name: string; data: string }[] = []
  const reader = createEventReader(bytesMax, (event) => events.push(event))
  const added = pieces.map((piece) => reader.add(Buffer.from(piece)))
  return { events, reader, fits: added.every(Boolean) }
}

test.each(['\n', '\r\n'])('reads events, however lines end (%j) and bytes are cut', (newline) => {
  const text = [': hello', '', 'event: endpoint', 'data: /post', '', 'id: 7', 'data:a', 'data: grüße', '', ''].join(
    newline,
  )
  const expected = [
    { name: 'endpoint', data: '/post' },
    { name: 'message', data: 'a\ngrüße' },
  ]
  expect(read([text]).events).toEqual(expected)
  expect(read(Array.from(Buffer.from(text), (byte) => Buffer.from([byte]))).events).toEqual(expected)
})

test('an event that never ends is too long as soon as it passes the bound, in one line or in many', () => {
  expect(read(['data: ', 'x'.repeat(990)]).fits).toBe(true)
  expect(read(['data: ', 'x'.repeat(995)]).fits).toBe(false)
  expect(read(Array(200).fill('data: x\n')).fits).toBe(false)
  expect(read(Array(200).fill('data: x\n\n')).fits).toBe(true)
})

test('the last event counts without its empty line when the stream ends', () => {
  const { events, reader } = read(['data: last'])
  reader.end()
  expect(events).toEqual([{ name: 'message', data: 'last' }])
})
