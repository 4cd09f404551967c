import { expect, test } from 'vitest'
import { packageLeftovers } from './leftovers.ts'
import { packageName } from './names.ts'

const NOW = new Date('2026-06-01T12:00:00Z')
const FINGERPRINT = 'f'.repeat(64)
const seal = packageName(FINGERPRINT)
const thing = (name: string, hoursAgo: number, labels: Record<string, string> = {}) => ({
  name,
  labels: { 'berth.package': FINGERPRINT, ...labels },
  createdAt: new Date(NOW.getTime() - hoursAgo * 3_600_000),
})
const tried = (name: string, hoursAgo: number) => thing(name, hoursAgo, { 'berth.package.try': 'a' })
const sealed = (hoursAgo: number) => thing(seal, hoursAgo, { 'berth.package.volume': 'a' })
const nothing = { containers: [], networks: [], volumes: [] }

test('I1: a try to install that nobody came back for goes after an hour', () => {
  const left = (hours: number) =>
    packageLeftovers(
      {
        containers: [tried(seal, hours)],
        networks: [tried('a', hours)],
        volumes: [tried('a', hours), tried('a-scratch', hours)],
      },
      NOW,
    )
  expect(left(0.9)).toEqual(nothing)
  expect(left(1.1)).toEqual({ containers: [seal], networks: ['a'], volumes: ['a', 'a-scratch'] })
})

test('an installed package stays for a day, and as long as a container has its label', () => {
  const volumes = (hours: number) => [tried('a', hours), sealed(hours)]
  expect(packageLeftovers({ ...nothing, volumes: volumes(23) }, NOW)).toEqual(nothing)
  expect(packageLeftovers({ ...nothing, volumes: volumes(25) }, NOW)).toEqual({ ...nothing, volumes: [seal, 'a'] })
  const runs = thing('berth-1-1', 900, { 'berth.deployment': '1' })
  expect(packageLeftovers({ ...nothing, containers: [runs], volumes: volumes(900) }, NOW)).toEqual(nothing)
})

test('what belongs to a deployment, or to no package, is not decided here', () => {
  const other = { name: 'x', labels: { 'berth.deployment': '1' }, createdAt: new Date(0) }
  const volume = thing('berth-1-data', 900, { 'berth.deployment': '1' })
  expect(packageLeftovers({ containers: [other], networks: [other], volumes: [other, volume] }, NOW)).toEqual(nothing)
})
