/** A deployment that fails is undone, and the page says what happened, what was undone and what to do. */
import { addTemplate } from './fixture-template.ts'
import { factsOf } from './invariants.ts'
import { expect, test } from './test.ts'

test('I4: a failed health check rolls everything back, and the page shows it', async ({ signedIn: page, berth }) => {
  await addTemplate(berth, {
    slug: 'silent',
    displayName: 'Silent',
    image: 'test/silent:1.0.0',
    startTimeoutMs: 2000,
  })
  await page.goto('/marketplace?q=silent')
  await page.getByRole('button', { name: 'Deploy Now: Silent', exact: true }).click()
  await page.getByRole('link', { name: 'Watch: Silent' }).click()
  await page.waitForURL('**/deployments/*')
  await expect(page.getByText('Failed', { exact: true }).first()).toBeVisible({ timeout: 30_000 })
  await expect(
    page
      .getByRole('alert')
      .getByText(/health check/i)
      .first(),
  ).toBeVisible()
  await expect(page.getByText(/removed|released|undone/i).first()).toBeVisible()
  await expect(page.getByRole('button', { name: /redeploy|try again/i }).first()).toBeVisible()

  const deploymentId = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  expect(await factsOf(berth, deploymentId)).toMatchObject({
    state: 'failed',
    containers: [],
    networks: [],
    volumes: [],
    reservations: 0,
    cloudDroplets: 0,
  })
})

test('a server that ends at once is named with its last lines', async ({ signedIn: page, berth }) => {
  await addTemplate(berth, { slug: 'crash', displayName: 'Crash', image: 'test/crash:1.0.0' })
  await page.goto('/marketplace?q=crash')
  await page.getByRole('button', { name: 'Deploy Now: Crash', exact: true }).click()
  await page
    .getByRole('link', { name: 'Watch: Crash' })
    .or(page.getByRole('link', { name: 'See why: Crash' }))
    .click()
  await expect(page.getByText('Failed', { exact: true }).first()).toBeVisible({ timeout: 30_000 })
  await expect(page.getByText('API_KEY is not set').first()).toBeVisible()
})
