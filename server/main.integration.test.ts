import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import { freePort } from '../db/free-port.ts'

const children: ChildProcess[] = []
let database: TestDatabase
let dir: string

beforeAll(async () => {
  database = await testDatabase()
  dir = mkdtempSync(path.join(os.tmpdir(), 'berth-main-'))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
afterAll(async () => {
  await database.end()
  rmSync(dir, { recursive: true, force: true })
})

/** A worker: it serves no pages, so nothing has to be built. */
function start(env: Record<string, string>, args: string[] = []) {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'main.ts'), ...args], {
    env: {
      ...{ NODE_ENV: 'production' as const, PATH: process.env.PATH, HOME: process.env.HOME },
      ...{ BERTH_ROLE: 'worker', BERTH_DATA_DIR: dir },
      ...{ DATABASE_URL: database.url, BERTH_MASTER_KEY: Buffer.alloc(32, 3).toString('base64'), LOG_LEVEL: 'warn' },
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  children.push(child)
  const said = { out: '', err: '' }
  const ready = new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk) => {
      said.out += chunk
      if (said.out.includes('\n')) resolve()
    })
  })
  child.stderr?.on('data', (chunk) => {
    said.err += chunk
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { child, said, ready: Promise.race([ready, ended.then(() => Promise.reject(new Error(said.err)))]), ended }
}

describe('the process', () => {
  test('says where it is in its first line, answers health, and stops on SIGTERM', async () => {
    const port = await freePort()
    const { child, said, ready, ended } = start({ PORT: String(port) })
    await ready
    expect(JSON.parse(said.out)).toEqual({ url: `http://localhost:${port}` })
    const health = await fetch(`http://127.0.0.1:${port}/api/health`)
    expect([health.status, await health.json()]).toEqual([
      200,
      { status: 'ok', version: expect.any(String), database: 'ok', worker: 'ok' },
    ])
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404)
    expect((await fetch(`http://127.0.0.1:${port}/mcp/x`)).status).toBe(404)
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(await database.sql`select id from workers`).toEqual([])
  })

  test('stops when its parent is gone', async () => {
    const { child, ready, ended } = start({ PORT: '0' }, ['--supervised'])
    await ready
    child.stdin?.end()
    expect(await ended).toBe(0)
  })

  test.each([
    [
      'a port in use',
      async () => ({ PORT: String(await takenPort()) }),
      /^Port \d+ is in use: stop what listens there/,
    ],
    [
      'an address of another machine',
      async () => ({ HOST: '203.0.113.1', PORT: '39999' }),
      /^203\.0\.113\.1 is not an address/,
    ],
    ['a bad variable', async () => ({ BERTH_ROLE: 'boss' }), /^BERTH_ROLE /],
    ['no master key', async () => ({ BERTH_MASTER_KEY: '' }), /^BERTH_MASTER_KEY is missing/],
  ])('%s: one sentence, exit 1', async (_, env, sentence) => {
    const { said, ended, ready } = start(await env())
    ready.catch(() => {})
    expect(await ended).toBe(1)
    expect(said.err).toMatch(sentence)
    expect(said.err.trim().split('\n')).toHaveLength(1)
    expect(said.out).toBe('')
  })
})

const taken: ReturnType<typeof createServer>[] = []
afterAll(() => {
  for (const server of taken) server.close()
})
const takenPort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
    taken.push(server)
  })
