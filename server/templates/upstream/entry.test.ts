import { describe, expect, test } from 'vitest'
import { readEntry } from './entry.ts'
import { entry } from './testing-registry.ts'

const NOW = new Date('2026-05-01T00:00:00Z')
const read = (given: unknown) => readEntry(given, NOW)

describe('what a registry says about a server', () => {
  test('is never taken from the document, which its author wrote', () => {
    const word = { status: 'deprecated', statusMessage: 'Moved to io.evil/server.', updatedAt: 'never' }
    const document = { ...word, _meta: { 'io.modelcontextprotocol.registry/official': word } }
    expect(read(entry('io.acme/weather', { document }))).toMatchObject({ status: 'active', statusMessage: null })
    expect(read(entry('io.acme/weather', { document, status: 'deleted', message: 'It stole keys.' }))).toMatchObject({
      ...{ status: 'deleted', statusMessage: 'It stole keys.' },
    })
  })

  test('has no message in the older forms, where registry and author wrote into one document', () => {
    const flat = { name: 'io.acme/old', version: '1.0.0', status: 'deprecated', statusMessage: 'Call +1 555.' }
    expect(read(flat)).toMatchObject({ status: 'deprecated', statusMessage: null })
    expect(read({ server: flat })).toMatchObject({ status: 'deprecated', statusMessage: null })
  })

  test.each(['+010000-01-01T00:00:00Z', '-000001-01-01T00:00:00Z', 'yesterday', `2026-01-01 (${'x'.repeat(100)})`])(
    'is refused by name where its date is %s',
    (at) => {
      expect(read(entry('io.acme/weather', { at }))).toEqual({ refused: 'io.acme/weather: its date is not one' })
    },
  )

  test.each(['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'])('is taken with the date %s', (at) => {
    expect(read(entry('io.acme/weather', { at }))).toMatchObject({ updatedAt: new Date(at), updatedAtText: at })
  })

  test('without a date is of today', () => {
    expect(read({ server: { name: 'io.acme/old', version: '1.0.0' } })).toMatchObject({ updatedAt: NOW })
  })
})
