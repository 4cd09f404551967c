import { expect, test } from 'vitest'
import { batched, merge } from './merge.ts'

async function* of<T>(...values: T[]) {
  yield* values
}
async function* failing(): AsyncGenerator<number> {
  yield 1
  throw new Error('broken')
}
const all = async <T>(source: AsyncIterable<T>): Promise<T[]> => {
  const values: T[] = []
  for await (const value of source) values.push(value)
  return values
}

test('merge yields everything of every source, each in its own order', async () => {
  const merged = await all(merge([of('a1', 'a2', 'a3'), of('b1', 'b2'), of<string>()]))
  expect(merged.filter((v) => v.startsWith('a'))).toEqual(['a1', 'a2', 'a3'])
  expect(merged.filter((v) => v.startsWith('b'))).toEqual(['b1', 'b2'])
})

test('merge of nothing ends at once', async () => {
  expect(await all(merge([]))).toEqual([])
})

test('merge ends with the first error', async () => {
  await expect(all(merge([failing(), of(2)]))).rejects.toThrow('broken')
})

test('merge asks no source for more than one value ahead of its reader', async () => {
  let asked = 0
  async function* counting() {
    for (let i = 0; i < 100; i++) {
      asked++
      yield i
    }
  }
  for await (const value of merge([counting()])) if (value === 3) break
  expect(asked).toBeLessThanOrEqual(5)
})

test('a reader that leaves lets the sources clean up', async () => {
  let cleaned = false
  async function* source() {
    try {
      for (;;) yield 1
    } finally {
      cleaned = true
    }
  }
  for await (const _ of merge([source()])) break
  await expect.poll(() => cleaned).toBe(true)
})

test('batched keeps the order, loses nothing, and never exceeds its size', async () => {
  const batches = await all(batched(of(...Array.from({ length: 1000 }, (_, i) => i)), 7))
  expect(batches.flat()).toEqual(Array.from({ length: 1000 }, (_, i) => i))
  expect(Math.max(...batches.map((b) => b.length))).toBeLessThanOrEqual(7)
})

test('batched gives what came before an error, then the error', async () => {
  const seen: number[] = []
  const reading = (async () => {
    for await (const batch of batched(failing(), 10)) seen.push(...batch)
  })()
  await expect(reading).rejects.toThrow('broken')
  expect(seen).toEqual([1])
})
