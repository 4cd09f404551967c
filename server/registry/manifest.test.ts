import { expect, test } from 'vitest'
import { readConfig } from './manifest.ts'

const config = (of: object, rest: object = {}) =>
  readConfig(Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: of, ...rest })), 'acme/image')
const many = <T>(n: number, one: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => one(i + 1))

test('R20: ranges of ports over ranges of ports cost no more than the ports that there are', () => {
  const start = performance.now()
  const found = config({ ExposedPorts: Object.fromEntries(many(60_000, (i) => [`${i}-65535`, {}])) })
  expect(found.exposedPorts).toHaveLength(65_535)
  expect(performance.now() - start).toBeLessThan(5000)
  const few = { '8000-8002/tcp': {}, '8001-8003': {}, '80': {}, '0': {}, '9-5': {}, '65534-99999': {}, '53/udp': {} }
  expect(config({ ExposedPorts: few }).exposedPorts).toEqual([80, 8000, 8001, 8002, 8003, 65_534, 65_535])
})

test('R20: an image config that only fills what a registry may send is refused', () => {
  const full = Object.fromEntries(many(1001, (i) => [`/${i}`, '']))
  for (const of of [{ Env: many(1001, (i) => `A${i}=`) }, { Labels: full }, { Volumes: full }])
    expect(() => config(of)).toThrow('far too long')
  expect(() => config({}, { history: many(1001, () => ({})) })).toThrow('far too long')
  expect(config({ Env: many(1000, (i) => `A${i}=`) }).env).toHaveLength(1000)
})
