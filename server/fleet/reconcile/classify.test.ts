import { expect, test } from 'vitest'
import type { CloudDroplet } from '#server/cloud/port.ts'
import { type ClassifyInput, classify, type Verdict } from './classify.ts'

const now = new Date('2026-11-23T12:00:00Z')
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000)
const listed = (o: Partial<CloudDroplet> = {}): CloudDroplet => ({
  id: 7,
  name: 'berth-fra1-abc',
  status: 'active',
  region: 'fra1',
  size: 's-1vcpu-1gb',
  tags: ['berth', 'berth-here', 'berth-try-1'],
  publicIp: null,
  sshPort: 22,
  createdAt: ago(3600),
  ...o,
})
const row = (o: Partial<NonNullable<ClassifyInput['row']>> = {}): ClassifyInput['row'] => ({
  state: 'active',
  providerId: 7,
  cloudAccountId: 'account',
  ...o,
})

test.each<[string, Partial<ClassifyInput>, Verdict]>([
  ['its row has its id', { row: row() }, 'known'],
  ['its row waits for an answer', { row: row({ state: 'booting', providerId: null }) }, 'expected'],
  ['its row has another id: a late twin', { row: row({ providerId: 6 }) }, 'twin'],
  ['its row was given up before it appeared', { row: row({ state: 'deleted', providerId: null }) }, 'twin'],
  ['its row was deleted and it is still there', { row: row({ state: 'deleted' }) }, 'twin'],
  ['its row is being deleted', { row: row({ state: 'deleting' }) }, 'known'],
  ['no row, an hour old', { row: undefined }, 'unknown'],
  ['no row, half a minute old', { row: undefined, listed: listed({ createdAt: ago(30) }) }, 'young'],
  [
    'its owner forgot the account that it was in and connected it again',
    { row: row({ state: 'deleted', cloudAccountId: 'an earlier account' }) },
    'unmanaged',
  ],
  [
    'R19: no tag of this installation',
    { row: undefined, listed: listed({ tags: ['berth', 'berth-other'] }) },
    'unmanaged',
  ],
  [
    'R19: no tag, although a row says twin',
    { row: row({ providerId: 6 }), listed: listed({ tags: ['web'] }) },
    'unmanaged',
  ],
])('%s', (_, o, verdict) => {
  expect(classify({ listed: listed(), row: undefined, accountId: 'account', installationId: 'here', now, ...o })).toBe(
    verdict,
  )
})
