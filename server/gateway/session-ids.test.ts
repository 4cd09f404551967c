import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createSessionIds, recordable } from './session-ids.ts'

const ids = createSessionIds(randomBytes(32))
const ticket = {
  deploymentId: '01890000-0000-7000-8000-000000000000',
  tokenId: '01890000-0000-7000-8000-000000000001',
  initialize: { protocolVersion: '2025-11-25', capabilities: { roots: {} }, clientInfo: { name: 'ünï', version: '1' } },
}

test('an id carries all that is needed to open the session anew', () => {
  expect(ids.open(ids.seal(ticket))).toEqual(ticket)
})

test('two sessions of one client have different ids of characters that the protocol allows', () => {
  const [a, b] = [ids.seal(ticket), ids.seal(ticket)]
  expect(a).not.toBe(b)
  expect(a).toMatch(/^[\x21-\x7e]{32,1000}$/)
})

test('an id of another installation, a changed one and garbage open nothing', () => {
  const sealed = ids.seal(ticket)
  const changed = `${sealed.slice(0, 20)}${sealed[20] === 'A' ? 'B' : 'A'}${sealed.slice(21)}`
  for (const id of [createSessionIds(randomBytes(32)).seal(ticket), changed, sealed.slice(0, -1), '', 'x'.repeat(9000)])
    expect(ids.open(id)).toBeNull()
})

test('a greeting too long to carry gives an id that works while the session lives, and no longer', () => {
  const long = { ...ticket, initialize: { icon: randomBytes(8000).toString('base64') } }
  const id = ids.seal(long)
  expect(id.length).toBeLessThan(1000)
  expect(ids.open(id)).toEqual({ ...ticket, initialize: null })
})

test('a long initialize is not kept, however well it can be pressed together', () => {
  const long = { clientInfo: { name: 'x'.repeat(70_000) } }
  expect(recordable(long)).toBeNull()
  const edge = { clientInfo: { name: 'x'.repeat(60_000) } }
  // What is kept can always be opened again.
  expect(ids.open(ids.seal({ ...ticket, initialize: recordable(edge) }))?.initialize).toEqual(edge)
})
