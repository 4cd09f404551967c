/** A user with an account, a droplet and a template, and what tests ask of a deployment. */
import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { v7 } from 'uuid'
import { connect, type Db, type Sql } from '#db/client.ts'
import { users } from '#db/schema/auth.ts'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { droplets } from '#db/schema/fleet.ts'
import * as schema from '#db/schema/index.ts'
import { type DeploymentState, PROGRESSING_STATES } from '#db/schema/states.ts'
import { templateVersions, toolCatalog } from '#db/schema/templates.ts'
import { type TemplateConfig, templateConfig } from '#db/template-config.ts'
import { readConfig } from '#server/config.ts'
import type { Base, UserCtx } from '#server/context.ts'
import { createVault } from '#server/crypto/vault.ts'
import { createLog } from '#server/observability/log.ts'

/** The same in the test and in its child processes, which open what it sealed. */
export const TEST_MASTER_KEY = Buffer.alloc(32, 7).toString('base64')

export interface TestBase {
  base: Base
  sql: Sql
  /** Every statement that went through `base.db`, for tests that count round trips. */
  statements: string[]
  end: () => Promise<void>
}

export function testBase(url: string, logLevel = process.env.TEST_LOG ?? 'silent'): TestBase {
  const { sql: client, end } = connect(url, { max: 10 })
  const statements: string[] = []
  const db: Db = drizzle(client, { schema, logger: { logQuery: (statement) => void statements.push(statement) } })
  const config = readConfig({ DATABASE_URL: url, BERTH_MASTER_KEY: TEST_MASTER_KEY })
  const base: Base = {
    db,
    config,
    vault: createVault(config.masterKey),
    log: createLog(logLevel),
    installationId: 'testtesttt',
  }
  return { base, sql: client, statements, end }
}

const sealedNothing = { keyId: 'none', box: '' }

export async function newUser(base: Base, o: { account?: boolean } = {}): Promise<UserCtx> {
  const userId = v7()
  await base.db.insert(users).values({ id: userId, email: `${userId}@berth.test` })
  if (o.account !== false)
    await base.db.insert(cloudAccounts).values({
      userId,
      token: sealedNothing,
      accountUuid: userId,
      email: `${userId}@berth.test`,
      dropletLimit: 10,
      status: 'active',
      sshPublicKey: 'ssh-ed25519 AAAA',
      sshPrivateKey: sealedNothing,
    })
  return { ...base, actor: { kind: 'user', userId, role: 'user', sessionId: v7(), email: '', name: '' } }
}

export async function newDroplet(ctx: UserCtx): Promise<string> {
  const id = v7()
  const [account] = await ctx.db.select().from(cloudAccounts).where(sql`user_id = ${ctx.actor.userId}`)
  if (!account) throw new Error('the user has no account')
  await ctx.db.insert(droplets).values({
    id,
    userId: ctx.actor.userId,
    cloudAccountId: account.id,
    attemptTag: `berth-try-${id}`,
    name: `berth-${id.slice(-6)}`,
    state: 'active',
    region: 'nyc3',
    size: 's-1',
    vcpus: 2,
    memoryBytes: 8 * 2 ** 30,
    diskBytes: 50 * 2 ** 30,
    priceMonthlyMicros: 1,
    priceHourlyMicros: 1,
    hostKey: 'ssh-ed25519 AAAA',
  })
  return id
}

export async function newTemplate(
  base: Base,
  changes: Partial<TemplateConfig> = {},
  version: Partial<typeof templateVersions.$inferInsert> = {},
): Promise<string> {
  const slug = `t-${randomBytes(5).toString('hex')}`
  const config = templateConfig.parse({
    image: `registry.test/mcp/${slug}:1`,
    transport: { type: 'streamable-http', port: 3001 },
    resources: { memoryBytes: 128 * 2 ** 20, cpuMillis: 100, diskBytes: 2 ** 20 },
    volumes: [{ name: 'data', path: '/data' }],
    ...changes,
  })
  const id = v7()
  await base.db.insert(toolCatalog).values({
    id,
    slug,
    displayName: slug,
    description: '',
    category: 'test',
    mcpTemplateConfig: config,
  })
  await base.db.insert(templateVersions).values({ templateId: id, version: 1, config, ...version })
  return slug
}

/** The only version of a template that `newTemplate` made. */
export async function versionIdOf(client: Sql, slug: string): Promise<string> {
  const [row] = await client<{ id: string }[]>`
    select v.id from template_versions v join tool_catalog t on t.id = v.template_id where t.slug = ${slug}`
  if (!row) throw new Error(`there is no template ${slug}`)
  return row.id
}

/** Polls, since the waiting side must not depend on the notifications that are under test. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  ms = 20_000,
): Promise<T> {
  const deadline = Date.now() + ms
  for (;;) {
    const found = await look()
    if (found !== null && found !== undefined && found !== false) return found
    if (Date.now() > deadline) throw new Error(`waited ${ms} ms in vain for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
}

export interface Rest {
  state: DeploymentState
  lease_owner: string | null
  error: { code: string; leftovers: string[]; step: string | null } | null
  attempt: number
  serving_attempt: number | null
}

/** Waits until nobody has to move it on any more (I9). */
export const untilAtRest = (client: Sql, id: string, ms?: number): Promise<Rest> =>
  until(
    `deployment ${id} at rest`,
    async () => {
      const [row] = await client<Rest[]>`
        select state, lease_owner, error, attempt, serving_attempt from deployments where id = ${id}`
      const moving = !row || (PROGRESSING_STATES as readonly string[]).includes(row.state) || row.lease_owner !== null
      return moving ? null : row
    },
    ms,
  )

/** I5: numbers 1..n without a gap, and as many as the row says. */
export async function eventsOf(
  client: Sql,
  id: string,
): Promise<{ n: number; type: string; data: Record<string, unknown> }[]> {
  return client<{ n: number; type: string; data: Record<string, unknown> }[]>`
    select n, type, data from deployment_events where deployment_id = ${id} order by n`
}
