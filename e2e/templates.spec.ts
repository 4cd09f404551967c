/** Templates as admins make them: from an image to a user's deployment, bad ones found and mended, imports with a diff. */
import type { Page } from '@playwright/test'
import { expect, signInAs, test } from './test.ts'

/** From the empty field to the published template, with its dry run on a droplet that is made for it. */
const MINUTE_MS = 60_000

/** A field of the editor by its path in the content. */
const field = (page: Page, path: string) => page.locator(`#field-${path.replaceAll('.', '-')}`)
const check = (page: Page, id: string) => page.locator(`[data-check="${id}"]`)
const verdict = (page: Page, id: string, expected: RegExp) =>
  expect(check(page, id)).toHaveAttribute('data-verdict', expected)

async function propose(page: Page, reference: string): Promise<void> {
  await page.goto('/admin/templates/new')
  await expect(page.getByLabel('Image reference')).toBeFocused()
  await page.keyboard.type(reference)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('region', { name: 'How it was read' })).toBeVisible()
}

/** The checks of version `n` have ended. */
async function checked(page: Page, n: number): Promise<void> {
  await expect(page.getByText(`Version ${n} is a draft`)).toBeVisible({ timeout: 20_000 })
  await expect(page.locator('[data-check]').first()).toBeVisible()
  await expect(page.locator('[data-verdict="running"], [data-verdict="waiting"]')).toHaveCount(0, { timeout: 60_000 })
}

async function save(page: Page, n: number): Promise<void> {
  await page.getByRole('button', { name: `Save version ${n}` }).click()
  await checked(page, n)
}

async function tryOnDroplet(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try it on a new droplet' }).click()
  await verdict(page, 'dry-run', /running|waiting/)
  await expect(page.locator('[data-verdict="running"], [data-verdict="waiting"]')).toHaveCount(0, { timeout: 60_000 })
}

async function publish(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Publish' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Publish' }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByText('Published', { exact: true }).first()).toBeVisible()
}

test('an image reference is a published, validated template in under a minute, and a user deploys it', async ({
  browser,
  berth,
  signedIn: user,
}) => {
  test.setTimeout(180_000)
  const context = await signInAs(browser, berth, berth.admin)
  const page = await context.newPage()
  const started = Date.now()
  await propose(page, `${berth.localCloud.registry}/test/harbour:1.0.0`)
  await field(page, 'displayName').fill('Harbour log')
  await field(page, 'description').fill('Remembers what happened in the harbour.')
  await page.getByRole('button', { name: 'Save and check it' }).click()
  await page.waitForURL('**/admin/templates/*harbour*')
  await checked(page, 1)
  if (await page.getByRole('button', { name: 'Try it on a new droplet' }).isVisible()) await tryOnDroplet(page)
  await verdict(page, 'dry-run', /pass/)
  await publish(page)
  const took = Date.now() - started
  console.log(`image reference to published template: ${(took / 1000).toFixed(1)} s`)
  expect(took).toBeLessThan(MINUTE_MS)
  await context.close()

  await user.goto('/marketplace?q=harbour')
  await user.getByRole('button', { name: 'Deploy Now: Harbour log', exact: true }).click()
  await user.waitForURL('**/deployments/*', { timeout: 30_000 })
  await expect(user.getByText('Healthy', { exact: true }).first()).toBeVisible({ timeout: 60_000 })
})

test('what is wrong with an image or a template is found, explained and mended through the page', async ({
  browser,
  berth,
}) => {
  test.setTimeout(240_000)
  const context = await signInAs(browser, berth, berth.admin)
  const page = await context.newPage()
  await propose(page, `${berth.localCloud.registry}/test/careless:1.0.0`)
  await page.locator('#slug').fill('careless')
  // What a hasty admin does: the secret's variable goes, and the memory has a wrong unit.
  await page.getByRole('button', { name: 'Remove WEATHER_API_KEY' }).click()
  await field(page, 'config.resources.memoryBytes').fill('4 TB')
  await page.getByRole('button', { name: 'Save and check it' }).click()
  await page.waitForURL('**/admin/templates/careless')
  await checked(page, 1)

  // Found and explained.
  await verdict(page, 'security-user', /warn|fail/)
  await expect(check(page, 'security-user')).toContainText(/root/)
  await verdict(page, 'security-secrets', /fail/)
  await expect(check(page, 'security-secrets')).toContainText('WEATHER_API_KEY')
  await expect(page.getByText('q7Rk2vXe9LmTz4WbHs81')).toHaveCount(0)
  await verdict(page, 'resources-size', /fail/)
  await expect(check(page, 'resources-size')).toContainText(/large enough/)

  // Publishing says what fails, and waits for each to be accepted with a reason.
  await page.getByRole('button', { name: 'Publish' }).click()
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Publish' })).toBeDisabled()
  await expect(page.getByRole('dialog')).toContainText('Fix what fails, or accept each with a reason.')
  await page.keyboard.press('Escape')

  // One click each, and the form says what changed.
  await check(page, 'resources-size')
    .getByRole('button', { name: /^Fix it/ })
    .click()
  await expect(page.getByText('Changed in the form')).toBeVisible()
  await check(page, 'security-secrets')
    .getByRole('button', { name: /^Fix it/ })
    .click()
  await expect(field(page, 'config.environmentVariables.0.name')).toBeVisible()
  await field(page, 'config.resources.memoryBytes').fill('256 MB')
  await save(page, 2)
  await verdict(page, 'resources-size', /pass/)
  await verdict(page, 'security-secrets', /warn|pass/)

  // The server itself names the variable that nothing declares.
  if (await page.getByRole('button', { name: 'Try it on a new droplet' }).isVisible()) await tryOnDroplet(page)
  await verdict(page, 'dry-run', /fail/)
  await expect(check(page, 'dry-run')).toContainText('WEATHER_TOKEN')
  await check(page, 'dry-run')
    .getByRole('button', { name: /^Fix it/ })
    .click()
  await save(page, 3)
  if (await page.getByRole('button', { name: 'Try it on a new droplet' }).isVisible()) await tryOnDroplet(page)
  await verdict(page, 'dry-run', /pass/)

  // Root, and the secret for good: another image.
  await field(page, 'config.image').fill(`${berth.localCloud.registry}/test/careful:1.0.1`)
  await save(page, 4)
  await verdict(page, 'security-user', /pass/)
  await verdict(page, 'security-secrets', /pass/)
  await publish(page)

  // All four versions are kept and can be compared.
  await page.getByRole('tab', { name: /Versions/ }).click()
  await expect(page.getByRole('region', { name: 'Compare versions' }).getByRole('list')).toContainText('Image')
  await page.getByRole('tab', { name: 'History' }).click()
  await expect(page.getByRole('button', { name: /open this run/ }).first()).toBeVisible()
  await context.close()
})

test('a server.json is compared field by field with the template it updates, before it is saved', async ({
  browser,
  berth,
}) => {
  test.setTimeout(120_000)
  const context = await signInAs(browser, berth, berth.admin)
  const page = await context.newPage()
  const document = (version: string, description: string) =>
    JSON.stringify({
      $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
      name: 'io.github.acme/tide-tables',
      title: 'Tide tables',
      description,
      version,
      packages: [
        {
          registryType: 'oci',
          identifier: `${berth.localCloud.registry}/test/harbour:1.0.0`,
          transport: { type: 'stdio' },
          environmentVariables: [{ name: 'TIDE_KEY', description: 'Of the tide office', isSecret: true }],
        },
      ],
    })
  const paste = async (text: string) => {
    await page.goto('/admin/templates/new?from=document')
    await page.locator('#document').fill(text)
    await page.getByRole('button', { name: 'Read it' }).click()
    await expect(page.getByRole('region', { name: 'How it was read' })).toBeVisible()
  }
  await paste(document('1.0.0', 'High and low water.'))
  await page.getByRole('button', { name: 'Save and check it' }).click()
  await page.waitForURL('**/admin/templates/*tide-tables*')
  await checked(page, 1)

  await paste(document('1.1.0', 'High and low water, and the moon.'))
  const changes = page.getByRole('region', { name: 'What would change' })
  await expect(changes).toContainText('High and low water, and the moon.')
  await page.getByRole('button', { name: /^Save as version 2 of / }).click()
  await page.waitForURL('**/admin/templates/*tide-tables*')
  await checked(page, 2)
  await expect(field(page, 'description')).toHaveValue('High and low water, and the moon.')

  await page.getByRole('tab', { name: 'Export' }).click()
  await expect(page.locator('pre')).toContainText('io.github.acme/tide-tables')

  await page.goto('/admin/templates/new?from=document')
  await page.locator('#document').fill('{ "name": ')
  await page.getByRole('button', { name: 'Read it' }).click()
  await expect(page.getByRole('alert').first()).toContainText('This is no JSON')
  await context.close()
})

test('the list is walked, selected and acted on by keyboard, and says what came of each row', async ({
  browser,
  berth,
}) => {
  const context = await signInAs(browser, berth, berth.admin)
  const page = await context.newPage()
  await page.goto('/admin/templates')
  await page.keyboard.press('/')
  await expect(page.getByLabel('Search templates')).toBeFocused()
  const found = page.waitForResponse((response) => decodeURIComponent(response.url()).includes('"everything"'))
  await page.keyboard.type('everything')
  await found
  await expect(page.getByRole('link', { name: 'Everything (stdio)' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'Memory' })).toHaveCount(0)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('x')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('x')
  const bar = page.getByRole('region', { name: 'Selected templates' })
  await expect(bar).toContainText('2 selected')
  await bar.getByRole('button', { name: 'Run checks' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Run checks' }).click()
  await expect(page.getByText('Checks started: 2 templates', { exact: true })).toBeVisible()
  await expect(page).toHaveURL(/q=everything/)
  await page.getByRole('button', { name: /^Published/ }).click()
  await expect(page).toHaveURL(/show=published/)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/admin/templates/everything*')
  await context.close()
})

test('unsaved changes of a template are there again after leaving by a key', async ({ browser, berth }) => {
  const context = await signInAs(browser, berth, berth.admin)
  const page = await context.newPage()
  await page.goto('/admin/templates/memory')
  await field(page, 'description').fill('Half a sentence')
  await expect(page.getByText('Unsaved changes', { exact: true })).toBeVisible()
  await page.getByRole('heading', { level: 1 }).click()
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await page.keyboard.press('g')
  await page.keyboard.press('m')
  await page.waitForURL('**/marketplace')
  await page.goBack()
  await expect(field(page, 'description')).toHaveValue('Half a sentence')
  await page.getByRole('button', { name: 'Discard' }).click()
  await expect(field(page, 'description')).not.toHaveValue('Half a sentence')
  await expect(page.getByText('Unsaved changes', { exact: true })).toHaveCount(0)
  await context.close()
})

test('R6: to a user the pages of templates do not exist', async ({ signedIn: user }) => {
  for (const path of [
    '/admin/templates',
    '/admin/templates/new',
    '/admin/templates/registries',
    '/admin/templates/memory',
  ]) {
    const response = await user.goto(path)
    expect(response?.status(), path).toBe(404)
    await expect(user.getByRole('link', { name: 'Templates' })).toHaveCount(0)
  }
})
