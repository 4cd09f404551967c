import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { argument, type environmentVariable, templateConfig } from '#db/template-config.ts'
import { commandLine, launchOf } from './index.ts'

const variable = (name: string, o: Partial<Parameters<typeof environmentVariable.parse>[0] & object> = {}) => ({
  name,
  ...o,
})

function launch(o: { variables?: object[]; args?: unknown[]; values?: Record<string, string> }) {
  const config = templateConfig.parse({
    image: 'registry.test/x:1',
    transport: { type: 'stdio' },
    resources: { memoryBytes: 2 ** 26, cpuMillis: 100, diskBytes: 0 },
    environmentVariables: o.variables ?? [],
    ...(o.args && { arguments: o.args }),
  })
  return launchOf({ config, lock: null, values: o.values ?? {} })
}

describe('the command of a container', () => {
  test('is the image’s own where the template says nothing, behind its entrypoint', () => {
    const image = { entrypoint: ['node'], cmd: ['server.js'] }
    expect(commandLine(launch({}), image)).toEqual(['node', 'server.js'])
    expect(commandLine(launch({ args: ['--stdio'] }), image)).toEqual(['node', '--stdio'])
  })

  test('has the values of declared variables filled in, other braces as they are', () => {
    const { cmd } = launch({
      variables: [variable('KEY'), variable('ROOT', { default: '/' })],
      args: ['--key={KEY}', '{ROOT}', '{OTHER}', '{"json":{}}', '{KEY', '{{KEY}}'],
      values: { KEY: 's3cret', ROOT: '/data' },
    })
    expect(cmd).toEqual(['--key=s3cret', '/data', '{OTHER}', '{"json":{}}', '{KEY', '{s3cret}'])
  })

  test('leaves out arguments whose variable has no value', () => {
    const given = { variables: [variable('DIR')], args: [{ onlyWith: 'DIR', values: ['--dir', '{DIR}'] }, '-v'] }
    expect(launch(given).cmd).toEqual(['-v'])
    expect(launch({ ...given, values: { DIR: '' } }).cmd).toEqual(['-v'])
    expect(launch({ ...given, values: { DIR: '/a b' } }).cmd).toEqual(['--dir', '/a b', '-v'])
  })

  test('is refused when fixed values that name each other grow beyond what a container can get', () => {
    const chain = Array.from({ length: 20 }, (_, n) =>
      variable(`V${n}`, { value: n === 0 ? 'x'.repeat(100) : `{V${n - 1}}{V${n - 1}}{V${n - 1}}` }),
    )
    expect(() => launch({ variables: chain })).toThrow('too long')
  })
})

describe('the environment of a container', () => {
  test('holds given and fixed values, without what only fills others', () => {
    const { env } = launch({
      variables: [
        variable('HOST', { inputOnly: true }),
        variable('PORT', { inputOnly: true, value: '8080' }),
        variable('URL', { value: 'https://{HOST}:{PORT}/{path}' }),
        variable('MODE'),
        variable('UNSET'),
      ],
      values: { HOST: 'db.test', MODE: 'fast' },
    })
    expect(env).toEqual({ URL: 'https://db.test:8080/{path}', MODE: 'fast' })
  })

  test('keeps a value that names itself as it is written', () => {
    const { env } = launch({ variables: [variable('A', { value: '{B}!' }), variable('B', { value: '<{A}>' })] })
    expect(env).toEqual({ A: '<{A}>!', B: '<{A}>' })
  })
})

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom('; rm -rf /', '$(id)', '`id`', '"', "'", '\n', '&&', '../..', '{B}', '{A}{A}', '$&', '$1', '\u202e'),
)

test('R3: whatever a value holds, it stays in its one argument and nothing of it is filled again', () => {
  fc.assert(
    fc.property(hostile, hostile, (a, b) => {
      const { cmd, env } = launch({
        variables: [variable('A'), variable('B'), variable('C', { value: '<{A}>' })],
        args: ['--a', '{A}', 'x={B}'],
        values: { A: a, B: b },
      })
      expect(cmd).toEqual(['--a', a, `x=${b}`])
      expect(env).toEqual({ A: a, B: b, C: `<${a}>` })
    }),
  )
})

test('only names of declared variables are replaced; all other text stays to the character', () => {
  const text = fc.array(fc.constantFrom('{', '}', 'A', 'B', 'a', '_', '0', '{A}', '{Z}', ' ', '\\', '$'), {
    minLength: 1,
    maxLength: 30,
  })
  fc.assert(
    fc.property(text, (parts) => {
      const written = argument.parse(parts.join(''))
      const { cmd } = launch({ variables: [variable('A')], args: [written], values: { A: '\u0001' } })
      expect(cmd).toEqual([parts.join('').split('{A}').join('\u0001')])
    }),
  )
})
