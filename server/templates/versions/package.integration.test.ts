/** What can't be installed is published by nobody, runs for nobody, and says so before anybody clicks. */
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { templateVersions, toolCatalog } from '#db/schema/templates.ts'
import type { PackageLock } from '#db/template-content.ts'
import { check, content, passed, type VersionsStage, versionsStage } from './testing.ts'

let stage: VersionsStage
beforeAll(async () => {
  stage = await versionsStage()
})
afterAll(() => stage.stack.end())

const lock: PackageLock = {
  ...{ registryType: 'npm', packageJson: '{}', packageLock: '{}', program: 'cli.js', packages: 1, installScripts: [] },
}

async function made(slug: string): Promise<(packageLock: PackageLock | null) => Promise<void>> {
  const source = { registryType: 'npm' as const, identifier: 'greeting', version: '1.2.3', allowInstallScripts: [] }
  await stage.mutate('create', { slug, content: content({ config: { ...content().config, package: source } }) })
  const { db } = stage.stack
  const [head] = await db.select({ id: toolCatalog.id }).from(toolCatalog).where(eq(toolCatalog.slug, slug))
  return async (packageLock) => {
    await db
      .update(templateVersions)
      .set({ packageLock })
      .where(eq(templateVersions.templateId, head?.id ?? ''))
  }
}
const publish = (slug: string, accept?: object) => stage.mutate('publish', { slug, version: 1, accept })
const accept = { checks: ['package-lock'], reason: 'It will do.' }
const runnable = async (slug: string) => {
  const { data } = await stage.query('templates.get', { slug })
  const { runnable: can, runnableReason } = data as { runnable: boolean | null; runnableReason: string | null }
  return { can, runnableReason }
}

test('a package that nobody resolved is not published, whoever accepts it', async () => {
  const slug = 'unresolved'
  await made(slug)
  await stage.validated(slug, 1, [...passed, check('package-lock', 'skipped')])
  for (const answer of [await publish(slug), await publish(slug, accept)])
    expect(answer.error).toMatchObject({
      message: expect.stringContaining('greeting 1.2.3 has not been resolved yet'),
      berth: { code: 'TEMPLATE_NOT_PUBLISHABLE' },
    })
})

test('a package whose check fails is not published either: accepting it would install nothing', async () => {
  const slug = 'failing'
  const locked = await made(slug)
  await locked(lock)
  await stage.validated(slug, 1, [...passed, check('package-lock', 'fail')])
  expect((await publish(slug, accept)).error?.message).toBe('These checks fail: Check package-lock.')
})

test('a published one says whether its package can be installed, and the click is refused at once', async () => {
  const slug = 'published'
  const locked = await made(slug)
  await locked(lock)
  await stage.validated(slug, 1, [...passed, check('package-lock', 'pass')])
  expect((await publish(slug)).status).toBe(200)
  expect((await runnable(slug)).can).not.toBe(false)

  await stage.validated(slug, 1, [...passed, check('package-lock', 'fail')])
  expect(await runnable(slug)).toEqual({ can: false, runnableReason: 'About package-lock.' })

  await locked(null)
  await stage.validated(slug, 1, [...passed, check('package-lock', 'skipped')])
  const unresolved = 'Its package has not been resolved yet.'
  expect(await runnable(slug)).toEqual({ can: false, runnableReason: unresolved })
  const list = await stage.query('templates.list', { search: slug })
  expect(list.data).toMatchObject([{ slug, runnable: false, runnableReason: unresolved }])
  const click = { method: 'POST' as const, cookie: stage.user.cookie }
  const { error } = await stage.stack.call('deployments.create', { template: slug }, click)
  expect(error).toMatchObject({ message: unresolved, berth: { code: 'TEMPLATE_REFUSED' } })
})
