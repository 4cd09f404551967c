import { expect, test } from 'vitest'
import { formatReference, parseReference } from './reference.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`

test.each([
  ['nginx', undefined, 'docker.io/library/nginx:latest'],
  ['mcp/time', undefined, 'docker.io/mcp/time:latest'],
  ['127.0.0.1:4001/mcp/memory', '2026.8.31', '127.0.0.1:4001/mcp/memory:2026.8.31'],
  ['127.0.0.1:4001/mcp/memory:1', undefined, '127.0.0.1:4001/mcp/memory:1'],
  ['localhost/mcp/memory', DIGEST, `localhost/mcp/memory@${DIGEST}`],
  [`127.0.0.1:4001/mcp/memory@${DIGEST}`, undefined, `127.0.0.1:4001/mcp/memory@${DIGEST}`],
  [`127.0.0.1:4001/mcp/memory:tag@${DIGEST}`, undefined, `127.0.0.1:4001/mcp/memory@${DIGEST}`],
])('%s with tag %s means %s', (image, tag, expected) => {
  expect(formatReference(parseReference(image, tag))).toBe(expected)
})

test.each(['', 'UPPER', 'a b', 'a:b:c/../d', '../etc', `x@sha256:${'z'.repeat(64)}`, 'x;rm -rf', 'x$(id)'])(
  'R3: %j is no reference',
  (image) => {
    expect(() => parseReference(image)).toThrow('invalid reference format')
  },
)
