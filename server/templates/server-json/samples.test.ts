import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalise } from './normalise.ts'
import { documents, samples, schemaErrors } from './testing.ts'
import { accepted, documentOf, read } from './testing-read.ts'

const sample = (part: string) => samples.find(([key]) => key.includes(part))?.[1]

describe('the 127 real documents', () => {
  test('are imported or refused, each with a path and a reason', () => {
    const outcomes = new Map<string, number>()
    for (const [key, document] of samples) {
      const imported = read(document)
      const kind = imported.ok ? (imported.content.config.package?.registryType ?? 'oci') : imported.kind
      outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1)
      if (!imported.ok)
        for (const { path, reason } of imported.refusals) {
          expect(path, key).toMatch(/^(packages|remotes)/)
          expect(reason.length, key).toBeGreaterThan(10)
        }
    }
    expect(Object.fromEntries(outcomes)).toMatchInlineSnapshot(`
      {
        "invalid": 27,
        "npm": 38,
        "oci": 35,
        "pypi": 4,
        "remote-only": 7,
        "unsupported": 16,
      }
    `)
  })

  test('have a newest shape that the published schema takes, and that stays as it is', () => {
    for (const [key, document] of samples) {
      const first = normalise(document)
      if (!first.ok) throw new Error(`${key}: ${JSON.stringify(first.refusals)}`)
      expect(schemaErrors(first.document), key).toEqual([])
      const again = normalise(first.document)
      expect(again.ok && again.document, key).toEqual(first.document)
      expect(again.ok && again.findings.notes, key).toEqual([])
    }
  })

  test('mean what they say: docker’s flags of the registry’s seed', () => {
    const { config } = accepted(sample('its-dart/dart-mcp-server')).content
    expect(config).toMatchObject({ image: 'mcp/dart', transport: { type: 'stdio' } })
    expect(config.arguments).toBeUndefined()
    expect(config.environmentVariables).toMatchObject([{ name: 'DART_TOKEN', isSecret: true, isRequired: true }])
  })

  test('mean what they say: an address of the publisher’s, with the port said elsewhere', () => {
    const imported = accepted(sample('94c747ba:servers/ref-tools-mcp'))
    expect(imported.content.config).toMatchObject({
      image: 'docker.io/nimbletools/ref-tools-mcp:1.0.0',
      transport: { type: 'streamable-http', port: 8080, path: '/mcp' },
      resources: { memoryBytes: 256 * 2 ** 20, cpuMillis: 100 },
    })
    expect(imported.notes.map(({ text }) => text).join()).toContain('publisher’s own')
  })

  test('mean what they say: variables given as docker’s flags', () => {
    const { environmentVariables } = accepted(sample('terraform-mcp-server@0b9110be')).content.config
    expect(environmentVariables).toEqual([
      expect.objectContaining({ name: 'TFE_ADDRESS', default: 'https://app.terraform.io', isSecret: false }),
      expect.objectContaining({ name: 'TFE_TOKEN', isRequired: false, isSecret: true }),
      expect.objectContaining({ name: 'ENABLE_TF_OPERATIONS', format: 'boolean', default: 'false' }),
    ])
  })
})

describe('nothing crashes the importer', () => {
  test('not any value', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withNullPrototype: true,
          withSparseArray: true,
        }),
        (value) => {
          expect(read(value).ok).toBe(false)
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('not any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => void read(text)),
      { numRuns: 1000 },
    )
  })

  test('not a real document with anything anywhere', () => {
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('', '{', '-e', 'x={y}', '__proto__', '\0', '\ud800', 'latest', '{{VERSION}}', -1, [], {}, null),
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(fc.tuple(fc.nat(), odd), { minLength: 1, maxLength: 4 }),
        ([, document], changes) => {
          const mutated = structuredClone(document)
          for (const [pick, value] of changes) replaceSomewhere(mutated, pick, value)
          const imported = read(mutated)
          if (!imported.ok) expect(imported.refusals.length).toBeGreaterThan(0)
          else expect(schemaErrors(imported.serverJson)).toEqual([])
        },
      ),
      { numRuns: 3000 },
    )
  })

  test('not what the schema allows, with any package asked for', () => {
    fc.assert(
      fc.property(documents, fc.option(fc.integer({ min: -1, max: 4 }), { nil: undefined }), (document, index) => {
        const imported = read(document, index)
        if (!imported.ok) for (const { path } of imported.refusals) expect(path).toMatch(/^packages/)
      }),
      { numRuns: 1000 },
    )
  })

  test('not depth, size or a prototype', () => {
    let deep: unknown = 1
    for (let i = 0; i < 100_000; i++) deep = [deep]
    expect(read(deep)).toMatchObject({ ok: false, kind: 'invalid' })
    expect(read(JSON.stringify(documentOf({}, { x: 'a'.repeat(600_000) })))).toMatchObject({
      ok: false,
      refusals: [{ path: '$' }],
    })
    const hostile = accepted(JSON.parse(`{"__proto__":{"polluted":1},${JSON.stringify(documentOf({})).slice(1)}`))
    expect(Object.keys(hostile.serverJson)).not.toContain('__proto__')
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })
})

/** Replaces the value at the `pick`-th place of a document, in reading order. */
function replaceSomewhere(document: object, pick: number, value: unknown): void {
  const places: [Record<string, unknown>, string][] = []
  const walk = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return
    for (const key of Object.keys(node)) {
      places.push([node as Record<string, unknown>, key])
      walk((node as Record<string, unknown>)[key])
    }
  }
  walk(document)
  const place = places[pick % places.length]
  if (place) place[0][place[1]] = value
}
