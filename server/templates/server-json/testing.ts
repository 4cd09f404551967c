/** Real documents, documents that fast-check makes, and the published schema, for the tests beside. */
import { readFileSync } from 'node:fs'
import Ajv from 'ajv'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { type TemplateContent, templateContent } from '#db/template-content.ts'

export const RUNNERS = { node: 'docker.io/library/node:24-slim', python: 'docker.io/library/python:3.13-slim' }

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/server-json/${name}`, import.meta.url), 'utf8'))

export const samples = Object.entries(fixture('samples.json') as Record<string, Record<string, unknown>>)

const ajv = new Ajv({ strict: false, allErrors: true })
addFormats(ajv)
// Real templates name flags with dashes; a format is an annotation, and RFC 6570 is strict there.
ajv.addFormat('uri-template', (text) => !/[\s<>"]/.test(text.replace(/\{[^{}]+\}/g, '')))
const validator = ajv.compile(fixture('2025-12-11.schema.json') as object)

/** What the published schema has against a document; empty for a valid one. */
export function schemaErrors(document: unknown): string[] {
  validator(document)
  return (validator.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

const text = (max: number) => fc.string({ unit: 'grapheme-ascii', maxLength: max })
const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}[a-z0-9]$/)
const key = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,12}$/)
const version = fc.tuple(fc.nat(20), fc.nat(20), fc.nat(20)).map((parts) => parts.join('.'))
const oneOf = <T>(...values: T[]) => fc.constantFrom(...values)
const some = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }, required: (keyof T)[]) =>
  fc.record(model, { requiredKeys: required as never })

const inputFields = {
  description: text(60),
  isRequired: fc.boolean(),
  isSecret: fc.boolean(),
  format: oneOf('string', 'number', 'boolean', 'filepath'),
  default: text(20),
  placeholder: text(20),
  choices: fc.array(text(8), { maxLength: 3 }),
}
const input = some(inputFields, [])
const values = oneOf('plain', '{a}', 'x={a}&y={b}', '', '{unknown}', '--flag', 'NAME={a}', '{"json":{}}')
const withVariables = {
  ...inputFields,
  value: values,
  variables: fc.dictionary(oneOf('a', 'b', 'API-KEY', 'constructor'), input, { maxKeys: 2 }),
}
const argument = fc.oneof(
  some(
    {
      ...withVariables,
      type: oneOf('positional'),
      valueHint: oneOf('path', 'target_dir', 'a b'),
      isRepeated: fc.boolean(),
    },
    ['type', 'valueHint'],
  ),
  some(
    {
      ...withVariables,
      type: oneOf('named'),
      name: oneOf('--port', '-v', '--api-key', 'x', '--a='),
      isRepeated: fc.boolean(),
    },
    ['type', 'name'],
  ),
)
const flags = fc.oneof(
  argument,
  some(
    {
      type: oneOf('named'),
      name: oneOf('-e', '--env', '-v', '--mount', '-p', '-w', '-i', '--rm', '--privileged', '--network'),
      value: oneOf('A=b', 'A={a}', 'data:/data', '/etc:/etc', '8080:8080', 'host', '/srv'),
      variables: fc.dictionary(oneOf('a'), input),
    },
    ['type', 'name'],
  ),
)
const transport = fc.oneof(
  fc.constant({ type: 'stdio' }),
  fc.record({
    type: oneOf('streamable-http', 'sse'),
    url: oneOf(
      'http://localhost:8080/mcp',
      'http://localhost:{port}/mcp',
      'http://127.0.0.1:{PORT}/',
      'https://mcp.example.com/mcp',
      '{base}/sse',
    ),
  }),
)
const entry = fc.oneof(
  fc.record({
    registryType: oneOf('oci'),
    identifier: oneOf('acme/weather:1.2', `ghcr.io/acme/weather@sha256:${'a'.repeat(64)}`, 'weather'),
  }),
  fc.record({ registryType: oneOf('npm', 'pypi'), identifier: word, version }),
  fc.record({ registryType: oneOf('mcpb', 'nuget', 'cargo', 'other'), identifier: word }),
)
const wholePackage = fc
  .tuple(
    entry,
    some(
      {
        transport,
        runtimeHint: oneOf('docker', 'npx'),
        runtimeArguments: fc.array(flags, { maxLength: 4 }),
        packageArguments: fc.array(argument, { maxLength: 4 }),
        environmentVariables: fc.array(some({ ...withVariables, name: key }, ['name']), { maxLength: 4 }),
        vendorField: fc.jsonValue({ maxDepth: 2 }),
      },
      ['transport'],
    ),
  )
  .map(([a, b]) => ({ ...a, ...b }))

/** Valid by the schema, and more varied than people write. */
export const documents = some(
  {
    $schema: oneOf('https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'),
    name: fc.tuple(word, word).map(([a, b]) => `io.github.${a}/${b}`),
    description: text(100).filter((t) => t.trim() !== ''),
    title: text(100).filter((t) => t.trim() !== ''),
    version,
    websiteUrl: fc.webUrl(),
    repository: fc.record({ url: fc.webUrl(), source: oneOf('github', 'gitlab') }),
    packages: fc.array(wholePackage, { minLength: 1, maxLength: 3 }),
    vendorField: fc.jsonValue({ maxDepth: 2 }),
  },
  ['$schema', 'name', 'description', 'version', 'packages'],
  // Without what is never kept: -0, and a key that would be a prototype.
).map(
  (document) =>
    JSON.parse(JSON.stringify(document), (key, value) => (key === '__proto__' ? undefined : value)) as typeof document,
)

const variable = some(
  {
    name: key,
    ...inputFields,
    value: oneOf('fixed', '{KEY}', 'a{B}c'),
    inputOnly: fc.boolean(),
    generate: fc.boolean(),
  },
  ['name'],
)
const contentArgument = fc.oneof(
  oneOf('--stdio', '{KEY}', '--key={KEY}', 'run', '-x', '', '--a=b=c'),
  fc.record({ onlyWith: key, values: fc.array(oneOf('--dir', '{KEY}', '-f={A}'), { minLength: 1, maxLength: 3 }) }),
)
const path = oneOf('/data', '/srv/x', '/a-b/c.d')

/** Templates as an editor could save them. */
export const contents: fc.Arbitrary<TemplateContent> = some(
  {
    displayName: text(80).filter((t) => t.trim() !== ''),
    description: text(300).filter((t) => t.trim() !== ''),
    category: oneOf('data', 'developer-tools', 'x'),
    tags: fc.array(word, { maxLength: 3 }),
    isOfficial: fc.boolean(),
    githubUrl: fc.option(fc.webUrl()),
    documentationUrl: fc.option(fc.webUrl()),
    deploymentPriority: fc.nat(9),
    criteria: some({ regions: fc.array(oneOf('nyc3', 'fra1')), exclusive: fc.boolean() }, []),
    config: some(
      {
        image: oneOf('acme/weather:1.2', 'localhost:5000/x', `ghcr.io/a/b@sha256:${'b'.repeat(64)}`),
        package: fc.record({
          registryType: oneOf('npm', 'pypi'),
          identifier: word,
          version,
          allowInstallScripts: fc.array(word, { maxLength: 1 }),
        }),
        transport: fc.oneof(
          fc.record({ type: oneOf('stdio'), shared: fc.boolean() }),
          fc.record({ type: oneOf('streamable-http', 'sse'), port: fc.integer({ min: 1, max: 65_535 }), path }),
        ),
        arguments: fc.array(contentArgument, { maxLength: 5 }),
        environmentVariables: fc.uniqueArray(variable, { maxLength: 5, selector: (v) => v.name }),
        resources: fc.record({
          memoryBytes: fc.integer({ min: 2 ** 24, max: 2 ** 34 }),
          cpuMillis: fc.integer({ min: 10, max: 9000 }),
          diskBytes: fc.nat(),
        }),
        volumes: fc.uniqueArray(fc.record({ name: word, path }), { maxLength: 3, selector: (v) => v.name }),
        workingDir: path,
        writableRootReason: text(30),
        startTimeoutMs: fc.integer({ min: 1000, max: 300_000 }),
        capabilities: fc.array(word, { maxLength: 3 }),
      },
      ['image', 'transport', 'resources'],
    ),
  },
  ['displayName', 'description', 'category', 'config'],
).map((content) => templateContent.parse(content))
