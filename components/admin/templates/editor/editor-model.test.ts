import { describe, expect, it } from 'vitest'
import { type TemplateContent, templateContent } from '#db/template-content.ts'
import { readForm, writeForm } from './editor-model.ts'
import { readBytes, readThousandths, readWhole, writeBytes, writeThousandths } from './quantities.ts'

const smallest = {
  displayName: 'Weather',
  description: 'Forecasts.',
  category: 'web',
  config: {
    image: 'docker.io/acme/weather:1.2.0',
    transport: { type: 'stdio' },
    resources: { memoryBytes: 128 * 2 ** 20, cpuMillis: 100, diskBytes: 0 },
  },
} as const

const fullest = {
  ...smallest,
  tags: ['forecast', 'sea ports'],
  isOfficial: true,
  githubUrl: 'https://github.com/acme/weather',
  documentationUrl: 'http://acme.example/docs',
  deploymentPriority: 9,
  criteria: { regions: ['nyc3', 'ams3'], sizes: ['s-1vcpu-1gb'], spread: true, exclusive: true },
  config: {
    ...smallest.config,
    package: { registryType: 'npm', identifier: '@acme/weather', version: '1.2.0', allowInstallScripts: ['sharp'] },
    transport: { type: 'streamable-http', port: 8080, path: '/v1/mcp' },
    arguments: ['--port', '8080', '', { onlyWith: 'CITY', values: ['--city', '{CITY}'] }],
    environmentVariables: [
      { name: 'API_KEY', isRequired: true, isSecret: true, description: 'From the account page.', placeholder: 'wk-…' },
      { name: 'CITY', inputOnly: true, choices: ['Kiel', 'Oslo, Norway'], default: 'Kiel' },
      { name: 'EMPTY', default: '', format: 'string' },
      { name: 'MODE', value: '' },
      { name: 'SALT', generate: true, isSecret: true },
    ],
    resources: { memoryBytes: 100_000_001, cpuMillis: 333, diskBytes: 3 * 2 ** 30 },
    volumes: [{ name: 'data', path: '/data' }],
    workingDir: '/srv',
    writableRootReason: 'It writes its cache beside its program.',
    startTimeoutMs: 12_345,
    capabilities: ['tools'],
  },
} as const

const content = (input: unknown): TemplateContent => templateContent.parse(input)

describe('the editor', () => {
  it.each([
    ['the smallest', smallest],
    ['the fullest', fullest],
    ['one that speaks SSE', { ...smallest, config: { ...smallest.config, transport: { type: 'sse', port: 80 } } }],
    ['one with an empty command', { ...smallest, config: { ...smallest.config, arguments: [] } }],
  ])('loses nothing of %s template by opening it', (_, input) => {
    const before = content(input)
    expect(content(readForm(writeForm(before)))).toEqual(before)
    expect(readForm(writeForm(before))).toEqual(before)
  })

  it('reads an empty field as none', () => {
    const fields = writeForm(content(fullest))
    const read = readForm({ ...fields, githubUrl: ' ', tags: ' , ', criteria: { ...fields.criteria, regions: '' } })
    expect(read).toMatchObject({ githubUrl: null, tags: [] })
    expect(read.criteria.regions).toBeUndefined()
  })

  it('leaves the command to the image once it has no arguments of its own', () => {
    const fields = writeForm(content(fullest))
    fields.config.ownArguments = false
    expect(readForm(fields).config).not.toHaveProperty('arguments')
  })
})

describe('amounts', () => {
  it.each([
    ['256 MB', 256 * 2 ** 20],
    ['256', 256 * 2 ** 20],
    ['1.5gb', 1.5 * 2 ** 30],
    ['1,5 GiB', 1.5 * 2 ** 30],
    ['0 B', 0],
    ['12 potatoes', Number.NaN],
    ['', Number.NaN],
    ['-1 MB', Number.NaN],
  ])('"%s" is %d bytes', (text, bytes) => expect(readBytes(text)).toBe(bytes))

  it.each([0, 1, 1023, 1024, 100_000_001, 3 * 2 ** 30])('%d bytes are written so that nothing is lost', (bytes) =>
    expect(readBytes(writeBytes(bytes))).toBe(bytes),
  )

  it('reads shares of a processor and seconds', () => {
    expect(readThousandths('0.25')).toBe(250)
    expect(readThousandths('0,5 vCPU')).toBe(500)
    expect(readThousandths('30 s')).toBe(30_000)
    expect(readThousandths('soon')).toBeNaN()
    expect(writeThousandths(333)).toBe('0.333')
  })

  it('takes only whole numbers for ports', () => {
    expect(readWhole('8080')).toBe(8080)
    for (const text of ['80.5', '-1', '', 'x']) expect(readWhole(text)).toBeNaN()
  })
})
