import { expect, test } from 'vitest'
import { z } from 'zod'
import { resourceRequirements } from '#db/template-config.ts'
import { idempotencyKey, label, onePlace, place, rowNumber, searchText, variables } from './inputs.ts'

test.each([
  ['a key with NUL', idempotencyKey, 'a\0b'],
  ['a key with half a surrogate pair', idempotencyKey, 'a\ud800b'],
  ['a search for NUL', searchText(10), '\0'],
  ['an empty key', idempotencyKey, ''],
  ['a name with half a surrogate pair', label, 'a\ud800b'],
  ['a value with NUL', variables, { KEY: 'a\0b' }],
  ['a value with half a surrogate pair', variables, { KEY: '\udc00' }],
  ['a number that Postgres has no row for', rowNumber, 2 ** 31],
])('%s is refused before the database sees it', (_what, schema, value) => {
  expect(schema.safeParse(value).success).toBe(false)
})

test.each([
  ['a key in any script', idempotencyKey, 'наша-кнопка 🚀'],
  ['a name with an emoji', label, 'Mémoire 🧠'],
  ['a value of several lines', variables, { KEY: 'one\n\ttwo 😀' }],
  ['the largest number', rowNumber, 2 ** 31 - 1],
])('%s is accepted', (_what, schema, value) => {
  expect(schema.parse(value)).toEqual(value)
})

test.each([
  ['memoryBytes', 2 ** 43],
  ['cpuMillis', 1_000_000],
  ['diskBytes', 2 ** 45],
])('%s of a template is bounded, and the refusal names it', (field, most) => {
  const given = { memoryBytes: 2 ** 27, cpuMillis: 100, diskBytes: 0, [field]: most }
  expect(resourceRequirements.parse(given)).toEqual(given)
  const { error } = resourceRequirements.safeParse({ ...given, [field]: most + 1 })
  expect(error?.issues).toMatchObject([{ path: [field], message: expect.stringContaining(field) }])
})

const newDroplet = { size: 's-1vcpu-1gb', region: 'nyc3' }
const anyPlace = z.strictObject(place).superRefine(onePlace)

test.each([
  ['beside a droplet that is there', { dropletId: '018f0000-0000-7000-8000-000000000000', newDroplet }, 'newDroplet'],
  ['in two regions', { region: 'fra1', newDroplet }, 'newDroplet.region'],
  ['without a region', { newDroplet: { size: 's-1vcpu-1gb' } }, 'newDroplet.region'],
  ['of no size', { newDroplet: { size: '', region: 'nyc3' } }, 'newDroplet.size'],
  ['with what it has not', { newDroplet: { ...newDroplet, sise: 'x' } }, 'newDroplet'],
])('a new droplet %s is refused, and the refusal names the field', (_what, input, field) => {
  expect(anyPlace.safeParse(input).error?.issues.map(({ path }) => path.join('.'))).toEqual([field])
})

test.each([
  [{ newDroplet }],
  [{ newDroplet, region: 'nyc3' }],
  [{ newDroplet: { size: 'so1_5-2vcpu-16gb', region: 'nyc3' } }],
  [{ region: 'nyc3' }],
])('a place that can be is accepted: %j', (input) => {
  expect(anyPlace.parse(input)).toEqual(input)
})
