/** References read as Docker reads them, and nothing that is none goes further (R3). */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BerthError } from '#server/errors.ts'
import { canonical, parseReference, parseRegistry } from './reference.ts'

const DIGEST = `sha256:${'0'.repeat(64)}`
const long = (length: number) => 'a'.repeat(length)

test.each([
  ['node', 'docker.io/library/node:latest'],
  ['node:24-slim', 'docker.io/library/node:24-slim'],
  ['library/node', 'docker.io/library/node:latest'],
  ['mcp/memory:1.2', 'docker.io/mcp/memory:1.2'],
  ['docker.io/node', 'docker.io/library/node:latest'],
  ['docker.io/mcp/memory', 'docker.io/mcp/memory:latest'],
  ['index.docker.io/node', 'docker.io/library/node:latest'],
  ['registry-1.docker.io/mcp/memory:1', 'registry-1.docker.io/mcp/memory:1'],
  ['ghcr.io/a/b/c:x', 'ghcr.io/a/b/c:x'],
  ['GHCR.io/a/b', 'GHCR.io/a/b:latest'],
  ['Upper/case', 'Upper/case:latest'],
  ['quay.io/one', 'quay.io/one:latest'],
  ['localhost/a', 'localhost/a:latest'],
  ['localhost:5000/a', 'localhost:5000/a:latest'],
  ['myhost:5000/a/b:t', 'myhost:5000/a/b:t'],
  ['myhost/a', 'docker.io/myhost/a:latest'],
  ['127.0.0.1:4001/mcp/everything:2026.8.31', '127.0.0.1:4001/mcp/everything:2026.8.31'],
  ['[::1]:5000/a', '[::1]:5000/a:latest'],
  ['[2001:DB8::1]/a:t', '[2001:DB8::1]/a:t'],
  ['a/b__c/d---e.f_g', 'docker.io/a/b__c/d---e.f_g:latest'],
  ['a:_.-', 'docker.io/library/a:_.-'],
  [`a:${long(128)}`, `docker.io/library/a:${long(128)}`],
  [`x.io/${long(255)}`, `x.io/${long(255)}:latest`],
  [`node@${DIGEST}`, `docker.io/library/node@${DIGEST}`],
  [`a/b:tag@${DIGEST}`, `docker.io/a/b:tag@${DIGEST}`],
  [`h.x:5000/a@${DIGEST}`, `h.x:5000/a@${DIGEST}`],
])('%s is %s', (image, name) => {
  expect(canonical(parseReference(image))).toBe(name)
})

test('a tag beside a digest is kept, and the digest is asked for', () => {
  expect(parseReference(`a/b:tag@${DIGEST}`)).toEqual({
    registry: 'docker.io',
    repository: 'a/b',
    tag: 'tag',
    digest: DIGEST,
    reference: DIGEST,
  })
})

describe('R3: no reference', () => {
  test.each([
    '',
    ' ',
    '/',
    'a/',
    '/a',
    'a//b',
    'a b',
    'a/../b',
    '../a',
    'a..b',
    'a___b',
    '-a',
    'a-',
    'a/B',
    'docker.io/',
    'docker.io/UPPER',
    'NODE',
    'a:',
    'a:ta g',
    'a:.t',
    `a:${long(129)}`,
    `x.io/${long(256)}`,
    `${long(261)}.x/a`,
    'a@sha256:short',
    `a@sha512:${'0'.repeat(128)}`,
    `a@sha256:${'A'.repeat(64)}`,
    `a@${DIGEST}@${DIGEST}`,
    '0'.repeat(64),
    'x.y/a;rm',
    'a/b?c',
    'h.x:1/a#b',
    'h.x:/a',
    'h.x:0/a',
    'h.x:65536/a',
    'h.x:123456/a',
    'http://h.x/a',
    'user@h.x/a',
    'user:secret@h.x/a',
    '-h.x/a',
    '[::1/a',
    '[::1]x/a',
    '[1:2]/a',
    '[::ffff:127.0.0.1]/a',
    'a\n',
    'a\u0000b',
    'ａ/b',
    'a%2fb',
    'x.y\\a/b',
  ])('%j', (image) => {
    expect(() => parseReference(image)).toThrow(BerthError)
  })
})

test('whatever is read gives a canonical name that reads as itself', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9._:@/[\]-]{0,40}$/)
  fc.assert(
    fc.property(fc.oneof(word, fc.string()), (image) => {
      let name: string
      try {
        name = canonical(parseReference(image))
      } catch (error) {
        expect(error).toBeInstanceOf(BerthError)
        return
      }
      expect(canonical(parseReference(name))).toBe(name)
      expect(new URL(`https://${name.split('/')[0]}/`).pathname).toBe('/')
    }),
    { numRuns: 2000 },
  )
})

test.each([
  ['docker.io', 'docker.io'],
  ['https://index.docker.io/v1/', 'docker.io'],
  ['registry-1.docker.io', 'docker.io'],
  ['Registry.Example:5000', 'registry.example:5000'],
  [' https://ghcr.io ', 'ghcr.io'],
  ['http://10.0.0.5:5000/v2/', '10.0.0.5:5000'],
])('the registry %j is stored as %s', (text, registry) => {
  expect(parseRegistry(text)).toBe(registry)
})

test.each(['', 'https://', 'ghcr.io/acme', 'https://user:secret@ghcr.io', 'a b', 'h.x:99999', 'ftp://h.x'])(
  '%j is no registry',
  (text) => {
    expect(() => parseRegistry(text)).toThrow('host or host:port')
  },
)
