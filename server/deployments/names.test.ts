import { expect, test } from 'vitest'
import { repositoryOf } from './names.ts'

test.each([
  ['redis', 'redis'],
  ['mcp/everything:1.2', 'mcp/everything'],
  ['127.0.0.1:4001/mcp/everything:2026.8.31', '127.0.0.1:4001/mcp/everything'],
  ['127.0.0.1:4001/mcp/everything', '127.0.0.1:4001/mcp/everything'],
  [`ghcr.io/a/b:1@sha256:${'a'.repeat(64)}`, 'ghcr.io/a/b'],
])('the repository of %s is %s', (reference, repository) => {
  expect(repositoryOf(reference)).toBe(repository)
})
