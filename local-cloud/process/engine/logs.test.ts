import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createContext, type EngineContext } from './context.ts'
import { logWriter, nowNanos, parseSelection, readLogs, select } from './logs.ts'

let root: string
let ctx: EngineContext

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'logs-'))
  ctx = createContext({ root, name: 'd', memoryBytes: 1, vcpus: 1, log: () => {} })
})
afterEach(() => rmSync(root, { recursive: true }))

const query = (text: string) => parseSelection(new URLSearchParams(text))

test('output becomes lines, whatever its pieces were, and a character cut in two stays whole', () => {
  const writer = logWriter(ctx, 'c')
  const bytes = Buffer.from('grüße\nlast')
  writer.write('stdout', bytes.subarray(0, 3))
  writer.write('stdout', bytes.subarray(3))
  writer.write('stderr', Buffer.from('one\ntwo\n'))
  writer.end()
  expect(readLogs(ctx, 'c').map(({ stream, log }) => [stream, log])).toEqual([
    ['stdout', 'grüße\n'],
    ['stderr', 'one\n'],
    ['stderr', 'two\n'],
    ['stdout', 'last'],
  ])
})

test('a line without an end is cut into pieces and does not eat the memory', () => {
  const writer = logWriter(ctx, 'c')
  writer.write('stdout', Buffer.alloc(40_000, 'x'))
  writer.end()
  expect(readLogs(ctx, 'c').map(({ log }) => log.length)).toEqual([16_384, 16_384, 7232])
})

test('every line has a time of its own, so that a time is a place in the log', () => {
  const times = Array.from({ length: 1000 }, nowNanos)
  expect(new Set(times).size).toBe(1000)
  expect([...times].sort()).toEqual(times)
})

test('lines are chosen by time with nanoseconds, and by tail', () => {
  const entries = ['1', '2', '3'].map((n) => ({
    log: n,
    stream: 'stdout' as const,
    time: `2026-11-23T18:00:00.00000000${n}Z`,
  }))
  const unix = Date.parse('2026-11-23T18:00:00Z') / 1000
  const chosen = (text: string) => select(entries, query(text)).map(({ log }) => log)
  expect(chosen(`since=${unix}.000000002`)).toEqual(['2', '3'])
  expect(chosen('since=2026-11-23T18:00:00.000000003Z')).toEqual(['3'])
  expect(chosen(`until=${unix}.000000001`)).toEqual(['1'])
  expect(chosen('tail=2')).toEqual(['2', '3'])
  expect(chosen('tail=0')).toEqual([])
  expect(chosen('tail=all')).toEqual(['1', '2', '3'])
  expect(() => query('since=yesterday')).toThrow('invalid time')
})
