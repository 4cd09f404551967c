import { expect, test } from 'vitest'
import { createLimiter } from './limiter.ts'

const never = new AbortController().signal

test('as many as allowed run at once, the others in their order', async () => {
  const limiter = createLimiter(2)
  const log: string[] = []
  const ends: (() => void)[] = []
  const start = (name: string) =>
    limiter.run('key', never, async () => {
      log.push(name)
      await new Promise<void>((resolve) => ends.push(resolve))
    })
  const all = ['a', 'b', 'c', 'd'].map(start)
  await expect.poll(() => log).toEqual(['a', 'b'])
  ends.shift()?.()
  await expect.poll(() => log).toEqual(['a', 'b', 'c'])
  ends.shift()?.()
  await expect.poll(() => log).toEqual(['a', 'b', 'c', 'd'])
  for (const end of ends) end()
  await Promise.all(all)
})

test('keys do not wait for each other, and a failure gives its place on', async () => {
  const limiter = createLimiter(1)
  await expect(limiter.run('a', never, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await limiter.run('a', never, async () => limiter.run('b', never, async () => 'both'))).toBe('both')
})

test('who gives up leaves the line', async () => {
  const limiter = createLimiter(1)
  let free = () => {}
  const first = limiter.run('key', never, () => new Promise<void>((resolve) => (free = resolve)))
  const impatient = new AbortController()
  const second = limiter.run('key', impatient.signal, async () => 'ran')
  const third = limiter.run('key', never, async () => 'third')
  impatient.abort(new Error('gave up'))
  await expect(second).rejects.toThrow('gave up')
  free()
  await first
  expect(await third).toBe('third')
})
