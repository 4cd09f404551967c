import { expect, test } from 'vitest'
import { createRateLimit } from './rate-limit.ts'

test('the window slides: a request counts for one hour, a refused one not at all', () => {
  let now = 0
  const { count } = createRateLimit(
    () => 2,
    () => now,
  )
  expect(count('a')).toEqual({ limit: 2, remaining: 1, reset: 3600, exceeded: false })
  now = 1_800_000
  expect(count('a')).toMatchObject({ remaining: 0, exceeded: false })
  expect(count('a')).toMatchObject({ remaining: 0, exceeded: true, reset: 3600 })
  expect(count('b')).toMatchObject({ remaining: 1, exceeded: false })
  now = 3_600_000
  expect(count('a')).toMatchObject({ remaining: 0, exceeded: false, reset: 5400 })
})
