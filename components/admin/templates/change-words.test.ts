import { expect, test } from 'vitest'
import { valueWords } from './change-words.ts'

test.each([
  ['config.image', undefined, 'none'],
  ['config.image', 'docker.io/acme/server:1', 'docker.io/acme/server:1'],
  ['isOfficial', false, 'no'],
  ['config.resources.memoryBytes', 268_435_456, '256 MB'],
  ['config.startTimeoutMs', 1500, '1.5 s'],
  ['tags', [], 'none'],
  ['tags', ['git', 'code'], 'git, code'],
  ['config.volumes', [{ name: 'data', path: '/data' }], 'data, path /data'],
  [
    'config.environmentVariables.TOKEN',
    { description: '', isRequired: true, isSecret: true, name: 'TOKEN' },
    'TOKEN, required, secret',
  ],
  [
    'config.environmentVariables.MODE',
    { name: 'MODE', isRequired: false, default: '', choices: ['a', 'b'] },
    'MODE, default empty, choices a, b',
  ],
  [
    'config.arguments',
    ['--stdio', { onlyWith: 'PORT', values: ['--port', '{PORT}'] }],
    '--stdio; only with PORT, --port, {PORT}',
  ],
])('a change of %s from or to %j reads as %s', (path, value, words) => expect(valueWords(path, value)).toBe(words))

test('a long text is cut, and says so', () => {
  const words = valueWords('description', 'a'.repeat(2000))
  expect(words.length).toBeLessThan(1000)
  expect(words).toMatch(/a…$/)
})
