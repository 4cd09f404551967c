/** What goes out as `server.json` and what comes in are the same thing. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exportServerJson, type Imported, importServerJson } from './index.ts'
import { normalise } from './normalise.ts'
import { contents, documents, RUNNERS, samples, schemaErrors } from './testing.ts'

type Accepted = Extract<Imported, { ok: true }>
const read = (document: unknown) => importServerJson(document, { runners: RUNNERS })
const accepted = samples.flatMap(([key, document]): [string, Accepted][] => {
  const imported = read(document)
  return imported.ok ? [[key, imported]] : []
})

const exported = (imported: Accepted, content = imported.content) =>
  exportServerJson({
    slug: imported.slug,
    registryName: imported.registryName,
    version: 3,
    content,
    serverJson: imported.serverJson,
    runners: RUNNERS,
  })

describe('export of what was imported', () => {
  test.each(accepted)('is the document itself, valid by the published schema: %s', (_, imported) => {
    const document = exported(imported)
    expect(document).toEqual(imported.serverJson)
    expect(schemaErrors(document)).toEqual([])
    expect(read(document)).toMatchObject({ ok: true, content: imported.content })
  })

  test('is the document itself for every document that the schema allows and Berth runs', () => {
    fc.assert(
      fc.property(documents, (document) => {
        expect(schemaErrors(document)).toEqual([])
        const normal = normalise(document)
        expect(normal.ok && normal.document).toEqual(document)
        const imported = read(document)
        if (imported.ok) expect(exported(imported)).toEqual(document)
      }),
      { numRuns: 1000 },
    )
  })

  test('survives jsonb, which orders keys its own way', () => {
    for (const [, imported] of accepted) {
      const shuffled = JSON.parse(JSON.stringify(imported), (_, value) =>
        value && typeof value === 'object' && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).reverse())
          : value,
      ) as Accepted
      expect(exported(shuffled)).toEqual(imported.serverJson)
    }
  })

  test('says what an admin changed, and keeps the rest of the publisher’s words', () => {
    const [, imported] = accepted.find(([key]) => key.startsWith('hashicorp') && key.includes('93350954')) as [
      string,
      Accepted,
    ]
    const { content } = imported
    const edited = {
      ...content,
      displayName: 'Terraform, ours',
      config: { ...content.config, image: 'docker.io/hashicorp/terraform-mcp-server:0.3.2' },
    }
    const document = exported(imported, edited)
    expect(document.title).toBe('Terraform, ours')
    expect(document.packages?.[0]?.identifier).toBe('docker.io/hashicorp/terraform-mcp-server:0.3.2')
    expect(document.packages?.[0]?.runtimeArguments).toEqual(
      (imported.serverJson as typeof document).packages?.[0]?.runtimeArguments,
    )
    expect(document._meta).toBeUndefined()
    expect(schemaErrors(document)).toEqual([])
    expect(read(document)).toMatchObject({ ok: true, content: edited })
  })

  test('with any edits reads back as the edited content', () => {
    fc.assert(
      fc.property(fc.constantFrom(...accepted), contents, ([, imported], content) => {
        const document = exported(imported, content)
        expect(schemaErrors(document)).toEqual([])
        const again = read(document)
        expect(again.ok && again.content).toEqual(content)
      }),
      { numRuns: 300 },
    )
  })
})

describe('export of what was made by hand', () => {
  test('is valid by the published schema, and its import is the same content', () => {
    fc.assert(
      fc.property(contents, (content) => {
        const document = exportServerJson({
          slug: 'weather',
          registryName: null,
          version: 1,
          content,
          serverJson: null,
          runners: RUNNERS,
        })
        expect(schemaErrors(document)).toEqual([])
        const imported = read(JSON.parse(JSON.stringify(document)))
        expect(imported).toMatchObject({ ok: true, slug: 'weather', registryName: null })
        expect(imported.ok && imported.content).toEqual(content)
      }),
      { numRuns: 500 },
    )
  })

  test('says in standard fields what they can say', () => {
    const content = {
      displayName: 'Weather',
      description: 'Forecasts.',
      category: 'maps',
      tags: [],
      isOfficial: false,
      githubUrl: 'https://github.com/acme/weather',
      documentationUrl: null,
      deploymentPriority: 5,
      criteria: {},
      config: {
        image: 'ghcr.io/acme/weather:1.2',
        transport: { type: 'streamable-http' as const, port: 8080, path: '/mcp' },
        arguments: ['--units={UNITS}', { onlyWith: 'CITY', values: ['--city={CITY}'] }],
        environmentVariables: [
          { name: 'API_KEY', description: 'Of the service.', isRequired: true, isSecret: true },
          { name: 'UNITS', description: '', isRequired: false, isSecret: false, default: 'metric', inputOnly: true },
          { name: 'CITY', description: '', isRequired: false, isSecret: false, inputOnly: true },
        ],
        resources: { memoryBytes: 256 * 2 ** 20, cpuMillis: 250, diskBytes: 512 * 2 ** 20 },
        volumes: [{ name: 'cache', path: '/var/cache/weather' }],
        startTimeoutMs: 60_000,
        capabilities: [],
      },
    }
    const document = exportServerJson({
      slug: 'weather',
      registryName: 'io.github.acme/weather',
      version: 2,
      content,
      serverJson: null,
      runners: RUNNERS,
    })
    expect(document._meta).toBeUndefined()
    expect(document).toMatchInlineSnapshot(`
      {
        "$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
        "description": "Forecasts.",
        "name": "io.github.acme/weather",
        "packages": [
          {
            "environmentVariables": [
              {
                "description": "Of the service.",
                "isRequired": true,
                "isSecret": true,
                "name": "API_KEY",
              },
            ],
            "identifier": "ghcr.io/acme/weather:1.2",
            "packageArguments": [
              {
                "name": "--units",
                "type": "named",
                "value": "{UNITS}",
                "variables": {
                  "UNITS": {
                    "default": "metric",
                    "isRequired": false,
                    "isSecret": false,
                  },
                },
              },
              {
                "name": "--city",
                "type": "named",
                "value": "{CITY}",
                "variables": {
                  "CITY": {
                    "isRequired": false,
                    "isSecret": false,
                  },
                },
              },
            ],
            "registryType": "oci",
            "runtimeArguments": [
              {
                "name": "-v",
                "type": "named",
                "value": "cache:/var/cache/weather",
              },
            ],
            "runtimeHint": "docker",
            "transport": {
              "type": "streamable-http",
              "url": "http://localhost:8080/mcp",
            },
          },
        ],
        "repository": {
          "source": "github",
          "url": "https://github.com/acme/weather",
        },
        "title": "Weather",
        "version": "2.0.0",
      }
    `)
  })
})
