import { expect, test } from 'vitest'
import { createSessionStore, type LiveSession } from './sessions.ts'

const session = (n: number, o: Partial<LiveSession> = {}): LiveSession => ({
  id: `session ${n}`,
  deploymentId: 'one',
  tokenId: 'token',
  lastUsedAt: n,
  calls: 0,
  streaming: false,
  costly: false,
  park: async () => {},
  end: async () => {},
  ...o,
})

test('a client that begins session after session is remembered for so many only', () => {
  const store = createSessionStore<LiveSession>({ now: () => 0, idleMs: 1000 })
  const busy = [session(0, { calls: 1 }), session(1, { streaming: true }), session(2, { costly: true })]
  const foreign = session(3, { deploymentId: 'two' })
  for (const kept of [...busy, foreign]) store.add(kept)
  for (let n = 10; n < 500; n++) {
    store.trim('one', 9)
    store.add(session(n))
  }
  expect(store.count('one')).toBe(10)
  for (const kept of [...busy, foreign]) expect(store.get(kept.id)).toBe(kept)
  expect(store.get('session 499')).toBeDefined()
  expect(store.get('session 10')).toBeUndefined()
})
