import { expect, test } from 'vitest'
import { readConfig } from './config.ts'
import { createVault } from './crypto/vault.ts'

const base = { DATABASE_URL: 'postgres://berth@127.0.0.1/berth' }
const key = Buffer.alloc(32, 1).toString('base64')

test('R11: production does not start without its own master key', () => {
  expect(() => readConfig(base)).toThrow(/BERTH_MASTER_KEY is missing/)
  expect(() => readConfig({ ...base, BERTH_MASTER_KEY: 'short' })).toThrow(/BERTH_MASTER_KEY must be 32 bytes/)
  expect(() => readConfig({ ...base, BERTH_MASTER_KEY: key, BERTH_METRICS_TOKEN: 'short' })).toThrow(/METRICS_TOKEN/)
})

test('R11: two installations differ in every secret that derives from the key', () => {
  const [one, two] = [createVault(Buffer.alloc(32, 1)), createVault(Buffer.alloc(32, 2))]
  for (const label of ['session', 'rate-limit', 'gateway-session', 'gateway-forward'])
    expect(one.derive(label).equals(two.derive(label))).toBe(false)
})

test.each([
  ['HOST', '0.0.0.0'],
  ['HOST', '203.0.113.9'],
  ['PUBLIC_URL', 'https://berth.example'],
  ['DIGITALOCEAN_API_URL', 'https://api.digitalocean.com'],
])('R18: the demo refuses %s=%s', (variable, value) => {
  const demo = { ...base, BERTH_DEMO: '1', BERTH_MASTER_KEY: key, DIGITALOCEAN_API_URL: 'http://127.0.0.1:4000' }
  expect(readConfig(demo).demo).toBe(true)
  expect(() => readConfig({ ...demo, [variable]: value })).toThrow(/BERTH_DEMO is set/)
})

test.each([
  ['PORT', '70000'],
  ['PUBLIC_URL', 'not a url'],
  ['PUBLIC_URL', 'ftp://berth.example'],
  ['DIGITALOCEAN_API_URL', 'localhost:4000'],
  ['BERTH_MASTER_KEY', `!${key}`],
  ['BERTH_MASTER_KEY', Buffer.alloc(31).toString('base64')],
  ['DATABASE_URL', 'mysql://x'],
  ['BERTH_ROLE', 'boss'],
  ['BERTH_DEMO_REGISTRY', 'no-port'],
])('a bad %s is named', (variable, value) => {
  expect(() => readConfig({ ...base, BERTH_MASTER_KEY: key, [variable]: value })).toThrow(new RegExp(variable))
})

test('half of a pair for OAuth is named by what it lacks', () => {
  const half = { ...base, BERTH_MASTER_KEY: key, GITHUB_CLIENT_ID: 'id' }
  expect(() => readConfig(half)).toThrow(/GITHUB_CLIENT_SECRET is missing/)
  expect(readConfig({ ...half, GITHUB_CLIENT_SECRET: 'secret' }).oauth.github?.clientId).toBe('id')
  expect(() => readConfig({ ...half, GITHUB_CLIENT_ID: '', DIGITALOCEAN_CLIENT_SECRET: 's' })).toThrow(
    /DIGITALOCEAN_CLIENT_ID is missing/,
  )
})

test('the demo’s registry means nothing outside the demo', () => {
  const config = readConfig({ ...base, BERTH_MASTER_KEY: key, BERTH_DEMO_REGISTRY: '127.0.0.1:4001' })
  expect(config.demoRegistry).toBeNull()
})
