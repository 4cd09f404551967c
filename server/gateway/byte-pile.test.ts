import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBytePile } from './byte-pile.ts'

test('gives back what was added, whatever the pieces, again and again', () => {
  const pile = createBytePile()
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 9000 }), { maxLength: 12 }), (pieces) => {
      for (const piece of pieces) pile.add(piece)
      const whole = Buffer.concat(pieces)
      expect(pile.bytes).toBe(whole.length)
      expect(pile.take().equals(whole)).toBe(true)
      expect(pile.bytes).toBe(0)
    }),
  )
})

test('never writes into a piece that it was given', () => {
  const pile = createBytePile()
  const shared = Buffer.from('abcdef')
  pile.add(shared.subarray(0, 3))
  pile.add(Buffer.from('XYZ'))
  expect(pile.take().toString()).toBe('abcXYZ')
  expect(shared.toString()).toBe('abcdef')
})

test('a million pieces of one byte cost about what they hold', () => {
  const pile = createBytePile()
  const before = process.memoryUsage()
  for (let i = 0; i < 1_000_000; i++) pile.add(Buffer.from([i & 255]))
  const { arrayBuffers } = process.memoryUsage()
  expect(pile.bytes).toBe(1_000_000)
  expect(arrayBuffers - before.arrayBuffers).toBeLessThan(20 * 2 ** 20)
  expect(pile.take().subarray(254, 258)).toEqual(Buffer.from([254, 255, 0, 1]))
})
