import { v7 } from 'uuid'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { deployments, usageSamples } from '#db/schema/deployments.ts'
import type { TemplateContent } from '#db/template-content.ts'
import type { CheckId } from '#db/template-validation.ts'
import { applyPatch } from './patch.ts'
import { GIB } from './testing.ts'
import { planted, type ValidationWorld, validationWorld, works } from './testing-world.ts'

let world: ValidationWorld
let stack: ValidationWorld['stack']
let admin: ValidationWorld['admin']

beforeAll(async () => {
  world = await validationWorld()
  ;({ stack, admin } = world)
})
afterAll(() => world?.end())
beforeEach(() => world.reset())
afterEach(() => stack.services.validator.idle())

describe('a template with which something is wrong: found, explained, and mended by its fix', () => {
  const SECRET = 'f00dfeedc0ffee1234567890abcdef42'

  async function mended(template: TemplateContent, id: CheckId, verdict: 'pass' | 'warn' = 'pass') {
    const { report } = await world.validate(template)
    const check = report.check(id)
    expect(check.verdict).toBe('fail')
    expect(report.verdict).toBe('fail')
    expect(check.fix?.patch).toBeDefined()
    const again = await world.validate(applyPatch(template, check.fix?.patch ?? []))
    expect(again.report.check(id).verdict).toBe(verdict)
    return { check, again }
  }

  test('leaks a secret: each person gives their own, and another image has none', async () => {
    world.serve({ Env: [`API_KEY=${SECRET}`] })
    const { check } = await mended(world.imageOf('weather'), 'security-secrets', 'warn')
    expect(check.evidence).toEqual(['ENV API_KEY: a random value under a secret’s name, f00d…'])
    world.serve()
    expect((await world.validate(world.imageOf('weather'))).report.check('security-secrets').verdict).toBe('pass')
  })

  test('runs as root: told with what Berth does about it; another image mends it', async () => {
    world.serve({ User: '' })
    const check = (await world.validate(world.imageOf('weather'))).report.check('security-user')
    expect(check).toMatchObject({ verdict: 'warn', summary: 'It runs as root inside its container.' })
    expect(check.evidence.join()).toContain('takes all capabilities away')
    world.serve({ User: '1000' })
    expect((await world.validate(world.imageOf('weather'))).report.check('security-user').verdict).toBe('pass')
  })

  test('lacks a required variable: its dry run names it, the fix declares it', async () => {
    world.serve()
    world.behave = (input) =>
      input.variables.WEATHER_API_KEY
        ? works(input)
        : {
            ...{ ok: false, step: 'health-check', code: 'CONTAINER_EXITED', message: 'The container ended.' },
            logTail: ['starting', 'Error: WEATHER_API_KEY environment variable is required'],
          }
    const { check, again } = await mended(world.imageOf('weather'), 'dry-run')
    expect(check.summary).toBe('It did not start: it asks for WEATHER_API_KEY.')
    expect(check.evidence.at(-1)).toBe('Log: Error: WEATHER_API_KEY environment variable is required')
    expect(again.report.check('variables-declared').verdict).toBe('pass')
    await mended(world.imageOf('weather'), 'variables-declared')
  })

  test('needs more memory than any size has: the fix asks for what the largest has', async () => {
    world.serve()
    const resources = { memoryBytes: 512 * GIB, cpuMillis: 250, diskBytes: GIB }
    const { check } = await mended(world.imageOf('weather', { resources }), 'resources-size')
    expect(check.evidence.join('\n')).toContain('The largest has')
  })
})

test('a sound template passes but for its tag and signature, and everything it tells is kept', async () => {
  world.serve({ history: [{ created_by: 'COPY . /app' }] })
  const { report, versionId, templateId } = await world.validate(world.imageOf('weather'))
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
  expect((await world.versionRow(versionId))?.imageDigest).toBe(digest)
  expect((await world.headRow(templateId))?.security).toMatchObject({
    verdict: 'warn',
    reasons: [expect.any(String), expect.any(String)],
  })
  expect(world.tried[0]).toMatchObject({ versionId, userId: admin.userId, allowNewDroplet: false })
})

test('a tag that moved is told once, with both digests', async () => {
  world.serve()
  const { versionId, report } = await world.validate(world.imageOf('weather'))
  world.serve({ Env: ['RELEASE=2'] })
  const moved = (await world.validateAgain(versionId)).report
  expect(moved.check('image-moved')).toMatchObject({ verdict: 'warn' })
  expect(moved.check('image-moved').evidence.join()).toContain(report.facts.digest)
  expect((await world.versionRow(versionId))?.imageDigest).toBe(moved.facts.digest)
  expect((await world.validateAgain(versionId)).report.check('image-moved').verdict).toBe('pass')
})

test('what a tag moved to is not taken while it fails', async () => {
  world.serve()
  const { versionId, report } = await world.validate(world.imageOf('weather'))
  world.serve({ Entrypoint: ['/opt/xmrig'] })
  expect((await world.validateAgain(versionId)).report.verdict).toBe('fail')
  expect((await world.versionRow(versionId))?.imageDigest).toBe(report.facts.digest)
})

test('memory that earlier deployments used is compared with what it asks for', async () => {
  world.serve()
  const { versionId, templateId } = await planted(stack.base, world.imageOf('weather'))
  const id = v7()
  const variables = stack.base.vault.seal('{}', `deployment-variables:${id}`)
  await stack.base.db.insert(deployments).values({
    ...{ id, userId: admin.userId, templateId, templateVersionId: versionId, name: 'x', priority: 5, variables },
  })
  const samples = Array.from({ length: 20 }, (_, n) => ({
    ...{ deploymentId: id, at: new Date(Date.now() - n * 60_000), memoryBytes: GIB, cpuMillis: 10 },
  }))
  await stack.base.db.insert(usageSamples).values(samples)
  expect((await world.validateAgain(versionId)).report.check('resources-memory')).toMatchObject({
    ...{ verdict: 'warn', summary: 'Earlier deployments used more memory than it asks for.' },
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
  world.serve({
    Env: [`SOME_TOKEN=${inEnv}`],
    history: [{ created_by: `RUN login ${inHistory}` }],
    Cmd: ['--key', inHistory],
    Labels: { note: inHistory },
  })
  world.behave = () => ({
    ...{ ok: false, step: 'health-check', code: 'CONTAINER_EXITED', message: `It said ${inEnv}.` },
    logTail: [`API_KEY is required, not ${inDefault}`, `with ${inLog} and ${inEnv}`],
  })
  const variable = { name: 'API_KEY', description: '', isRequired: true, isSecret: true, default: inDefault }
  const made = await world.validate(world.imageOf('weather', { environmentVariables: [variable] }))
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
