import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseChallenges } from './challenge.ts'

const read = (header: string) =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])

test.each([
  [
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"',
    [
      [
        'bearer',
        { realm: 'https://auth.docker.io/token', service: 'registry.docker.io', scope: 'repository:a/b:pull,push' },
      ],
    ],
  ],
  ['Basic realm="Registry Realm"', [['basic', { realm: 'Registry Realm' }]]],
  ['basic Realm = plain', [['basic', { realm: 'plain' }]]],
  [
    'Basic realm="a, b", Bearer realm="https://r.example/t?x=1,2" , service=s',
    [
      ['basic', { realm: 'a, b' }],
      ['bearer', { realm: 'https://r.example/t?x=1,2', service: 's' }],
    ],
  ],
  [
    'Negotiate, NTLM TlRMTVNTUAAB==, Basic realm="x"',
    [
      ['negotiate', {}],
      ['ntlm', {}],
      ['basic', { realm: 'x' }],
    ],
  ],
  [
    String.raw`Bearer realm="https://r.example/a\"b\\c",service="\q"`,
    [['bearer', { realm: String.raw`https://r.example/a"b\c`, service: 'q' }]],
  ],
  ['Bearer realm="https://one.example",realm="https://two.example"', [['bearer', { realm: 'https://one.example' }]]],
  [
    'Bearer realm=https://plain.example/token,service=s',
    [['bearer', { realm: 'https://plain.example/token', service: 's' }]],
  ],
  [
    'Bearer realm="never closed',
    [
      ['bearer', {}],
      ['realm', {}],
    ],
  ],
  ['', []],
  [', ,', []],
  ['"', []],
])('%s', (header, challenges) => {
  expect(read(header)).toEqual(challenges)
})

test('no header makes it throw or wait', () => {
  const noise = fc.string({ unit: fc.constantFrom('B', 'a', ' ', ',', '=', '"', '\\', '/', '\t'), maxLength: 400 })
  fc.assert(fc.property(noise, (header) => void parseChallenges(header)))
  const started = performance.now()
  parseChallenges(`Bearer ${'a="\\'.repeat(4000)}`)
  parseChallenges(`Bearer ${' '.repeat(16_000)}"`)
  expect(performance.now() - started).toBeLessThan(1000)
})
