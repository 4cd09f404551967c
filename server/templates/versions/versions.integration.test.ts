import { and, eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { auditLog } from '#db/schema/auth.ts'
import { templateValidations, templateVersions, toolCatalog } from '#db/schema/templates.ts'
import { type TemplateContent, templateContent } from '#db/template-content.ts'
import type { Check, CheckId, Verdict } from '#db/template-validation.ts'
import { type Answer, type Person, type Stack, testStack } from '#server/testing/stack.ts'

let stack: Stack
let admin: Person
let user: Person
let slug: string
let made = 0

beforeAll(async () => {
  stack = await testStack()
  admin = await stack.person('admin')
  user = await stack.person('user')
})
afterAll(() => stack.end())
beforeEach(() => {
  slug = `weather-${++made}`
})

const content = (changes: Partial<TemplateContent> = {}): TemplateContent =>
  templateContent.parse({
    ...{ displayName: 'Weather', description: 'Tells the weather.', category: 'data', tags: ['weather'] },
    config: {
      ...{ image: 'registry.invalid/weather:1', transport: { type: 'stdio' } },
      resources: { memoryBytes: 2 ** 27, cpuMillis: 100, diskBytes: 0 },
    },
    ...changes,
  })

const mutate = (verb: string, input: unknown, person = admin): Promise<Answer> =>
  stack.call(`admin.templates.${verb}`, input, { method: 'POST', cookie: person.cookie })
const query = (procedure: string, input: unknown, person = user): Promise<Answer> =>
  stack.call(procedure, input, { cookie: person.cookie })

async function versionId(version: number): Promise<string> {
  const [row] = await stack.db
    .select({ id: templateVersions.id })
    .from(templateVersions)
    .innerJoin(toolCatalog, eq(toolCatalog.id, templateVersions.templateId))
    .where(and(eq(toolCatalog.slug, slug), eq(templateVersions.version, version)))
  if (!row) throw new Error(`version ${version} of ${slug} is missing`)
  return row.id
}

const facts = {
  ...{ digest: null, compressedBytes: null, layers: null, platforms: [], user: null, exposedPorts: [] },
  ...{ createdAt: null, tools: null, protocolVersion: null, startMs: null },
}
const check = (id: CheckId, verdict: Verdict | null): Check => ({
  ...{ id, group: 'security', title: `Check ${id}`, state: verdict ? 'done' : 'running', verdict },
  ...{ summary: `About ${id}.`, evidence: [], fix: null, durationMs: 1 },
})

/** A validation that ended as given; the newest one decides. */
async function validated(version: number, checks: Check[], o: { ended?: boolean } = {}): Promise<void> {
  const verdict = checks.some((c) => c.verdict === 'fail') ? 'fail' : 'pass'
  const ended = o.ended ?? true
  await stack.db.delete(templateValidations).where(eq(templateValidations.templateVersionId, await versionId(version)))
  await stack.db.insert(templateValidations).values({
    ...{ templateVersionId: await versionId(version), trigger: 'save', checks, facts, workerId: 'test' },
    ...(ended && { verdict, endedAt: new Date() }),
  })
}

const passed = [check('security-user', 'pass')]

async function published(changes: Partial<TemplateContent> = {}): Promise<void> {
  await mutate('create', { slug, content: content(changes) })
  await validated(1, passed)
  expect(await mutate('publish', { slug, version: 1 })).toMatchObject({ status: 200 })
}

const auditOf = () =>
  stack.db
    .select({ action: auditLog.action, actor: auditLog.actor, data: auditLog.data })
    .from(auditLog)
    .where(eq(auditLog.resource, `template:${slug}`))
    .orderBy(auditLog.at, auditLog.id)

describe('a template and its versions', () => {
  test('a new template is a draft that only admins see', async () => {
    const { data } = await mutate('create', { slug, content: content(), note: 'First' })
    expect(data).toMatchObject({ slug, version: 1, validationId: expect.any(String) })
    const view = await query('admin.templates.get', { slug }, admin)
    expect(view.data).toMatchObject({ status: 'draft', version: 1, shown: 1, versions: [{ note: 'First' }] })
    expect((await query('templates.get', { slug })).error?.berth.code).toBe('NOT_FOUND')
  })

  test('a name that is taken is a conflict on the name', async () => {
    await mutate('create', { slug, content: content() })
    const again = await mutate('create', { slug, content: content() })
    expect(again.error?.berth).toMatchObject({ code: 'CONFLICT', field: 'slug' })
  })

  test('saving makes a new draft and leaves what people get as it is', async () => {
    await published()
    const saved = await mutate('save', {
      slug,
      base: 1,
      content: content({ description: 'Tells tomorrow’s weather.' }),
    })
    expect(saved.data).toMatchObject({ version: 2 })
    expect((await query('templates.get', { slug })).data).toMatchObject({
      version: 1,
      description: 'Tells the weather.',
    })
    const rows = await query('admin.templates.list', { search: slug }, admin)
    expect(rows.data).toMatchObject([{ slug, status: 'published', version: 1, draftVersion: 2 }])
    await validated(2, passed)
    await mutate('publish', { slug, version: 2 })
    expect((await query('templates.get', { slug })).data).toMatchObject({
      ...{ version: 2, description: 'Tells tomorrow’s weather.' },
      versions: [{ version: 2 }, { version: 1 }],
    })
  })

  test('of two people who edit the same version the second one is told', async () => {
    await mutate('create', { slug, content: content() })
    const saves = await Promise.all([1, 2].map(() => mutate('save', { slug, base: 1, content: content() })))
    expect(saves.map(({ status }) => status).sort()).toEqual([200, 409])
    const refused = saves.find(({ error }) => error)
    expect(refused?.error?.berth).toMatchObject({ code: 'CONFLICT', field: 'base' })
  })

  test('versions are compared field by field', async () => {
    await mutate('create', { slug, content: content() })
    await mutate('save', { slug, base: 1, content: content({ tags: ['weather', 'rain'] }) })
    const { data } = await query('admin.templates.compare', { slug, from: 1, to: 2 }, admin)
    expect(data).toEqual([{ path: 'tags', from: ['weather'], to: ['weather', 'rain'] }])
  })

  test('an old version stays readable as it was', async () => {
    await mutate('create', { slug, content: content() })
    await mutate('save', { slug, base: 1, content: content({ displayName: 'Climate' }) })
    const { data } = await query('admin.templates.get', { slug, version: 1 }, admin)
    expect(data).toMatchObject({ shown: 1, content: { displayName: 'Weather' }, version: 2 })
  })

  test('a version of the first release, which has a config only, reads with the head’s texts', async () => {
    const config = content().config
    const [head] = await stack.db
      .insert(toolCatalog)
      .values({ slug, displayName: 'Old', description: 'Old text', category: 'data', mcpTemplateConfig: config })
      .returning()
    await stack.db.insert(templateVersions).values({ templateId: head?.id ?? '', version: 1, config })
    const { data } = await query('admin.templates.get', { slug }, admin)
    expect(data).toMatchObject({
      status: 'published',
      content: { displayName: 'Old', config: { image: config.image } },
    })
    const saved = await mutate('save', { slug, base: 1, content: content({ displayName: 'New' }) })
    expect(saved.data).toMatchObject({ version: 2 })
  })

  test('a refused content names the field as the editor does', async () => {
    const bad = { ...content(), config: { ...content().config, environmentVariables: [{ name: 'NOT A NAME' }] } }
    const refused = await mutate('create', { slug, content: bad })
    expect(refused.error?.berth).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'content.config.environmentVariables.0.name',
    })
    const twice = {
      ...content(),
      config: { ...content().config, environmentVariables: [{ name: 'A' }, { name: 'A' }] },
    }
    const doubled = await mutate('create', { slug, content: twice })
    expect(doubled.error?.berth.field).toBe('content.config.environmentVariables.1.name')
    const nul = await mutate('create', { slug, content: content({ description: 'a\0b' }) })
    expect(nul.error?.berth).toMatchObject({ code: 'INVALID_INPUT', field: 'content.description' })
  })
})

describe('publishing', () => {
  beforeEach(async () => {
    await mutate('create', { slug, content: content() })
  })

  test('needs a validation that ended', async () => {
    await stack.db.delete(templateValidations).where(eq(templateValidations.templateVersionId, await versionId(1)))
    const never = await mutate('publish', { slug, version: 1 })
    expect(never.error).toMatchObject({ message: expect.stringContaining('never validated') })
    expect(never.error?.berth.code).toBe('TEMPLATE_NOT_PUBLISHABLE')
    await validated(1, [check('security-user', null)], { ended: false })
    const running = await mutate('publish', { slug, version: 1 })
    expect(running.error).toMatchObject({ message: expect.stringContaining('being validated') })
  })

  test('is refused while a check fails, unless that check is accepted by name with a reason', async () => {
    await validated(1, [check('security-user', 'fail'), check('security-tag', 'fail'), check('security-age', 'warn')])
    const refused = await mutate('publish', { slug, version: 1 })
    expect(refused.error?.message).toBe('These checks fail: Check security-user, Check security-tag.')
    const half = { checks: ['security-user'], reason: 'Runs in a box.' }
    expect((await mutate('publish', { slug, version: 1, accept: half })).error?.message).toContain('Check security-tag')
    const whole = { checks: ['security-user', 'security-tag'], reason: 'Runs in a box.' }
    expect((await mutate('publish', { slug, version: 1, accept: whole })).status).toBe(200)
    expect((await auditOf()).at(-1)).toMatchObject({
      action: 'template.publish',
      data: { accepted: ['security-user', 'security-tag'], reason: 'Runs in a box.' },
    })
    const noReason = { checks: ['security-user'], reason: ' ' }
    expect((await mutate('publish', { slug, version: 1, accept: noReason })).error?.berth.field).toBe('accept.reason')
  })

  test('shows people the badge of the version that they get', async () => {
    await validated(1, [check('security-user', 'warn')])
    await mutate('publish', { slug, version: 1 })
    expect((await query('templates.get', { slug })).data).toMatchObject({
      security: { verdict: 'warn', reasons: ['About security-user.'] },
    })
  })
})

describe('taking back', () => {
  test('a deprecated template is in no list, has its address, and can come back', async () => {
    await published()
    await mutate('deprecate', { slug, version: 1, message: 'Use the other one.' })
    expect((await query('templates.list', { search: slug })).data).toEqual([])
    expect((await query('templates.get', { slug })).data).toMatchObject({
      status: 'deprecated',
      versions: [{ note: 'Use the other one.' }],
    })
    expect((await mutate('publish', { slug, version: 1 })).status).toBe(200)
    expect((await query('templates.get', { slug })).data).toMatchObject({ status: 'published' })
  })

  test('a withdrawn version is gone for people and final for admins', async () => {
    await published()
    await mutate('withdraw', { slug, version: 1, message: 'It sends data away.' })
    expect((await query('templates.get', { slug })).error?.berth.code).toBe('NOT_FOUND')
    expect((await query('admin.templates.get', { slug }, admin)).data).toMatchObject({ status: 'withdrawn' })
    expect((await mutate('publish', { slug, version: 1 })).error?.berth.code).toBe('TEMPLATE_NOT_PUBLISHABLE')
  })

  test('when the newest is withdrawn, people get the version that was published before it', async () => {
    await published()
    await mutate('save', { slug, base: 1, content: content({ description: 'Bad one.' }) })
    await validated(2, passed)
    await mutate('publish', { slug, version: 2 })
    await mutate('withdraw', { slug, version: 2 })
    expect((await query('templates.get', { slug })).data).toMatchObject({
      version: 1,
      description: 'Tells the weather.',
    })
  })

  test('a draft can’t be deprecated', async () => {
    await mutate('create', { slug, content: content() })
    expect((await mutate('deprecate', { slug, version: 1 })).error?.berth.code).toBe('CONFLICT')
  })

  test('many at once: what is refused does not hold up the rest', async () => {
    await published()
    const { data } = await mutate('bulk', { slugs: [slug, 'nowhere'], action: 'withdraw' })
    expect(data).toEqual([
      { slug, ok: true },
      { slug: 'nowhere', ok: false, error: expect.stringContaining('no such template') },
    ])
  })
})

describe('every mutation of a template', () => {
  const MUTATIONS: [verb: string, action: string, input: () => Record<string, unknown>][] = [
    ['save', 'template.save', () => ({ slug, base: 1, content: content() })],
    ['publish', 'template.publish', () => ({ slug, version: 1 })],
    ['deprecate', 'template.deprecate', () => ({ slug, version: 1 })],
    ['withdraw', 'template.withdraw', () => ({ slug, version: 1 })],
    ['validate', 'template.validate', () => ({ slug, version: 1 })],
    ['bulk', 'template.withdraw', () => ({ slugs: [slug], action: 'withdraw' })],
  ]

  test.each(MUTATIONS)('%s is an admin’s and leaves %s in the audit trail', async (verb, action, input) => {
    await published()
    const before = await auditOf()
    expect((await mutate(verb, input(), user)).error?.berth.code).toBe('NOT_ALLOWED')
    expect(await auditOf()).toEqual(before)
    expect((await mutate(verb, input())).status).toBe(200)
    const [left, ...more] = (await auditOf()).slice(before.length)
    expect([left, more]).toMatchObject([{ action, actor: `user:${admin.userId}` }, []])
  })

  test('create is an admin’s and leaves template.create in the audit trail', async () => {
    expect((await mutate('create', { slug, content: content() }, user)).error?.berth.code).toBe('NOT_ALLOWED')
    await mutate('create', { slug, content: content() })
    expect(await auditOf()).toMatchObject([{ action: 'template.create', actor: `user:${admin.userId}` }])
  })
})

describe('people see what is published', () => {
  type Make = () => Promise<unknown>
  const STATES: [state: string, make: Make, listed: boolean, byAddress: boolean][] = [
    ['a draft', () => mutate('create', { slug, content: content() }), false, false],
    ['a published template', () => published(), true, true],
    ['a deprecated template', () => published().then(() => mutate('deprecate', { slug, version: 1 })), false, true],
    ['a withdrawn template', () => published().then(() => mutate('withdraw', { slug, version: 1 })), false, false],
  ]

  test.each(STATES)('%s in every procedure that names templates', async (_, make, listed, byAddress) => {
    await make()
    const list = (await query('templates.list', { search: slug })).data as { slug: string }[]
    expect(list.map((card) => card.slug)).toEqual(listed ? [slug] : [])
    const missing = 'NOT_FOUND'
    const get = await query('templates.get', { slug })
    expect(get.error?.berth.code ?? null).toBe(byAddress ? null : missing)
    const defaults = await query('templates.defaults', { template: slug })
    expect(defaults.error?.berth.code ?? null).toBe(byAddress ? null : missing)
    const preview = await query('selection.preview', { template: slug })
    // A person without a cloud account gets no further, which says that the template was found.
    expect(preview.error?.berth.code).toBe(byAddress ? 'CLOUD_ACCOUNT_MISSING' : missing)
    const deploy = await stack.call('deployments.create', { template: slug }, { method: 'POST', cookie: user.cookie })
    if (byAddress) expect(deploy.error).toBeNull()
    else expect(deploy.error?.berth.code).toMatch(/^(NOT_FOUND|TEMPLATE_REFUSED)$/)
  })
})
