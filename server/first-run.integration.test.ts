import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { users } from '#db/schema/auth.ts'
import { checkPassword } from '#server/auth/index.ts'
import { firstRun } from '#server/first-run.ts'
import { type Stack, testStack } from '#server/testing/stack.ts'

let dir: string
let stack: Stack
const file = () => path.join(dir, 'first-run.json')
const read = () => JSON.parse(readFileSync(file(), 'utf8'))
const demo = { BERTH_DEMO: '1', DIGITALOCEAN_API_URL: 'http://127.0.0.1:1' }

beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'berth-first-run-'))
})
afterEach(async () => {
  await stack.end()
  rmSync(dir, { recursive: true, force: true })
})
const start = async (env: Record<string, string>) => {
  stack = await testStack({ env: { BERTH_DATA_DIR: dir, ...env } })
}
const moved = (publicUrl: string) => ({ ...stack.base, config: { ...stack.base.config, publicUrl } })

test('a worker makes nobody and writes nothing, whichever process is the first', async () => {
  await start(demo)
  const worker = { ...stack.base, config: { ...stack.base.config, role: 'worker' as const } }
  expect(await firstRun(worker)).toBeNull()
  expect(existsSync(file())).toBe(false)
  expect(await stack.db.$count(users)).toBe(0)
})

describe('R18: the demo', () => {
  test('makes a user and an admin that can sign in and call, readable by nobody else', async () => {
    await start(demo)
    await firstRun(stack.base)
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    const made = read()
    expect(Object.keys(made)).toEqual(['url', 'demo', 'admin'])
    for (const [who, role] of [
      [made.demo, 'user'],
      [made.admin, 'admin'],
    ] as const) {
      expect(await checkPassword(stack.base, { ...who, ip: '127.0.0.1' })).not.toBeNull()
      const me = await stack.call('settings.me', undefined, { token: who.apiToken })
      expect(me.data).toMatchObject({ user: { email: who.email, role }, demo: true })
    }
  })

  test('a later start keeps everything, and corrects the address', async () => {
    await start(demo)
    await firstRun(stack.base)
    const before = read()
    await firstRun(stack.base)
    expect(read()).toEqual(before)
    await firstRun(moved('http://localhost:3333'))
    expect(read()).toEqual({ ...before, url: 'http://localhost:3333' })
    expect(await stack.db.$count(users)).toBe(2)
  })

  test('two processes that start at once make two people, and the file is theirs', async () => {
    await start(demo)
    await Promise.all([firstRun(stack.base), firstRun(stack.base), firstRun(stack.base)])
    expect(await stack.db.$count(users)).toBe(2)
    const { demo: person } = read()
    expect((await stack.call('settings.me', undefined, { token: person.apiToken })).status).toBe(200)
  })

  test('a file of an older database, or a damaged one, is replaced', async () => {
    await start(demo)
    writeFileSync(file(), '{"url":')
    await firstRun(stack.base)
    expect((await stack.call('settings.me', undefined, { token: read().demo.apiToken })).status).toBe(200)
  })

  test('a cloud that is down does not stop it (R20)', async () => {
    await start(demo)
    await firstRun(stack.base)
    await stack.base.fleet.background.idle()
    expect(read().demo.email).toBe('demo@berth.local')
  })
})

describe('R18: a public installation', () => {
  const setUp = (setupToken: string) =>
    stack.call(
      'auth.setup',
      { setupToken, email: 'root@berth.test', password: 'a long enough password' },
      { method: 'POST' },
    )

  test('has no accounts, only a setup token, which is the same after a restart', async () => {
    await start({})
    await firstRun(stack.base)
    const before = read()
    expect(Object.keys(before)).toEqual(['url', 'setupToken'])
    expect(await stack.db.$count(users)).toBe(0)
    await firstRun(stack.base)
    expect(read()).toEqual(before)
    expect((await stack.call('auth.options', undefined)).data).toMatchObject({ needsSetup: true, demo: false })
  })

  test('the token makes one admin, once, and never a second', async () => {
    await start({})
    await firstRun(stack.base)
    const { setupToken } = read()
    expect((await setUp('setup_wrong')).error?.berth.code).toBe('NOT_FOUND')
    const both = await Promise.all([setUp(setupToken), setUp(setupToken)])
    expect(both.map((b) => b.status).sort()).toEqual([200, 404])
    expect((await setUp(setupToken)).status).toBe(404)
    const rows = await stack.db.select({ role: users.role }).from(users)
    expect(rows).toEqual([{ role: 'admin' }])
    expect(await firstRun(stack.base)).toEqual(read())
  })

  test('a lost file means a new token, and the old one is void', async () => {
    await start({})
    await firstRun(stack.base)
    const { setupToken: lost } = read()
    rmSync(file())
    await firstRun(stack.base)
    expect(read().setupToken).not.toBe(lost)
    expect((await setUp(lost)).status).toBe(404)
    expect((await setUp(read().setupToken)).status).toBe(200)
  })
})
