import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openState } from './state.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'state-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

test('who it is, its subnet and its addresses survive a restart', () => {
  const first = openState(dir)
  first.keepSubnet({ third: 9 })
  const host = first.host(300)
  const second = openState(dir)
  expect(second).toMatchObject({ instance: first.instance, subnet: { third: 9 } })
  expect(second.host(300)).toBe(host)
})

test('two folders are two instances', () => {
  expect(openState(path.join(dir, 'a')).instance).not.toBe(openState(path.join(dir, 'b')).instance)
})

test('a freed address is given again only when the others have had their turn', () => {
  const state = openState(dir)
  const first = state.host(1)
  state.release(1)
  expect(state.host(2)).not.toBe(first)
  for (let id = 3; id <= 254; id += 1) state.host(id)
  expect(new Set(Array.from({ length: 253 }, (_, n) => state.host(n + 2))).size).toBe(253)
  expect(() => state.host(999)).toThrow('All 253 addresses')
  state.release(2)
  expect(state.host(999)).toBeGreaterThanOrEqual(2)
})

test('a damaged file is named', () => {
  writeFileSync(path.join(dir, 'state.json'), '{"instance":"../../x"}')
  expect(() => openState(dir)).toThrow(path.join(dir, 'state.json'))
})
