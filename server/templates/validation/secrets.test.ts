import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blank, describeLeak, isPlaceholder, leaksOfImage, looksSecret, secretsOf } from './secrets.ts'

const hex = (n: number) => 'deadbeef12345678'.repeat(8).slice(0, n)
/** Put together here, so that no scanner takes this file for a leak. */
const TOKENS: [string, string][] = [
  ['a GitHub token', `ghp_${'aB3dE5fG7h'.repeat(4).slice(0, 36)}`],
  ['a GitHub token', `github_pat_${'11ABCDEFG0aB3dE5fG7h_'.repeat(3)}`],
  ['a GitLab token', `glpat-${'xY9zW8vU7t'.repeat(2)}`],
  ['an AWS access key', `AKIA${'IOSFODNN7EXAMPLE'}`],
  ['a Slack token', `xoxb-${'123456789012-abcdefGHIJKL'}`],
  ['a DigitalOcean token', `dop_v1_${hex(64)}`],
  ['an npm token', `npm_${'aB3dE5fG7h'.repeat(4).slice(0, 36)}`],
  ['a Stripe key', `sk_live_${'aB3dE5fG7hI9jK1l'}`],
  ['an API key', `sk-${'proj-aB3dE5fG7hI9jK1lM3nO5'}`],
  ['a Google API key', `AIza${'SyA1234567890abcdefghijklmnopqrstuv'}`],
  ['a Hugging Face token', `hf_${'aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3x'}`],
  [
    'a JSON web token',
    `eyJ${'hbGciOiJIUzI1NiJ9'}.eyJ${'zdWIiOiIxMjM0NTY3ODkwIn0'}.${'dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P'}`,
  ],
  ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----'],
]

const of = (config: Partial<Parameters<typeof leaksOfImage>[0]>) =>
  leaksOfImage({ env: [], history: [], labels: {}, ...config })
const line = (createdBy: string) => ({ createdBy, comment: '', emptyLayer: true })

describe('R8: a secret in an image', () => {
  test.each(TOKENS)('%s is told by its looks, wherever it stands', (kind, token) => {
    expect(of({ env: [`ANY=${token}`] })).toMatchObject([{ where: 'ENV ANY', kind }])
    expect(of({ history: [line(`RUN fetch --with ${token} && make`)] })).toMatchObject([
      { where: 'history line 1', kind },
    ])
    expect(of({ labels: { note: token } })).toMatchObject([{ where: 'label note', kind }])
  })

  test('that ENV sets is told once, though the history repeats it', () => {
    const value = hex(40)
    const leaks = of({ env: [`API_KEY=${value}`], history: [line(`ENV API_KEY=${value}`)] })
    expect(leaks.map(describeLeak)).toEqual(['ENV API_KEY: a random value under a secret’s name, dead…'])
  })

  test('given to a build is found in its history', () => {
    expect(of({ history: [line(`|1 NPM_TOKEN=${hex(32)} /bin/sh -c npm ci`)] })).toMatchObject([{ name: 'NPM_TOKEN' }])
    expect(of({ history: [line('RUN git clone https://bot:hunter2hunter@git.example/x.git')] })).toMatchObject([
      { kind: 'a password in a URL', value: 'hunter2hunter' },
    ])
  })

  test.each([
    ['a signing key’s fingerprint', 'GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D'],
    ['a checksum', `PYTHON_SHA256=${hex(64)}`],
    ['an empty variable', 'API_KEY='],
    ['a reference to another', 'API_KEY=$OTHER_KEY'],
    ['a path', 'TLS_KEY=/run/secrets/tls/key.pem'],
    ['an address', 'AUTH_TOKEN=https://auth.example.com/token'],
    ['a placeholder', 'API_KEY=your-api-key-goes-here'],
    ['a word', 'DB_PASSWORD=postgres'],
    ['a path of programs', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin'],
  ])('%s is none', (_, entry) => {
    expect(of({ env: [entry] })).toEqual([])
  })

  test('a fingerprint in a build script is none', () => {
    const script = 'RUN key=\'9DC858229FC7DD38854AE2D88D81803C0EBFCD88\'; gpg --recv-keys "$key"'
    expect(of({ history: [line(script)] })).toEqual([])
  })
})

test.each([
  ['API_KEY', true],
  ['GITHUB_TOKEN', true],
  ['dbPassword', false],
  ['DB_PASSWORD', true],
  ['AWS_SECRET', true],
  ['PUBLIC_KEY', false],
  ['GPG_KEY', false],
  ['MONKEY', false],
  ['KEYBOARD', false],
])('%s names a secret: %s', (name, secret) => {
  expect(looksSecret(name)).toBe(secret)
})

test.each([
  'your-api-key',
  'YOUR_TOKEN_HERE',
  '<token>',
  'changeme',
  'change-me',
  'xxx',
  'XXXXXXXX',
  '{{API_KEY}}',
  '[API KEY]',
  'insert-key',
  '...',
  'my-api-key',
])('%s is a placeholder', (value) => {
  expect(isPlaceholder(value)).toBe(true)
})

test.each(['https://api.example.com', 'production', '{"a":1}', '["x"]', '8080', 'en-US', 'add-only', '', 'true', 'x'])(
  '%s is a value',
  (value) => {
    expect(isPlaceholder(value)).toBe(false)
  },
)

/** Windows of a secret that would give it away; its known beginning does not. */
const windows = (secret: string) => {
  const out: string[] = []
  for (let at = 4; at + 6 <= secret.length; at++) out.push(secret.slice(at, at + 6))
  return out
}
const random = fc.string({
  unit: fc.constantFrom(...'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'),
  minLength: 24,
  maxLength: 60,
})

test('R8: no finding ever shows more of a secret than its first four characters', () => {
  const prefix = fc.constantFrom('ghp_', 'npm_', 'sk-', 'glpat-', 'xoxb-', 'hf_', '')
  fc.assert(
    fc.property(prefix, random, fc.constantFrom('API_KEY', 'X_TOKEN', 'DB_PASSWORD', 'ANY'), (start, rest, name) => {
      const secret = start + rest
      const leaks = of({
        env: [`${name}=${secret}`],
        history: [line(`ENV ${name}=${secret}`), line(`RUN login --password ${secret}`)],
        labels: { [`x.${name}`]: secret },
      })
      const said = leaks.map(describeLeak).join('\n')
      for (const part of windows(secret).filter((one) => !start.includes(one))) expect(said).not.toContain(part)
    }),
    { numRuns: 500 },
  )
})

test('R8: what is known to be secret is blanked in any text, as it is and inside JSON', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 5, maxLength: 40 }), fc.string(), fc.string(), (secret, before, after) => {
      fc.pre(!'[redacted]'.includes(secret) && !before.includes('[r') && !after.includes('d]'))
      expect(blank(before + secret + after, [secret]).includes(secret)).toBe(
        before.concat('[redacted]', after).includes(secret),
      )
    }),
  )
  for (const [, token] of TOKENS.slice(0, -1)) expect(blank(`log: ${token} end`)).not.toContain(token)
})

test('a hostile history costs no more than a glance', () => {
  const start = performance.now()
  for (const unit of ['A=', 'eyJ', 'a://b:', '-----BEGIN ', 'x'.repeat(50), 'sk-', '://:', 'A_B='])
    of({
      history: Array.from({ length: 100 }, () => line(unit.repeat(20_000))),
      env: [`API_KEY=${unit.repeat(10_000)}`],
    })
  expect(secretsOf('API_KEY', 'a'.repeat(100_000))).toEqual([])
  expect(performance.now() - start).toBeLessThan(5000)
})

test('R20: an image that is full of secrets costs no more than a glance', () => {
  const start = performance.now()
  const keys = (from: number) => Array.from({ length: 900 }, (_, i) => `AKIA${String(from + i).padStart(16, '0')}`)
  const found = of({ history: Array.from({ length: 200 }, (_, i) => line(keys(i * 1000).join(' '))) })
  expect(found).toHaveLength(100)
  of({ history: Array.from({ length: 1000 }, () => line('-eyJ'.repeat(5000))) })
  expect(performance.now() - start).toBeLessThan(5000)
})
