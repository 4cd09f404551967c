/** The deploy panel of a template's page: always in sight, the same from server and browser, honest about no place. */
import { expect, signInAs, test } from './test.ts'

for (const [size, viewport] of [
  ['desktop', { width: 1440, height: 900 }],
  ['phone', { width: 390, height: 844 }],
] as const)
  test(`the deploy button stays in sight, and covers no field and no error: ${size}`, async ({ browser, berth }) => {
    const context = await signInAs(browser, berth, berth.demo)
    const page = await context.newPage()
    await page.setViewportSize(viewport)
    await page.goto('/marketplace/memory')
    const panel = page.getByRole('region', { name: 'Deploy' })
    const deploy = panel.getByRole('button', { name: 'Deploy Now' })
    await expect(panel.getByTestId('placement-choice')).toBeVisible()
    await expect(deploy).toBeInViewport({ ratio: 1 })
    await expect(panel.getByTestId('price-line')).toBeInViewport({ ratio: 1 })

    await panel.getByText(/^Name, region/).click()
    const memory = panel.getByLabel('Memory', { exact: true })
    await memory.fill('lots')
    await panel.getByLabel('Name', { exact: true }).focus()
    await panel.getByText(/^Name, region/).click()
    await expect(memory).toBeHidden()
    await deploy.click()
    await expect(memory).toBeFocused()
    const error = panel.getByText('Use an amount such as 256 MB.')
    for (const seen of [memory, error, deploy]) {
      await expect(seen).toBeInViewport({ ratio: 1 })
      // Nothing lies over its lower edge.
      await expect
        .poll(() =>
          seen.evaluate((element) => {
            const { left, bottom } = element.getBoundingClientRect()
            return element.contains(document.elementFromPoint(left + 8, bottom - 3))
          }),
        )
        .toBe(true)
    }
    await context.close()
  })

test('a template’s page is the same from the server and in the browser, load after load', async ({
  browser,
  berth,
}) => {
  const context = await signInAs(browser, berth, berth.demo)
  const errors: string[] = []
  // A mismatch shows on some loads only: it depends on what has arrived when the browser takes over.
  for (const slug of ['memory', 'github', 'memory', 'github', 'memory', 'github', 'memory', 'github']) {
    const page = await context.newPage()
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    page.on('pageerror', ({ message }) => errors.push(message))
    await page.goto(`/marketplace/${slug}`)
    await expect(page.getByTestId('placement-choice')).toBeVisible()
    await page.close()
  }
  expect(errors).toEqual([])
  await context.close()
})

test('what nothing can hold is not sent: the button says why, and full droplets can’t be asked for', async ({
  berth,
  signedIn: page,
}) => {
  const { deploymentId } = await berth.client.mutate<{ deploymentId: string }>('deployments.create', {
    template: 'memory',
  })
  await berth.client.waitFor(deploymentId, ['healthy'])
  await page.goto('/marketplace/memory')
  const panel = page.getByRole('region', { name: 'Deploy' })
  await expect(panel.getByText('Berth’s choice')).toBeVisible()
  await panel.getByText(/^Name, region/).click()
  await panel.getByLabel('Memory', { exact: true }).fill('4000 GB')
  const deploy = panel.getByRole('button', { name: 'Deploy Now' })
  await expect(deploy).toHaveAttribute('aria-disabled', 'true')
  await expect(deploy).toHaveAccessibleDescription(
    /^No place for it: the reason stands above\. .*needed|beside what the system takes/,
  )
  await expect(panel.getByLabel('Another droplet').getByRole('option', { disabled: true }).first()).toHaveText(
    /^\S+: \w+, \S+, full: [\d.]+ [MG]B free$/,
  )
  await deploy.click({ force: true })
  await panel.getByLabel('Name', { exact: true }).press('Enter')
  expect(new URL(page.url()).pathname).toBe('/marketplace/memory')
  await panel.getByLabel('Memory', { exact: true }).fill('64 MB')
  await expect(deploy).not.toHaveAttribute('aria-disabled')
})
