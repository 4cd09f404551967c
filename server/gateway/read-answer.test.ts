import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { readAnswer } from './read-answer.ts'

const answer = (id: number) => JSON.stringify({ jsonrpc: '2.0', id, result: { text: 'grüße 🚢' } })
const head = (type: string, pieces: Buffer[]) =>
  Object.assign(Readable.from(pieces), { headers: { 'content-type': type } }) as unknown as IncomingMessage
const crumbs = (text: string) => Array.from(Buffer.from(text), (byte) => Buffer.from([byte]))

test.each(['\n\n', '\r\n\r\n'])('finds the answer among events, however they are cut (%j)', async (gap) => {
  const text = [
    `: hello`,
    `data: ${answer(1)}`,
    `event: message${gap.slice(gap.length / 2)}data: ${answer(2)}`,
    '',
  ].join(gap)
  for (const pieces of [[Buffer.from(text)], crumbs(text)])
    expect(await readAnswer(head('text/event-stream', pieces), 2, 1000)).toMatchObject({
      id: 2,
      result: { text: 'grüße 🚢' },
    })
})

test('plain JSON in crumbs, and an answer without its last line', async () => {
  expect(await readAnswer(head('application/json', crumbs(answer(3))), 3, 1000)).toMatchObject({ id: 3 })
  expect(await readAnswer(head('text/event-stream', crumbs(`data: ${answer(4)}`)), 4, 1000)).toMatchObject({ id: 4 })
})

test('an endless event in crumbs costs no more than its length', async () => {
  const crumb = Buffer.from('data: x\n')
  const began = performance.now()
  expect(await readAnswer(head('text/event-stream', Array(200_000).fill(crumb)), 1, 1_500_000)).toBeNull()
  // Looking at all of it each time took minutes.
  expect(performance.now() - began).toBeLessThan(5000)
})
