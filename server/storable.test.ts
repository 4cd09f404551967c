import { expect, test } from 'vitest'
import { storable, storableText } from './storable.ts'

test('NUL and half characters go, everything else stays', () => {
  expect(storableText('a\0b\ud83dc\udc00')).toBe('abc')
  expect(storableText('naïve 🧠 \n\t')).toBe('naïve 🧠 \n\t')
})

test('every text of a value is made storable, names of fields included', () => {
  const given = { 'a\0': ['\ud800x', 1, null, true, { deep: { 'b\udc00': 'y\0' } }] }
  expect(storable(given)).toEqual({ a: ['x', 1, null, true, { deep: { b: 'y' } }] })
})

test('R3: a value that is nested without end is cut off, and its field names stay names', () => {
  const nested = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
  expect(JSON.stringify(storable(nested)).length).toBeLessThan(1000)
  const hostile = storable(JSON.parse('{"__proto__": {"isAdmin": true}}'))
  expect(hostile.isAdmin).toBeUndefined()
  expect(Object.getPrototypeOf(hostile)).toBe(Object.prototype)
})
