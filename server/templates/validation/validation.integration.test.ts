import { eq, sql } from 'drizzle-orm'
import { v7 } from 'uuid'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { deployments, usageSamples, workers } from '#db/schema/deployments.ts'
import { templateValidations, templateVersions, toolCatalog } from '#db/schema/templates.ts'
import type { TemplateContent } from '#db/template-content.ts'
import type { CheckId } from '#db/template-validation.ts'
import { createCaller } from '#server/api/root.ts'
import type { LivePayload, ValidationView } from '#server/api/views.ts'
import type { DryRunInput, DryRunResult } from '#server/deployments/index.ts'
import { type Person, type Stack, testStack } from '#server/testing/stack.ts'
import { housekeepingTx } from '#server/tx.ts'
import { applyPatch } from './patch.ts'
import { startValidationSchedule } from './schedule.ts'
import { content, GIB, offer } from './testing.ts'
import { planted, reportOf, type TestImage, type TestRegistry, testRegistry } from './testing-world.ts'
import { createValidator } from './validator.ts'

/** What the server inside the image does when it is tried. */
type Behaviour = (input: DryRunInput) => DryRunResult | Promise<DryRunResult>

const works: Behaviour = () => ({
  ...{ ok: true, startMs: 420, protocolVersion: '2025-11-25', serverInfo: { name: 'weather', version: '1' } },
  tools: [{ name: 'forecast' }],
})

let registry: TestRegistry
let stack: Stack
let admin: Person
let behaviour: Behaviour = works
let tried: DryRunInput[] = []
const inputs = new Map<string, DryRunInput>()

beforeAll(async () => {
  registry = await testRegistry()
  stack = await testStack({
    env: { BERTH_ALLOWED_HOSTS: registry.host },
    validation: {
      offer: async () => offer,
      dryRun: {
        async start(input) {
          const deploymentId = v7()
          inputs.set(deploymentId, input)
          tried.push(input)
          return { deploymentId }
        },
        async result(deploymentId) {
          const input = inputs.get(deploymentId)
          if (!input) throw new Error('no such dry run')
          return behaviour(input)
        },
      },
    },
  })
  admin = await stack.person('admin')
})
afterAll(async () => {
  await stack?.end()
  await registry?.close()
})
beforeEach(() => {
  behaviour = works
  tried = []
})
afterEach(() => stack.services.validator.idle())

const imageOf = (image: string, more: Partial<TemplateContent['config']> = {}) =>
  content({ image: `${registry.host}/acme/${image}:1`, ...more })
const serve = (image: Omit<TestImage, 'name'> = {}, name = 'weather') =>
  registry.serve({ name: `acme/${name}`, ...image })

async function validate(template: TemplateContent, o: { dryRun?: boolean } = {}) {
  const made = await planted(stack.base, template)
  return { ...made, ...(await validateAgain(made.versionId, o)) }
}

async function validateAgain(versionId: string, { dryRun = true }: { dryRun?: boolean } = {}) {
  const { validationId } = await stack.services.validator.start({
    ...{ versionId, trigger: 'save', userId: admin.userId, dryRun },
  })
  await stack.services.validator.idle()
  return { validationId, report: await reportOf(stack.base, validationId) }
}

const versionRow = async (id: string) =>
  (await stack.base.db.select().from(templateVersions).where(eq(templateVersions.id, id)))[0]
const headRow = async (id: string) => (await stack.base.db.select().from(toolCatalog).where(eq(toolCatalog.id, id)))[0]

describe('a template with which something is wrong: found, explained, and mended by its fix', () => {
  const SECRET = 'f00dfeedc0ffee1234567890abcdef42'

  async function mended(template: TemplateContent, id: CheckId, verdict: 'pass' | 'warn' = 'pass') {
    const { report } = await validate(template)
    const check = report.check(id)
    expect(check.verdict).toBe('fail')
    expect(report.verdict).toBe('fail')
    expect(check.fix?.patch).toBeDefined()
    const again = await validate(applyPatch(template, check.fix?.patch ?? []))
    expect(again.report.check(id).verdict).toBe(verdict)
    return { check, again }
  }

  test('leaks a secret: each person gives their own, and another image has none', async () => {
    serve({ Env: [`API_KEY=${SECRET}`] })
    const { check } = await mended(imageOf('weather'), 'security-secrets', 'warn')
    expect(check.evidence).toEqual(['ENV API_KEY: a random value under a secret’s name, f00d…'])
    serve()
    expect((await validate(imageOf('weather'))).report.check('security-secrets').verdict).toBe('pass')
  })

  test('runs as root: told with what Berth does about it; another image mends it', async () => {
    serve({ User: '' })
    const check = (await validate(imageOf('weather'))).report.check('security-user')
    expect(check).toMatchObject({ verdict: 'warn', summary: 'It runs as root inside its container.' })
    expect(check.evidence.join()).toContain('takes all capabilities away')
    serve({ User: '1000' })
    expect((await validate(imageOf('weather'))).report.check('security-user').verdict).toBe('pass')
  })

  test('lacks a required variable: its dry run names it, the fix declares it', async () => {
    serve()
    behaviour = (input) =>
      input.variables.WEATHER_API_KEY
        ? works(input)
        : {
            ...{ ok: false, step: 'health-check', code: 'CONTAINER_EXITED', message: 'The container ended.' },
            logTail: ['starting', 'Error: WEATHER_API_KEY environment variable is required'],
          }
    const { check, again } = await mended(imageOf('weather'), 'dry-run')
    expect(check.summary).toBe('It did not start: it asks for WEATHER_API_KEY.')
    expect(check.evidence.at(-1)).toBe('Log: Error: WEATHER_API_KEY environment variable is required')
    expect(again.report.check('variables-declared').verdict).toBe('pass')
    await mended(imageOf('weather'), 'variables-declared')
  })

  test('needs more memory than any size has: the fix asks for what the largest has', async () => {
    serve()
    const resources = { memoryBytes: 512 * GIB, cpuMillis: 250, diskBytes: GIB }
    const { check } = await mended(imageOf('weather', { resources }), 'resources-size')
    expect(check.evidence.join('\n')).toContain('The largest has')
  })
})

test('a sound template passes but for its tag and signature, and everything it tells is kept', async () => {
  serve({ history: [{ created_by: 'COPY . /app' }] })
  const { report, versionId, templateId } = await validate(imageOf('weather'))
  expect(report.verdict).toBe('warn')
  expect(report.checks.filter(({ verdict }) => verdict !== 'pass').map(({ id, verdict }) => [id, verdict])).toEqual([
    ['security-tag', 'warn'],
    ['security-signature', 'warn'],
    ['security-vulnerabilities', 'skipped'],
  ])
  const digest = report.facts.digest ?? ''
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
  expect(report.facts).toMatchObject({
    ...{ layers: 1, platforms: ['linux/amd64'], user: 'app', exposedPorts: [8080], startMs: 420 },
    ...{ tools: [{ name: 'forecast' }], protocolVersion: '2025-11-25' },
  })
  expect((await versionRow(versionId))?.imageDigest).toBe(digest)
  expect((await headRow(templateId))?.security).toMatchObject({
    verdict: 'warn',
    reasons: [expect.any(String), expect.any(String)],
  })
  expect(tried[0]).toMatchObject({ versionId, userId: admin.userId, allowNewDroplet: false })
})

test('a tag that moved is told once, with both digests', async () => {
  serve()
  const { versionId, report } = await validate(imageOf('weather'))
  serve({ Env: ['RELEASE=2'] })
  const moved = (await validateAgain(versionId)).report
  expect(moved.check('image-moved')).toMatchObject({ verdict: 'warn' })
  expect(moved.check('image-moved').evidence.join()).toContain(report.facts.digest)
  expect((await versionRow(versionId))?.imageDigest).toBe(moved.facts.digest)
  expect((await validateAgain(versionId)).report.check('image-moved').verdict).toBe('pass')
})

test('what a tag moved to is not taken while it fails', async () => {
  serve()
  const { versionId, report } = await validate(imageOf('weather'))
  serve({ Entrypoint: ['/opt/xmrig'] })
  expect((await validateAgain(versionId)).report.verdict).toBe('fail')
  expect((await versionRow(versionId))?.imageDigest).toBe(report.facts.digest)
})

test('memory that earlier deployments used is compared with what it asks for', async () => {
  serve()
  const { versionId, templateId } = await planted(stack.base, imageOf('weather'))
  const id = v7()
  const variables = stack.base.vault.seal('{}', `deployment-variables:${id}`)
  await stack.base.db.insert(deployments).values({
    ...{ id, userId: admin.userId, templateId, templateVersionId: versionId, name: 'x', priority: 5, variables },
  })
  const samples = Array.from({ length: 20 }, (_, n) => ({
    ...{ deploymentId: id, at: new Date(Date.now() - n * 60_000), memoryBytes: GIB, cpuMillis: 10 },
  }))
  await stack.base.db.insert(usageSamples).values(samples)
  expect((await validateAgain(versionId)).report.check('resources-memory')).toMatchObject({
    ...{ verdict: 'warn', summary: 'Earlier deployments used more memory than it asks for.' },
  })
})

describe('R20: a registry that is down', () => {
  test('fails nothing, and takes nothing away that was known', async () => {
    serve()
    const { versionId, templateId } = await validate(imageOf('weather'))
    const before = [await versionRow(versionId), await headRow(templateId)]
    registry.break()
    const { report } = await validateAgain(versionId)
    expect(report.check('image-manifest').verdict).toBe('skipped')
    expect(report.verdict).not.toBe('fail')
    expect([await versionRow(versionId), await headRow(templateId)]).toEqual(before)
  })

  test('holds up no deployment', async () => {
    registry.break()
    const { versionId } = await planted(stack.base, imageOf('weather'))
    const signal = AbortSignal.timeout(30_000)
    expect(await stack.services.validator.ensure({ versionId }, { signal })).toEqual({ verdict: 'pass', failures: [] })
  })
})

describe('before a deployment', () => {
  const ensure = (versionId: string) =>
    stack.services.validator.ensure({ versionId }, { signal: AbortSignal.timeout(30_000) })
  const runs = (versionId: string) =>
    stack.base.db.$count(templateValidations, eq(templateValidations.templateVersionId, versionId))
  const age = (versionId: string) =>
    stack.base.db
      .update(templateValidations)
      .set({ endedAt: new Date(Date.now() - 25 * 3600_000), startedAt: new Date(Date.now() - 26 * 3600_000) })
      .where(eq(templateValidations.templateVersionId, versionId))

  test('what was looked at today is believed; after a day image and security are looked at again', async () => {
    serve()
    const { versionId } = await validate(imageOf('weather'))
    await ensure(versionId)
    expect(await runs(versionId)).toBe(1)
    await age(versionId)
    serve({ Entrypoint: ['/usr/sbin/sshd'] })
    const found = await ensure(versionId)
    expect(found.verdict).toBe('fail')
    expect(found.failures.map(({ id }) => id)).toEqual(['security-entrypoint'])
    expect(await runs(versionId)).toBe(2)
    const [newest] = await stack.base.db
      .select()
      .from(templateValidations)
      .where(sql`${templateValidations.templateVersionId} = ${versionId} and trigger = 'deployment'`)
    const dry = newest?.checks.find(({ id }) => id === 'dry-run')
    expect(dry?.summary).toMatch(/^As of \d{4}-\d\d-\d\d: It started and lists 1 tool\.$/)
    expect(newest?.facts.tools).toEqual([{ name: 'forecast' }])
    expect(tried).toHaveLength(1)
  })

  test('many at once are one run', async () => {
    serve()
    const { versionId } = await planted(stack.base, imageOf('weather'))
    await Promise.all(Array.from({ length: 10 }, () => ensure(versionId)))
    expect(await runs(versionId)).toBe(1)
  })

  test('what an admin accepted when publishing refuses nobody', async () => {
    serve({ Entrypoint: ['/usr/sbin/sshd'] })
    const made = await validate(imageOf('weather'))
    expect((await ensure(made.versionId)).verdict).toBe('fail')
    const published = await stack.call(
      'admin.templates.publish',
      { slug: made.slug, version: 1, accept: { checks: ['security-entrypoint'], reason: 'We know it.' } },
      { method: 'POST', token: admin.apiToken },
    )
    expect(published.error).toBeNull()
    expect(await ensure(made.versionId)).toEqual({ verdict: 'pass', failures: [] })
  })
})

describe('live', () => {
  async function* follow(person: Person, role: 'admin' | 'user', validationId: string): AsyncGenerator<LivePayload> {
    const leaving = new AbortController()
    const actor = {
      kind: 'user' as const,
      userId: person.userId,
      role,
      sessionId: person.sessionId,
      email: '',
      name: '',
    }
    const caller = createCaller(
      { base: stack.base, services: stack.services, actor, refused: null, request: { ip: '', userAgent: '' } },
      { signal: leaving.signal },
    )
    const stream = await caller.live.stream({ topics: [{ kind: 'validation', id: validationId }] })
    try {
      for await (const [, data] of stream as unknown as AsyncIterable<[string, LivePayload]>) yield data
    } finally {
      leaving.abort()
    }
  }

  test('an admin sees each check move, then the verdict', async () => {
    serve()
    let letGo = () => {}
    const gate = new Promise<void>((resolve) => {
      letGo = resolve
    })
    behaviour = async (input) => {
      await gate
      return works(input)
    }
    const { versionId } = await planted(stack.base, imageOf('weather'))
    const { validationId } = await stack.services.validator.start({
      ...{ versionId, trigger: 'manual', userId: admin.userId, dryRun: true },
    })
    let seen: ValidationView | undefined
    const states = new Set<string>()
    for await (const payload of follow(admin, 'admin', validationId)) {
      if (payload.topic !== 'validation') throw new Error(payload.topic)
      seen = payload.validation
      const dry = seen.checks.find(({ id }) => id === 'dry-run')
      states.add(dry?.state ?? '')
      if (dry?.state === 'running' && seen.checks.filter(({ state }) => state === 'done').length >= 18) letGo()
      if (seen.endedAt) break
    }
    expect(states.has('running') && states.has('done')).toBe(true)
    expect(seen).toMatchObject({ verdict: 'warn', trigger: 'manual', version: 1 })
  })

  test('R10: nobody else does', async () => {
    serve()
    const { validationId } = await validate(imageOf('weather'))
    const person = await stack.person()
    const first = await follow(person, 'user', validationId).next()
    expect(first.value).toMatchObject({ topic: 'error', code: 'NOT_ALLOWED' })
  })
})

describe('I9: no run stays open', () => {
  const schedule = () =>
    startValidationSchedule({ ...stack, validator: stack.services.validator, elected: async () => true })

  test('what a dead process ran is ended as interrupted, and so is what a stop cuts off', async () => {
    const { versionId } = await planted(stack.base, imageOf('weather'))
    await stack.base.db.insert(workers).values({ id: 'dead-worker', role: 'all', heartbeatAt: new Date(0) })
    serve()
    behaviour = () => new Promise(() => {})
    const dying = createValidator({
      ...{ base: stack.base, workerId: 'dead-worker' },
      deps: {
        images: { inspect: () => new Promise(() => {}) },
        signature: () => new Promise(() => {}),
        scan: () => new Promise(() => {}),
        offer: async () => null,
        resolvePackage: () => new Promise(() => {}),
        dryRun: { start: () => new Promise(() => {}), result: () => new Promise(() => {}) },
      },
    })
    const { validationId } = await dying.start({ versionId, trigger: 'save', userId: null, dryRun: false })
    const turns = schedule()
    await turns.turn()
    await turns.stop()
    const row = await reportOf(stack.base, validationId)
    expect(row).toMatchObject({ verdict: 'skipped' })
    expect(row.endedAt).not.toBeNull()
    expect(row.check('image-manifest')).toMatchObject({ state: 'waiting', verdict: null })
  })

  test('a published version that nobody looked at for a day is looked at again, one that was is not', async () => {
    serve()
    const fresh = await validate(imageOf('weather'))
    await housekeepingTx(stack.base.db, (tx) => tx.update(toolCatalog).set({ status: 'withdrawn' }))
    await stack.base.db.update(templateVersions).set({ status: 'withdrawn' })
    const old = await validate(imageOf('weather'))
    await stack.base.db
      .update(templateValidations)
      .set({ endedAt: new Date(Date.now() - 25 * 3600_000) })
      .where(eq(templateValidations.templateVersionId, old.versionId))
    const turns = schedule()
    await turns.turn()
    await stack.services.validator.idle()
    await turns.stop()
    const rows = await stack.base.db
      .select({ version: templateValidations.templateVersionId, verdict: templateValidations.verdict })
      .from(templateValidations)
      .where(eq(templateValidations.trigger, 'schedule'))
    expect(rows).toEqual([{ version: old.versionId, verdict: 'warn' }])
    expect(fresh.report.verdict).toBe('warn')
  })
})

test('R8: a secret of an image, a template or a log is in no row, notification, answer or log line', async () => {
  const [inEnv, inHistory, inDefault, inLog] = [
    'canaryEnvAAAA7f3k9q2x8w1z5b6n',
    `ghp_${'canaryHistoryBBBB1234567890abcdefghij'}`,
    'canaryDefaultCCCC5t6y7u8i9o0p',
    `sk-${'canaryLogDDDD1234567890abcdef'}`,
  ]
  const notes: string[] = []
  const { unlisten } = await stack.sql.listen('berth_validations', (payload) => void notes.push(payload))
  serve({
    Env: [`SOME_TOKEN=${inEnv}`],
    history: [{ created_by: `RUN login ${inHistory}` }],
    Cmd: ['--key', inHistory],
    Labels: { note: inHistory },
  })
  behaviour = () => ({
    ...{ ok: false, step: 'health-check', code: 'CONTAINER_EXITED', message: `It said ${inEnv}.` },
    logTail: [`API_KEY is required, not ${inDefault}`, `with ${inLog} and ${inEnv}`],
  })
  const variable = { name: 'API_KEY', description: '', isRequired: true, isSecret: true, default: inDefault }
  const made = await validate(imageOf('weather', { environmentVariables: [variable] }))
  const answer = await stack.call(
    'admin.templates.validation',
    { validationId: made.validationId },
    { token: admin.apiToken },
  )
  await unlisten()
  const [row] = await stack.sql`select * from template_validations where id = ${made.validationId}`
  const [head] = await stack.sql`select security from tool_catalog where id = ${made.templateId}`
  const left = [JSON.stringify(row), JSON.stringify(head), answer.text, notes.join(), stack.logged()].join('\n')
  expect(row?.verdict).toBe('fail')
  expect(notes.length).toBeGreaterThan(1)
  for (const secret of [inEnv, inHistory, inDefault, inLog]) expect(left).not.toContain(secret.slice(5))
})
