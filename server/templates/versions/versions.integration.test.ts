import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { templateVersions, toolCatalog } from '#db/schema/templates.ts'
import { check, content, passed, type VersionsStage, versionsStage } from './testing.ts'

let stage: VersionsStage
let slug: string
let made = 0

beforeAll(async () => {
  stage = await versionsStage()
})
afterAll(() => stage.stack.end())
beforeEach(() => {
  slug = `weather-${++made}`
})

const mutate: VersionsStage['mutate'] = (...args) => stage.mutate(...args)
const query: VersionsStage['query'] = (...args) => stage.query(...args)

describe('a template and its versions', () => {
  test('a new template is a draft that only admins see', async () => {
    const { data } = await mutate('create', { slug, content: content(), note: 'First' })
    expect(data).toMatchObject({ slug, version: 1, validationId: expect.any(String) })
    const view = await query('admin.templates.get', { slug }, stage.admin)
    expect(view.data).toMatchObject({ status: 'draft', version: 1, shown: 1, versions: [{ note: 'First' }] })
    expect((await query('templates.get', { slug })).error?.berth.code).toBe('NOT_FOUND')
  })

  test('a name that is taken is a conflict on the name', async () => {
    await mutate('create', { slug, content: content() })
    const again = await mutate('create', { slug, content: content() })
    expect(again.error?.berth).toMatchObject({ code: 'CONFLICT', field: 'slug' })
  })

  test('saving makes a new draft and leaves what people get as it is', async () => {
    await stage.published(slug)
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
    const rows = await query('admin.templates.list', { search: slug }, stage.admin)
    expect(rows.data).toMatchObject([{ slug, status: 'published', version: 1, draftVersion: 2 }])
    await stage.validated(slug, 2, passed)
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
    const { data } = await query('admin.templates.compare', { slug, from: 1, to: 2 }, stage.admin)
    expect(data).toEqual([{ path: 'tags', from: ['weather'], to: ['weather', 'rain'] }])
  })

  test('an old version stays readable as it was', async () => {
    await mutate('create', { slug, content: content() })
    await mutate('save', { slug, base: 1, content: content({ displayName: 'Climate' }) })
    const { data } = await query('admin.templates.get', { slug, version: 1 }, stage.admin)
    expect(data).toMatchObject({ shown: 1, content: { displayName: 'Weather' }, version: 2 })
  })

  test('a version of the first release, which has a config only, reads with the head’s texts', async () => {
    const config = content().config
    const [head] = await stage.stack.db
      .insert(toolCatalog)
      .values({ slug, displayName: 'Old', description: 'Old text', category: 'data', mcpTemplateConfig: config })
      .returning()
    await stage.stack.db.insert(templateVersions).values({ templateId: head?.id ?? '', version: 1, config })
    const { data } = await query('admin.templates.get', { slug }, stage.admin)
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
    await stage.unvalidated(slug, 1)
    const never = await mutate('publish', { slug, version: 1 })
    expect(never.error).toMatchObject({ message: expect.stringContaining('never validated') })
    expect(never.error?.berth.code).toBe('TEMPLATE_NOT_PUBLISHABLE')
    await stage.validated(slug, 1, [check('security-user', null)], { ended: false })
    const running = await mutate('publish', { slug, version: 1 })
    expect(running.error).toMatchObject({ message: expect.stringContaining('being validated') })
  })

  test('is refused while a check fails, unless that check is accepted by name with a reason', async () => {
    await stage.validated(slug, 1, [
      check('security-user', 'fail'),
      check('security-tag', 'fail'),
      check('security-age', 'warn'),
    ])
    const refused = await mutate('publish', { slug, version: 1 })
    expect(refused.error?.message).toBe('These checks fail: Check security-user, Check security-tag.')
    const half = { checks: ['security-user'], reason: 'Runs in a box.' }
    expect((await mutate('publish', { slug, version: 1, accept: half })).error?.message).toContain('Check security-tag')
    const whole = { checks: ['security-user', 'security-tag'], reason: 'Runs in a box.' }
    expect((await mutate('publish', { slug, version: 1, accept: whole })).status).toBe(200)
    expect((await stage.auditOf(slug)).at(-1)).toMatchObject({
      action: 'template.publish',
      data: { accepted: ['security-user', 'security-tag'], reason: 'Runs in a box.' },
    })
    const noReason = { checks: ['security-user'], reason: ' ' }
    expect((await mutate('publish', { slug, version: 1, accept: noReason })).error?.berth.field).toBe('accept.reason')
  })

  test('shows people the badge of the version that they get', async () => {
    await stage.validated(slug, 1, [check('security-user', 'warn')])
    await mutate('publish', { slug, version: 1 })
    expect((await query('templates.get', { slug })).data).toMatchObject({
      security: { verdict: 'warn', reasons: ['About security-user.'] },
    })
  })
})

describe('taking back', () => {
  test('a deprecated template is in no list, has its address, and can come back', async () => {
    await stage.published(slug)
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
    await stage.published(slug)
    await mutate('withdraw', { slug, version: 1, message: 'It sends data away.' })
    expect((await query('templates.get', { slug })).error?.berth.code).toBe('NOT_FOUND')
    expect((await query('admin.templates.get', { slug }, stage.admin)).data).toMatchObject({ status: 'withdrawn' })
    expect((await mutate('publish', { slug, version: 1 })).error?.berth.code).toBe('TEMPLATE_NOT_PUBLISHABLE')
  })

  test('when the newest is withdrawn, people get the version that was published before it', async () => {
    await stage.published(slug)
    await mutate('save', { slug, base: 1, content: content({ description: 'Bad one.' }) })
    await stage.validated(slug, 2, passed)
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
    await stage.published(slug)
    const { data } = await mutate('bulk', { slugs: [slug, 'nowhere'], action: 'withdraw' })
    expect(data).toEqual([
      { slug, ok: true },
      { slug: 'nowhere', ok: false, error: expect.stringContaining('no such template') },
    ])
  })
})
