/** The whole way, nothing faked: a process of Berth, the local cloud, its registry and its droplets. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { eq, sql } from 'drizzle-orm'
import { v7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { users } from '#db/schema/auth.ts'
import { templateVersions } from '#db/schema/templates.ts'
import type { TemplateContent } from '#db/template-content.ts'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import { NPM_PACKAGES } from '#fixtures/packages/npm-packages.ts'
import { type NpmRegistry, startNpmRegistry } from '#fixtures/packages/npm-registry.ts'
import { type TestCloud, testCloud } from '#local-cloud/testing.ts'
import { readConfig } from '#server/config.ts'
import { createDeployment } from '#server/deployments/index.ts'
import { createLog } from '#server/observability/log.ts'
import { createMetrics } from '#server/observability/metrics.ts'
import { type Runtime, startRuntime } from '#server/runtime.ts'
import { applyPatch } from './patch.ts'
import { content } from './testing.ts'
import { planted, reportOf } from './testing-world.ts'

const FIXTURES = path.join(import.meta.dirname, '../../../fixtures/images')
const RUN_MS = 90_000

let database: TestDatabase
let cloud: TestCloud
let npm: NpmRegistry
let dataDir: string
let runtime: Runtime
let userId: string

beforeAll(async () => {
  database = await testDatabase()
  cloud = await testCloud({ imageDirs: [FIXTURES] })
  npm = await startNpmRegistry(NPM_PACKAGES)
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'berth-dry-run-'))
  const config = readConfig({
    ...{ DATABASE_URL: database.url, DIGITALOCEAN_API_URL: cloud.url, BERTH_DATA_DIR: dataDir },
    ...{ BERTH_DEMO: '1', BERTH_DEMO_REGISTRY: cloud.registry, BERTH_NPM_REGISTRY: npm.url },
    BERTH_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
  })
  const log = createLog(process.env.LOG_LEVEL ?? 'silent')
  runtime = await startRuntime({ config, log, metrics: createMetrics(), internalUrl: null })
  const [admin] = await database.db.select({ id: users.id }).from(users).where(eq(users.role, 'admin'))
  userId = admin?.id ?? ''
  // The account of the demo's admin is connected behind the start.
  await vi.waitUntil(
    async () => (await database.sql`select from cloud_accounts where user_id = ${userId}`).length > 0,
    { timeout: 20_000 },
  )
})
afterAll(async () => {
  await runtime?.stop()
  await cloud?.end()
  await npm?.close()
  await database?.end()
  rmSync(dataDir, { recursive: true, force: true })
})

const weather = (image: string) =>
  content({ image: `${cloud.registry}/test/${image}`, transport: { type: 'stdio', shared: false } })

async function validate(template: TemplateContent, allowNewDroplet = true, dryRun = true) {
  const { versionId } = await planted(runtime.base, template, { status: 'draft' })
  const { validator } = runtime.services
  const { validationId } = await validator.start({ versionId, trigger: 'save', userId, dryRun, allowNewDroplet })
  await validator.idle()
  return { versionId, report: await reportOf(runtime.base, validationId) }
}

/** Everything that stands for a deployment somewhere. */
const held = async () => {
  const [row] = await database.db.execute(sql`
    select (select count(*)::int from reservations) as reservations,
      (select count(*)::int from droplets where state <> 'deleted') as droplets`)
  return row
}

test(
  'without a droplet a dry run is not made, and says what to do; nothing is bought',
  async () => {
    const { report } = await validate(weather('careful:1.0.1'), false)
    expect(report.check('dry-run')).toMatchObject({
      verdict: 'skipped',
      fix: { text: expect.stringContaining('new droplet') },
    })
    expect(await held()).toEqual({ reservations: 0, droplets: 0 })
  },
  RUN_MS,
)

test(
  'I4: a server that lacks a variable is named, mended by the fix, and leaves nothing behind',
  async () => {
    const found = await validate(weather('careless:1.0.0'))
    expect(found.report.check('dry-run')).toMatchObject({
      ...{ verdict: 'fail', summary: 'It did not start: it asks for WEATHER_TOKEN.' },
    })
    expect(found.report.check('security-user').verdict).toBe('warn')
    expect(found.report.check('security-secrets').verdict).toBe('fail')
    expect(JSON.stringify(found.report)).not.toContain('q7Rk2vXe')
    const mended = applyPatch(weather('careful:1.0.1'), found.report.check('dry-run').fix?.patch ?? [])
    const again = await validate(mended)
    expect(again.report.check('dry-run')).toMatchObject({ verdict: 'pass', summary: 'It started and lists 1 tool.' })
    expect(again.report.check('resources-size').summary).toMatch(/^It fits on .+ at \$\d/)
    expect(again.report.facts.tools).toMatchObject([{ name: 'forecast' }])
    const [version] = await database.db.select().from(templateVersions).where(eq(templateVersions.id, again.versionId))
    expect(version?.imageDigest).toBe(again.report.facts.digest)
    expect(await held()).toEqual({ reservations: 0, droplets: 0 })
  },
  RUN_MS,
)

test('every template that the local cloud runs may be deployed', async () => {
  const rows = await database.db.execute<{ id: string; slug: string }>(sql`
    select v.id, t.slug from tool_catalog t join template_versions v on v.template_id = t.id and v.version = t.version
    where v.config->>'image' like ${`${cloud.registry}/mcp/%`} order by t.slug`)
  expect(rows.length).toBeGreaterThanOrEqual(5)
  for (const { id, slug } of rows) {
    const found = await runtime.services.validator.ensure({ versionId: id }, { signal: AbortSignal.timeout(30_000) })
    expect({ slug, ...found }).toEqual({ slug, verdict: 'pass', failures: [] })
  }
})

describe('a package', () => {
  const packaged = (identifier: string, allowInstallScripts: string[] = []) =>
    content({
      ...{ image: runtime.base.config.runners.node.image, transport: { type: 'stdio', shared: false } },
      package: { registryType: 'npm', identifier, version: '1.0.0', allowInstallScripts },
    })

  test('is not locked without a droplet to do that on', async () => {
    const { report } = await validate(packaged('@berth/greeter'), false)
    expect(report.check('package-lock')).toMatchObject({ verdict: 'skipped', fix: { text: expect.any(String) } })
  })

  test(
    'is locked on a droplet of the admin, with every dependency; one with install scripts is named',
    async () => {
      const actor = { kind: 'user', userId, role: 'admin', sessionId: v7(), email: '', name: '' } as const
      const { deploymentId } = await createDeployment({ ...runtime.base, actor }, { template: 'everything' })
      await vi.waitUntil(
        async () =>
          (await database.sql`select state from deployments where id = ${deploymentId}`)[0]?.state === 'healthy',
        { timeout: 30_000, interval: 100 },
      )
      const { report, versionId } = await validate(packaged('@berth/greeter'), false, false)
      expect(report.check('package-lock')).toMatchObject({ verdict: 'pass', summary: '2 packages locked by hash.' })
      const [version] = await database.db.select().from(templateVersions).where(eq(templateVersions.id, versionId))
      expect(version?.packageLock).toMatchObject({ registryType: 'npm', packages: 2 })

      const scripted = packaged('needs-a-script')
      const refused = await validate(scripted, false, false)
      expect(refused.report.check('package-lock').verdict).toBe('fail')
      expect(refused.report.check('package-lock').evidence.join()).toContain('builds-itself')
      const allowed = applyPatch(scripted, refused.report.check('package-lock').fix?.patch ?? [])
      expect((await validate(allowed, false, false)).report.check('package-lock').verdict).toBe('pass')
    },
    RUN_MS,
  )
})
