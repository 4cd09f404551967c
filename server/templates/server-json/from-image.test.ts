import { describe, expect, test } from 'vitest'
import { templateContent } from '#db/template-content.ts'
import type { ImageConfig, InspectedImage } from '#server/registry/port.ts'
import { proposalFromImage } from './index.ts'

const image = (config: Partial<ImageConfig> = {}, o: Partial<InspectedImage> = {}): InspectedImage => ({
  ...{ reference: 'ghcr.io/acme/weather-mcp:1.2', canonical: 'ghcr.io/acme/weather-mcp:1.2', mediaType: '' },
  ...{ digest: `sha256:${'a'.repeat(64)}`, manifestDigest: `sha256:${'b'.repeat(64)}`, platforms: [], layers: [] },
  compressedBytes: 90 * 2 ** 20,
  config: {
    ...{ created: null, architecture: 'amd64', os: 'linux', user: 'node', env: [], entrypoint: [], cmd: [] },
    ...{ workingDir: '/app', exposedPorts: [], volumes: [], labels: {}, history: [] },
    ...config,
  },
  ...o,
})
const notesOf = (inspected: InspectedImage) =>
  proposalFromImage(inspected).notes.map(({ path, text }) => `${path}: ${text}`)

describe('a template from an image', () => {
  test('says what its labels say', () => {
    const labels = {
      'org.opencontainers.image.title': 'Weather',
      'org.opencontainers.image.description': 'Forecasts and warnings.',
      'org.opencontainers.image.source': 'https://github.com/acme/weather',
      'org.opencontainers.image.url': 'https://weather.example',
      'io.modelcontextprotocol.server.name': 'io.github.acme/weather',
    }
    const { slug, content, registryName } = proposalFromImage(image({ labels }))
    expect({ slug, registryName }).toEqual({ slug: 'weather', registryName: 'io.github.acme/weather' })
    expect(content).toMatchObject({
      ...{ displayName: 'Weather', description: 'Forecasts and warnings.', category: 'maps' },
      ...{
        githubUrl: 'https://github.com/acme/weather',
        documentationUrl: 'https://weather.example',
        isOfficial: false,
      },
    })
    expect(templateContent.parse(content)).toEqual(content)
  })

  test.each([
    [{}, { type: 'stdio', shared: false }],
    [{ exposedPorts: [8080] }, { type: 'streamable-http', port: 8080, path: '/mcp' }],
    [
      { exposedPorts: [3001], cmd: ['node', 'server.js', 'sse'] },
      { type: 'sse', port: 3001, path: '/sse' },
    ],
    [
      { exposedPorts: [8000], env: ['MCP_TRANSPORT=stdio'] },
      { type: 'stdio', shared: false },
    ],
    [
      { exposedPorts: [8000], cmd: ['--path', '/api/mcp'] },
      { type: 'streamable-http', port: 8000, path: '/api/mcp' },
    ],
    [{ exposedPorts: [9229] }, { type: 'stdio', shared: false }],
  ])('guesses its transport: %j', (config, transport) => {
    expect(proposalFromImage(image(config)).content.config.transport).toEqual(transport)
  })

  test('R8: asks for its variables, without the base image’s and without a secret that was built in', () => {
    const env = [
      'PATH=/bin',
      'NODE_VERSION=24',
      'LOG_LEVEL=info',
      'API_KEY=',
      'OTHER_TOKEN=hunter2hunter2',
      'HEX=0123456789abcdef0123456789abcdef',
      'PORT=8080',
    ]
    const { content, notes } = proposalFromImage(image({ env, exposedPorts: [8080] }))
    expect(content.config.environmentVariables).toEqual([
      { name: 'LOG_LEVEL', description: '', isRequired: false, isSecret: false, default: 'info' },
      { name: 'API_KEY', description: '', isRequired: true, isSecret: true },
      { name: 'OTHER_TOKEN', description: '', isRequired: true, isSecret: true },
      { name: 'HEX', description: '', isRequired: true, isSecret: true },
      { name: 'PORT', description: '', isRequired: false, isSecret: false, value: '8080' },
    ])
    expect(JSON.stringify({ content, notes })).not.toMatch(/hunter2|0123456789abcdef/)
  })

  test('makes volumes of its volumes, and notes a root user and a moving tag', () => {
    const inspected = image({ user: '', volumes: ['/data', '/var/lib/data', '/x y'] }, { reference: 'weather' })
    expect(proposalFromImage(inspected).content.config.volumes).toEqual([
      { name: 'data', path: '/data' },
      { name: 'data-2', path: '/var/lib/data' },
    ])
    expect(notesOf(inspected).join('\n')).toMatch(/volumes: \/x y can’t.*\n?.*/)
    expect(notesOf(inspected).join('\n')).toContain('runs as root')
    expect(notesOf(inspected).join('\n')).toContain('latest moves')
  })

  test('takes more memory for a larger image, within bounds', () => {
    const memory = (mib: number) =>
      proposalFromImage(image({}, { compressedBytes: mib * 2 ** 20 })).content.config.resources.memoryBytes / 2 ** 20
    expect([10, 200, 400, 900, 9000].map(memory)).toEqual([256, 256, 512, 1024, 2048])
  })
})
