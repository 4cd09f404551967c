/** The marketplace as people use it: found with a slip of the finger, judged by its checks, filled in, warned about. */
import path from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { entry, testRegistry } from '#server/templates/upstream/testing-registry.ts'
import { addTemplate } from './fixture-template.ts'
import { startInstance } from './instance.ts'
import { type ScriptClient, scriptClient } from './script-client.ts'
import { expect, signInAs, test } from './test.ts'

const EVERYTHING = 'mcp/everything:2026.8.31'

interface Template {
  security: { verdict: string; reasons: string[] } | null
}

/** Of what is open now. */
async function accessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include('[role=dialog]').analyze()
  expect(violations.map((v) => `${v.id} ${v.nodes[0]?.target}`)).toEqual([])
}

/** Of version 1, whoever began them. */
async function checked(admin: ScriptClient, slug: string): Promise<void> {
  const ended = async () =>
    (await admin.query<{ endedAt: string | null }[]>('admin.templates.validations', { slug })).some(
      ({ endedAt }) => endedAt !== null,
    )
  await expect.poll(ended, { timeout: 60_000 }).toBe(true)
}

test('a search with a typo finds the server; the address holds what was chosen', async ({ signedIn: page }) => {
  const cards = page.getByRole('region', { name: 'Servers' }).getByRole('listitem').getByRole('heading')
  const search = page.getByRole('searchbox', { name: 'Search servers' })
  await page.keyboard.press('/')
  await expect(search).toBeFocused()
  await page.keyboard.type('githib')
  await expect(cards.first()).toHaveText('GitHub')
  await expect(page).toHaveURL(/\?q=githib$/)
  await page.reload()
  await expect(cards.first()).toHaveText('GitHub')
  await expect(search).toHaveValue('githib')

  await search.fill('no such thing anywhere')
  await expect(page.getByRole('heading', { name: 'No server matches' })).toBeVisible()
  await page.getByRole('button', { name: 'Clear the filters' }).click()
  await expect(search).toHaveValue('')
  await expect(cards).toHaveCount(60)
  await page.getByRole('button', { name: 'Show more' }).click()
  await expect(cards).toHaveCount(120)

  await page.getByRole('button', { name: /^Data \d+$/ }).click()
  await expect(page).toHaveURL(/\?category=data$/)
  await expect(cards.filter({ hasText: 'MongoDB' })).toBeVisible()
  await page.getByRole('link', { name: '#atlas' }).first().click()
  await expect(page).toHaveURL(/\?tag=atlas$/)
  await expect(cards).toHaveText(['MongoDB'])
  await page.getByRole('button', { name: 'Remove the tag atlas' }).click()
  await expect(cards).toHaveCount(60)
})

test('a security badge tells its reasons to a keyboard', async ({ berth, signedIn: page }) => {
  const admin = scriptClient(berth.url, berth.admin.apiToken)
  await admin.mutate('admin.templates.validate', { slug: 'memory', version: 1 })
  await checked(admin, 'memory')
  const { security } = await berth.client.query<Template>('templates.get', { slug: 'memory' })
  await page.goto('/marketplace?q=memory')
  const badge = page.getByRole('button', { name: /^Security .*: Memory, reasons$/ })
  await badge.focus()
  await page.keyboard.press('Enter')
  const reasons = page.getByRole('dialog', { name: 'Security of Memory' })
  await expect(reasons).toBeFocused()
  for (const reason of security?.reasons ?? []) await expect(reasons).toContainText(reason)
  await expect(reasons).toContainText(/checked/)
  await accessible(page)
  await page.keyboard.press('Escape')
  await expect(badge).toBeFocused()

  await page.keyboard.press('Enter')
  await reasons.getByRole('link', { name: 'All checks' }).click()
  await expect(page).toHaveURL(/\/marketplace\/memory#security$/)
  await expect(page.getByRole('region', { name: 'Checks' }).locator('[data-check]').first()).toBeVisible()
})

test('a saved value is used again: by itself for the same template, on a tick for another', async ({
  berth,
  signedIn: page,
}) => {
  test.setTimeout(120_000)
  const key = { name: 'TIDE_KEY', isRequired: true, isSecret: true, description: 'Of the tide office.' }
  await addTemplate(berth, { slug: 'tides', displayName: 'Tides', image: EVERYTHING, environmentVariables: [key] })
  await addTemplate(berth, { slug: 'moons', displayName: 'Moons', image: EVERYTHING, environmentVariables: [key] })

  await page.goto('/marketplace?q=tides')
  await page.getByRole('button', { name: 'Deploy Now: Tides' }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByRole('button', { name: 'Deploy', exact: true }).click()
  await expect(sheet.getByText('This is needed.')).toBeVisible()
  await sheet.getByLabel(/TIDE_KEY/).fill('a-key-of-the-tide-office')
  await sheet.getByRole('button', { name: 'Deploy', exact: true }).click()
  await page.waitForURL('**/deployments/*', { timeout: 60_000 })

  await page.goto('/marketplace?q=tides')
  await page.getByRole('button', { name: 'Deploy another Tides' }).click()
  await expect(sheet.getByRole('checkbox', { name: 'Use the value of Tides' })).toBeChecked()
  await expect(page.getByText('a-key-of-the-tide-office')).toHaveCount(0)
  await sheet.getByText('Name, region and limits').click()
  await accessible(page)
  await sheet.getByRole('button', { name: 'Deploy', exact: true }).click()
  await expect(sheet).toBeHidden()
  const healthy = async () =>
    (await berth.client.query<{ state: string }[]>('deployments.list', { template: 'tides' })).map(({ state }) => state)
  await expect.poll(healthy, { timeout: 60_000 }).toEqual(['healthy', 'healthy'])

  await page.goto('/marketplace/moons')
  const panel = page.getByRole('region', { name: 'Deploy' })
  const tick = panel.getByRole('checkbox', { name: /Use the value of Tides/ })
  await expect(tick).not.toBeChecked()
  await panel.getByRole('button', { name: 'Deploy Now' }).click()
  await expect(panel.getByText('This is needed.')).toBeVisible()
  await tick.check()
  await panel.getByRole('button', { name: 'Deploy Now' }).click()
  await page.waitForURL('**/deployments/*')
  await expect(page.getByText('Healthy', { exact: true }).first()).toBeVisible({ timeout: 60_000 })
})

test('a deprecated server is not in the list, but who has its address reads why', async ({ berth, signedIn: page }) => {
  await addTemplate(berth, { slug: 'old-lighthouse', displayName: 'Old lighthouse', image: EVERYTHING })
  await page.goto('/marketplace?q=lighthouse')
  await expect(page.getByRole('heading', { name: 'Old lighthouse' })).toBeVisible()
  const admin = scriptClient(berth.url, berth.admin.apiToken)
  await admin.mutate('admin.templates.deprecate', {
    ...{ slug: 'old-lighthouse', version: 1, message: 'The harbour has a beacon now.' },
  })
  await page.reload()
  await expect(page.getByRole('heading', { name: 'No server matches' })).toBeVisible()
  await page.goto('/marketplace/old-lighthouse')
  await expect(page.getByRole('status').filter({ hasText: 'Deprecated' })).toContainText(
    'The harbour has a beacon now.',
  )
  await expect(page.getByRole('button', { name: 'Deploy Now' })).toBeEnabled()
})

test('a server that its registry deletes warns on the running copy at once, without a reload', async ({ browser }) => {
  test.setTimeout(180_000)
  const registry = await testRegistry()
  const berth = await startInstance({
    driver: 'process',
    imagesDir: path.join(import.meta.dirname, '../fixtures/images'),
    env: { BERTH_ALLOWED_HOSTS: registry.host },
  })
  try {
    const admin = scriptClient(berth.url, berth.admin.apiToken)
    const name = 'io.github.acme/buoys'
    const document = {
      packages: [
        {
          ...{ registryType: 'oci', identifier: `${berth.localCloud.registry}/test/harbour:1.0.0` },
          transport: { type: 'stdio' },
        },
      ],
    }
    const listed = (status: string, message?: string) =>
      entry(name, { status, document, ...(message && { message, at: '2026-02-01T00:00:00Z' }) })
    registry.entries = [listed('active')]
    const { id: registryId } = await admin.mutate<{ id: string }>('admin.upstream.add', {
      ...{ name: 'Acme', url: registry.url },
    })
    await admin.mutate('admin.upstream.sync', { registryId })
    const [server] = await admin.query<{ id: string }[]>('admin.upstream.search', { search: 'buoys' })
    const { slug, content, serverJson } = await admin.mutate<Record<string, unknown>>('admin.upstream.propose', {
      serverId: server?.id,
    })
    await admin.mutate('admin.templates.create', { slug, content, serverJson, upstreamServerId: server?.id })
    await checked(admin, String(slug))
    await admin.mutate('admin.templates.publish', { slug, version: 1 })
    const { deploymentId } = await berth.client.mutate<{ deploymentId: string }>('deployments.create', {
      template: slug,
    })
    await berth.client.waitFor(deploymentId, ['healthy'])

    const context = await signInAs(browser, berth, berth.demo)
    const [one, list] = [await context.newPage(), await context.newPage()]
    await one.goto(`/deployments/${deploymentId}`)
    await list.goto('/deployments')
    await expect(one.getByText('Healthy', { exact: true }).first()).toBeVisible()
    await expect(list.getByText('Healthy', { exact: true }).first()).toBeVisible()
    await expect(one.getByText('Deleted upstream')).toHaveCount(0)

    registry.entries = [listed('deleted', 'It sends the environment away.')]
    await admin.mutate('admin.upstream.sync', { registryId })
    await expect(one.getByRole('alert').filter({ hasText: 'Deleted upstream' })).toContainText(
      'It sends the environment away.',
    )
    await expect(list.getByRole('row').filter({ hasText: 'Deleted upstream' })).toBeVisible()
    await context.close()
  } finally {
    await berth.stop()
    registry.close()
  }
})
