/** Rate limits count by address, so nobody may choose theirs. */
import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { clientAddress } from './client-address.ts'

const from = (remoteAddress: string, forwarded?: string | string[]) =>
  clientAddress({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  } as unknown as IncomingMessage)

test.each([
  ['a client that comes by itself says what it likes', '203.0.113.9', '6.6.6.6', '203.0.113.9'],
  ['a proxy elsewhere is not believed', '10.0.0.2', '6.6.6.6', '10.0.0.2'],
  ['of what a proxy here passes on, its own word is the last', '127.0.0.1', '6.6.6.6, 203.0.113.9', '203.0.113.9'],
  ['over IPv6 too', '::1', '6.6.6.6, 203.0.113.9', '203.0.113.9'],
  ['under both names of an address', '::ffff:127.0.0.1', '::ffff:203.0.113.9', '203.0.113.9'],
  ['what is no address is none', '127.0.0.1', '203.0.113.9, <script>', '127.0.0.1'],
  ['nor an empty word', '127.0.0.1', '203.0.113.9,', '127.0.0.1'],
])('%s', (_, peer, forwarded, expected) => {
  expect(from(peer, forwarded)).toBe(expected)
})

test('the last of several headers counts, and none means the peer', () => {
  expect(from('127.0.0.1', ['6.6.6.6', '203.0.113.9'])).toBe('203.0.113.9')
  expect(from('127.0.0.1')).toBe('127.0.0.1')
})

test('all addresses of one IPv6 network count as one', () => {
  expect(from('2001:db8:1:2::1')).toBe(from('2001:db8:1:2:ffff::9'))
  expect(from('2001:db8:1:2::1')).not.toBe(from('2001:db8:1:3::1'))
})
