/**
 * The first start: demo accounts where only this machine can reach them, a one-time setup token everywhere else (R18).
 * What was made stands in `<data dir>/first-run.json` (mode 0600) for the person and for scripts; the database holds
 * only hashes, so a later start keeps the file and at most corrects its `url`.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Tx } from '#db/client.ts'
import { users } from '#db/schema/auth.ts'
import {
  hashPassword,
  insertApiToken,
  insertLink,
  insertUser,
  isUsable,
  prepareUser,
  voidLinks,
} from '#server/auth/index.ts'
import type { Config } from '#server/config.ts'
import { type Ctx, SCOPES } from '#server/context.ts'
import type { FleetBase } from '#server/fleet/index.ts'
import { housekeepingTx, type Recorder, recordedTx } from '#server/tx.ts'

const credentials = z.object({ email: z.string(), password: z.string(), apiToken: z.string() })
const firstRunFile = z.union([
  z.object({ url: z.string(), demo: credentials, admin: credentials }),
  z.object({ url: z.string(), setupToken: z.string() }),
])
type Credentials = z.infer<typeof credentials>
export type FirstRun = z.infer<typeof firstRunFile>

/** @returns what stands in the file; null on a worker, and when users exist and the file is gone */
export async function firstRun(base: FleetBase): Promise<FirstRun | null> {
  const { config } = base
  // People sign in at the web process: what is made belongs into its folder, and a second token would void the first.
  if (config.role === 'worker') return null
  const ctx: Ctx = { ...base, actor: { kind: 'system', part: 'first-run' } }
  const before = await readFirstRun(config)
  if ((await base.db.$count(users)) > 0) return before && keep(config, before)
  if (!config.demo && before && 'setupToken' in before) {
    const usable = await housekeepingTx(base.db, (tx) => isUsable(tx, 'setup', before.setupToken))
    if (usable) return keep(config, before)
  }
  // Hashing is slow and needs no lock; two processes that start at once both come here, and one finds users.
  const made = config.demo ? await demoPeople(ctx) : await setupToken(ctx)
  if (!made) return readFirstRun(config)
  for (const userId of made.userIds) prepareUser(base, userId)
  return made.file
}

interface Made {
  /** Written inside the transaction: after a crash between the two there are no users, and the next start begins anew. */
  file: FirstRun
  userIds: string[]
}

async function demoPeople(ctx: Ctx): Promise<Made | null> {
  const people = [
    { key: 'demo', email: 'demo@berth.local', name: 'Demo', role: 'user' },
    { key: 'admin', email: 'admin@berth.local', name: 'Admin', role: 'admin' },
  ] as const
  const passwords = people.map(() => randomBytes(18).toString('base64url'))
  const hashes = await Promise.all(passwords.map(hashPassword))
  return alone(ctx, async (tx, record) => {
    const userIds: string[] = []
    const made: Credentials[] = []
    for (const [i, { email, name, role }] of people.entries()) {
      const userId = await insertUser(tx, { email, name, role, passwordHash: hashes[i] ?? null })
      const scopes = SCOPES.filter((scope) => scope !== 'admin' || role === 'admin')
      const { token } = await insertApiToken(tx, { userId, name: 'first run', scopes })
      await record.audit('user.created', `user:${userId}`, { via: 'first-run', role })
      userIds.push(userId)
      made.push({ email, password: passwords[i] ?? '', apiToken: token })
    }
    const [demo, admin] = made
    if (!demo || !admin) throw new Error('both people of the demo are made')
    const file: FirstRun = { url: ctx.config.publicUrl, demo, admin }
    await write(ctx.config, file)
    return { file, userIds }
  })
}

const setupToken = (ctx: Ctx): Promise<Made | null> =>
  alone(ctx, async (tx, record) => {
    await voidLinks(tx, { kind: 'setup' })
    const link = await insertLink(tx, { kind: 'setup' })
    await record.audit('setup-token.made', `link:${link.id}`)
    const file: FirstRun = { url: ctx.config.publicUrl, setupToken: link.token }
    await write(ctx.config, file)
    return { file, userIds: [] }
  })

/** One process at a time, and only while there are no users. */
function alone(ctx: Ctx, work: (tx: Tx, record: Recorder) => Promise<Made>): Promise<Made | null> {
  return recordedTx(ctx, null, async (tx, record) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('berth.first-run'))`)
    if ((await tx.$count(users)) > 0) throw new AnotherWasFirst()
    return work(tx, record)
  }).catch((error: unknown) => {
    if (error instanceof AnotherWasFirst) return null
    throw error
  })
}

class AnotherWasFirst extends Error {}

const fileOf = (config: Config) => path.join(config.dataDir, 'first-run.json')

async function readFirstRun(config: Config): Promise<FirstRun | null> {
  const text = await readFile(fileOf(config), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (text === null) return null
  try {
    return firstRunFile.parse(JSON.parse(text))
  } catch {
    return null
  }
}

async function keep(config: Config, file: FirstRun): Promise<FirstRun> {
  if (file.url === config.publicUrl) return file
  const moved = { ...file, url: config.publicUrl }
  await write(config, moved)
  return moved
}

/** Never half-written, and never readable by others, not even for a moment. */
async function write(config: Config, file: FirstRun): Promise<void> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const target = fileOf(config)
  const temporary = `${target}.${process.pid}`
  await writeFile(temporary, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 })
  await rename(temporary, target)
}
