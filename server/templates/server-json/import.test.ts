import { describe, expect, test } from 'vitest'
import { accepted, configOf, documentOf, npm, read, refusalsOf } from './testing-read.ts'

describe('which package', () => {
  test('images come before npm, npm before PyPI; what can’t run comes last', () => {
    const oci = { registryType: 'oci', identifier: 'acme/weather:1', transport: { type: 'stdio' } }
    const node = { ...npm, transport: { type: 'stdio' } }
    const mcpb = { registryType: 'mcpb', identifier: 'https://x.example/a.mcpb', transport: { type: 'stdio' } }
    const imported = accepted({ ...documentOf({}), packages: [mcpb, node, oci] })
    expect(imported.packageIndex).toBe(2)
    expect(imported.choices.map(({ label, refused }) => [label, refused === null])).toEqual([
      ['mcpb https://x.example/a.mcpb (stdio)', false],
      ['npm @acme/weather 1.2.3 (stdio)', true],
      ['oci acme/weather:1 (stdio)', true],
    ])
    const broken = { ...oci, runtimeArguments: [{ type: 'named', name: '--privileged' }] }
    expect(accepted({ ...documentOf({}), packages: [broken, node] }).packageIndex).toBe(1)
    expect(read({ ...documentOf({}), packages: [mcpb, node] }, 0)).toMatchObject({ ok: false, kind: 'unsupported' })
  })

  test.each([
    ['mcpb', 'packages[0].registryType: mcpb is a bundle for desktops; Berth runs containers.'],
    ['nuget', 'packages[0].registryType: nuget packages need .NET; Berth runs images, npm and PyPI packages.'],
    ['brew', 'packages[0].registryType: “brew” is no kind of package that Berth runs: oci, npm and pypi are.'],
  ])('%s is refused by name', (registryType, refusal) => {
    expect(refusalsOf({ registryType })).toEqual([refusal])
  })

  test.each([
    '^1.2.3',
    '~1.0',
    '1.x',
    '1.*',
    '>=1.0.0',
    'next',
    '1.0.0 || 2.0.0',
    '{{VERSION}}',
    '$VERSION',
    undefined,
  ])('npm version %s is refused at its path', (version) => {
    expect(refusalsOf({ ...npm, version })[0]).toMatch(/^packages\[0\]\.version: /)
  })
  test('latest is refused at its path, as the schema does', () => {
    expect(refusalsOf({ ...npm, version: 'latest' })[0]).toMatch(/^packages\[0\]\.version: /)
  })
  test.each([
    ['pypi', '1.0.0rc1'],
    ['pypi', '2024.1.post1'],
    ['npm', '1.0.0-beta.1+build.5'],
  ])('%s version %s is exact', (registryType, version) => {
    expect(configOf({ registryType, identifier: 'weather', version }).package?.version).toBe(version)
  })
  test('a package of another registry is refused: the same name elsewhere may be another program', () => {
    expect(refusalsOf({ ...npm, registryBaseUrl: 'https://npm.corp.invalid' })[0]).toMatch(
      /^packages\[0\]\.registryBaseUrl: /,
    )
  })
})

describe('names of images', () => {
  test.each([
    [{ identifier: 'acme/weather', version: '1.2' }, 'acme/weather:1.2'],
    [{ identifier: 'acme/weather', version: '1.2', registryBaseUrl: 'https://ghcr.io' }, 'ghcr.io/acme/weather:1.2'],
    [
      { identifier: 'acme/weather', version: '1.2', registryBaseUrl: 'https://hub.docker.com' },
      'docker.io/acme/weather:1.2',
    ],
    [
      { identifier: 'ghcr.io/acme/weather', version: '1.2', registryBaseUrl: 'https://ghcr.io' },
      'ghcr.io/acme/weather:1.2',
    ],
    [{ identifier: 'localhost:5000/weather:3', version: '3' }, 'localhost:5000/weather:3'],
    [{ identifier: 'acme/weather', version: `sha256:${'a'.repeat(64)}` }, `acme/weather@sha256:${'a'.repeat(64)}`],
    [{ registryType: 'docker', identifier: 'acme/weather:1' }, 'acme/weather:1'],
  ])('%j is %s', (entry, image) => {
    expect(configOf(entry).image).toBe(image)
  })
})

describe('transports', () => {
  const http = (url: string, rest: object = {}) => configOf({ transport: { type: 'streamable-http', url }, ...rest })
  test('a local address says port and path', () => {
    expect(http('http://localhost:3001/mcp').transport).toEqual({ type: 'streamable-http', port: 3001, path: '/mcp' })
    expect(http('http://127.0.0.1:8080').transport).toEqual({ type: 'streamable-http', port: 8080, path: '/' })
    expect(configOf({ transport: { type: 'sse', url: 'http://0.0.0.0:90/sse/' } }).transport).toEqual({
      type: 'sse',
      port: 90,
      path: '/sse/',
    })
  })
  test('a port that an input gives is fixed, there and in the input', () => {
    const config = http('http://{host}:{PORT}/mcp', {
      packageArguments: [{ type: 'named', name: '--host', default: '127.0.0.1' }],
      environmentVariables: [{ name: 'PORT', default: '9000', format: 'number' }],
    })
    expect(config.transport).toMatchObject({ port: 9000 })
    expect(config.environmentVariables).toMatchObject([{ name: 'PORT', value: '9000' }])
    expect(config.arguments).toEqual(['--host=127.0.0.1'])
  })
  test('a published port leads to the container’s own', () => {
    const flags = [{ type: 'named', name: '-p', value: '3000:8080' }]
    expect(http('http://localhost:3000/mcp', { runtimeArguments: flags }).transport).toMatchObject({ port: 8080 })
  })
  test.each([
    [
      'http://localhost:{port}/mcp',
      'packages[0].transport.url: {port} is declared by no argument or variable of the package.',
    ],
    ['https://mcp.acme.example/mcp', expect.stringContaining('a host elsewhere')],
    ['http://localhost:99999/', expect.stringContaining('is no port')],
    ['unix:/tmp/x', expect.stringContaining('does not say where')],
  ])('%s is refused', (url, refusal) => {
    expect(refusalsOf({ transport: { type: 'streamable-http', url } })).toEqual([refusal])
  })
})

describe('arguments and variables', () => {
  test.each([
    [{ type: 'positional', value: 'mcp' }, ['mcp'], []],
    [{ type: 'positional', valueHint: 'target_dir', isRequired: true }, ['{target_dir}'], ['target_dir']],
    [{ type: 'positional', valueHint: 'target dir', default: '/data' }, ['{TARGET_DIR}'], ['TARGET_DIR']],
    [{ type: 'positional', valueHint: 'dir' }, [{ onlyWith: 'dir', values: ['{dir}'] }], ['dir']],
    [{ type: 'named', name: '--mode', value: 'local' }, ['--mode=local'], []],
    [{ type: 'named', name: '-m', value: 'local' }, ['-m', 'local'], []],
    [{ type: 'named', name: '--verbose' }, ['--verbose'], []],
    [{ type: 'named', name: '--api-key', isRequired: true }, ['--api-key={API_KEY}'], ['API_KEY']],
    [{ type: 'named', name: '--port', format: 'number' }, [{ onlyWith: 'port', values: ['--port={port}'] }], ['port']],
    [{ type: 'named', name: '--key=abc' }, ['--key=abc'], []],
    [{ type: 'positional', value: '{a}/{b}', variables: { a: { isRequired: true } } }, ['{a}/{b}'], ['a']],
  ])('%j', (argument, args, names) => {
    const config = configOf({ packageArguments: [argument] })
    expect(config.arguments).toEqual(args)
    expect(config.environmentVariables.map((v) => [v.name, v.inputOnly])).toEqual(names.map((name) => [name, true]))
  })
  test('an input never takes the name of a variable of the environment', () => {
    const config = configOf({
      packageArguments: [{ type: 'named', name: '--API_KEY', isRequired: true }],
      environmentVariables: [
        { name: 'API_KEY' },
        { name: 'URL', value: 'https://{API_KEY}', variables: { API_KEY: {} } },
      ],
    })
    expect(config.environmentVariables.map((v) => v.name)).toEqual(['API_KEY', 'API_KEY_2', 'URL', 'API_KEY_3'])
    expect(config.environmentVariables[2]?.value).toBe('https://{API_KEY_2}')
    expect(config.arguments).toEqual(['--API_KEY={API_KEY_3}'])
  })
  test('everything that the schema says of a variable is kept', () => {
    const variable = {
      name: 'LEVEL',
      description: 'How much.',
      isRequired: true,
      isSecret: false,
      format: 'string',
      default: 'info',
      choices: ['info', 'debug'],
      placeholder: 'info',
    }
    expect(configOf({ environmentVariables: [variable] }).environmentVariables).toEqual([variable])
  })
  test('R5: a name that no environment takes is refused', () => {
    expect(refusalsOf({ environmentVariables: [{ name: 'A=1\nB' }] })[0]).toMatch(
      /^packages\[0\]\.environmentVariables\[0\]\.name: /,
    )
  })
})

describe('what is said about a document', () => {
  test('remote-only ones name the address', () => {
    const document = {
      ...documentOf({}),
      packages: [],
      remotes: [{ type: 'streamable-http', url: 'https://x.example/mcp' }],
    }
    expect(read(document)).toMatchObject({
      ok: false,
      kind: 'remote-only',
      refusals: [{ path: 'remotes', reason: expect.stringContaining('https://x.example/mcp') }],
    })
  })
  test('older spellings are named where they stand', () => {
    const older = {
      ...documentOf({}),
      packages: [{ registry_type: 'npm', identifier: 'x', version: '^1', environment_variables: [] }],
    }
    const imported = read(older)
    expect(imported.ok ? [] : imported.refusals.map(({ path }) => path)).toEqual(['packages[0].version'])
    const unknown = read({ ...documentOf({}), packages: [{ registry_name: 'homebrew', name: 'x', version: '1' }] })
    expect(unknown.ok ? [] : unknown.refusals.map(({ path }) => path)).toEqual(['packages[0].registry_name'])
  })
  test('an answer of the registry’s API is read as the document in it', () => {
    expect(accepted({ server: documentOf({}), _meta: {} }).registryName).toBe('io.github.acme/weather')
  })
})
