/** Who may change templates, what each change leaves behind, and what people see of it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { content, type VersionsStage, versionsStage } from './testing.ts'

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
    await stage.published(slug)
    const before = await stage.auditOf(slug)
    expect((await mutate(verb, input(), stage.user)).error?.berth.code).toBe('NOT_ALLOWED')
    expect(await stage.auditOf(slug)).toEqual(before)
    expect((await mutate(verb, input())).status).toBe(200)
    const [left, ...more] = (await stage.auditOf(slug)).slice(before.length)
    expect([left, more]).toMatchObject([{ action, actor: `user:${stage.admin.userId}` }, []])
  })

  test('create is an admin’s and leaves template.create in the audit trail', async () => {
    expect((await mutate('create', { slug, content: content() }, stage.user)).error?.berth.code).toBe('NOT_ALLOWED')
    await mutate('create', { slug, content: content() })
    expect(await stage.auditOf(slug)).toMatchObject([
      { action: 'template.create', actor: `user:${stage.admin.userId}` },
    ])
  })
})

describe('people see what is published', () => {
  type Make = () => Promise<unknown>
  const STATES: [state: string, make: Make, listed: boolean, byAddress: boolean][] = [
    ['a draft', () => mutate('create', { slug, content: content() }), false, false],
    ['a published template', () => stage.published(slug), true, true],
    [
      'a deprecated template',
      () => stage.published(slug).then(() => mutate('deprecate', { slug, version: 1 })),
      false,
      true,
    ],
    [
      'a withdrawn template',
      () => stage.published(slug).then(() => mutate('withdraw', { slug, version: 1 })),
      false,
      false,
    ],
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
    const deploy = await stage.stack.call(
      'deployments.create',
      { template: slug },
      { method: 'POST', cookie: stage.user.cookie },
    )
    if (byAddress) expect(deploy.error).toBeNull()
    else expect(deploy.error?.berth.code).toMatch(/^(NOT_FOUND|TEMPLATE_REFUSED)$/)
  })
})
