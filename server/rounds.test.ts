import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startRounds } from './rounds.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const noError = (error: unknown) => expect.unreachable(String(error))

test('a round comes at its time, and the first may come earlier', async () => {
  let done = 0
  const rounds = startRounds(async () => void done++, { everyMs: 1000, firstAfterMs: 10, onError: noError })
  await vi.advanceTimersByTimeAsync(10)
  expect(done).toBe(1)
  await vi.advanceTimersByTimeAsync(2000)
  expect(done).toBe(3)
  await rounds.stop()
  await vi.advanceTimersByTimeAsync(5000)
  expect(done).toBe(3)
})

test('there are never two at once, and stopping waits for the one under way', async () => {
  let begun = 0
  let end = () => {}
  const round = () => {
    begun++
    return new Promise<void>((resolve) => {
      end = resolve
    })
  }
  const rounds = startRounds(round, { everyMs: 100, onError: noError })
  const first = rounds.now()
  await vi.advanceTimersByTimeAsync(350)
  void rounds.now()
  expect(begun).toBe(1)
  let stopped = false
  const stopping = rounds.stop().then(() => {
    stopped = true
  })
  await vi.advanceTimersByTimeAsync(0)
  expect(stopped).toBe(false)
  end()
  await Promise.all([first, stopping])
  expect(stopped).toBe(true)
})

test('one that fails is told and leaves the next its turn; only the elected process does any', async () => {
  const errors: unknown[] = []
  let done = 0
  let elected = true
  const round = async () => {
    if (++done === 1) throw new Error('once')
  }
  const rounds = startRounds(round, {
    ...{ everyMs: 100, elected: async () => elected },
    onError: (error) => errors.push(error),
  })
  await vi.advanceTimersByTimeAsync(200)
  expect([done, errors.length]).toEqual([2, 1])
  elected = false
  await vi.advanceTimersByTimeAsync(300)
  expect(done).toBe(2)
  await rounds.stop()
})
