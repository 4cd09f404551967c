import { expect, test } from 'vitest'
import { mergeEnv } from './create-container.ts'
import { mapPath } from './launch.ts'

const FOLDERS = [
  { inside: '/data/cache', outside: '/droplets/1/cache' },
  { inside: '/data', outside: '/droplets/1/data' },
]

test.each([
  ['/data', '/droplets/1/data'],
  ['/data/memory.jsonl', '/droplets/1/data/memory.jsonl'],
  ['/data/cache/x', '/droplets/1/cache/x'],
  ['/database', '/database'],
  ['--dir=/data', '--dir=/data'],
  ['stdio', 'stdio'],
])('the argument %s becomes %s', (text, expected) => {
  expect(mapPath(FOLDERS, text)).toBe(expected)
})

test('later variables replace earlier ones, and a bare name removes one', () => {
  expect(mergeEnv(['A=1', 'B=2', 'C=3'], ['B=', 'A=x=y', 'C'])).toEqual(['A=x=y', 'B='])
})

test.each(['=x', '', 'A=\0'])('R5: %j is no environment variable', (entry) => {
  expect(() => mergeEnv([], [entry])).toThrow('invalid environment variable')
})
