/** Every page, light and dark, phone to desktop: axe finds nothing, nothing overflows, and a picture is kept. */
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, signInAs, test } from './test.ts'

const SIZES = {
  phone: { width: 390, height: 844 },
  tablet: { width: 834, height: 1112 },
  desktop: { width: 1440, height: 900 },
}
const PAGES = [
  '/marketplace',
  '/marketplace?q=nothing-of-this-name',
  '/marketplace?category=data&tag=postgresql',
  '/marketplace/memory',
  '/marketplace/github',
  '/deployments',
  '/droplets',
  '/droplets/plan',
  '/analytics',
  '/settings',
  '/settings?tab=placement',
] as const

const ADMIN_PAGES = [
  '/admin/users',
  '/admin/placement',
  '/admin/templates',
  '/admin/templates/new',
  '/admin/templates/new?from=document',
  '/admin/templates/new?from=registry',
  '/admin/templates/registries',
  '/admin/templates/filesystem',
  '/admin/templates/filesystem?tab=versions',
  '/admin/templates/filesystem?tab=history',
  '/admin/templates/filesystem?tab=export',
] as const

async function check(page: Page, name: string): Promise<void> {
  // Not 'networkidle': the live stream stays open for good.
  await page.waitForLoadState('load')
  await expect(page.locator('.animate-breathe')).toHaveCount(0)
  await page.evaluate(() => document.fonts.ready)
  await page.screenshot({ path: `test-results/pages/${name}.png`, fullPage: true })
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map((v) => `${name}: ${v.id} ${v.nodes[0]?.target}`)).toEqual([])
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(`${name}: ${overflow} px too wide`).toBe(`${name}: 0 px too wide`)
}

for (const colorScheme of ['light', 'dark'] as const)
  for (const [size, viewport] of Object.entries(SIZES))
    test(`every page is accessible and fits: ${size}, ${colorScheme}`, async ({ browser, berth }) => {
      test.setTimeout(180_000)
      const anonymous = await browser.newContext({ baseURL: berth.url, colorScheme, viewport })
      const front = await anonymous.newPage()
      await front.goto('/sign-in')
      await check(front, `${size}-${colorScheme}-sign-in`)
      await anonymous.close()

      const context = await signInAs(browser, berth, berth.admin)
      const page = await context.newPage()
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize(viewport)
      const admin = await import('./script-client.ts').then((m) => m.scriptClient(berth.url, berth.admin.apiToken))
      const existing = await admin.query<{ deploymentId: string; state: string }[]>('deployments.list', {})
      const live = existing.find((row) => row.state === 'healthy')
      const { deploymentId } =
        live ?? (await admin.mutate<{ deploymentId: string }>('deployments.create', { template: 'everything' }))
      await admin.waitFor(deploymentId, ['healthy'])
      for (const path of [...PAGES, ...ADMIN_PAGES, `/deployments/${deploymentId}`]) {
        await page.goto(path)
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
        await check(page, `${size}-${colorScheme}${path.replace(deploymentId, 'one').replaceAll(/[/?=&]/g, '-')}`)
      }
      for (const tab of ['Logs', 'Timeline', 'Why here', 'Settings']) {
        await page.getByRole('tab', { name: tab }).click()
        await check(page, `${size}-${colorScheme}-deployment-${tab.replace(' ', '-').toLowerCase()}`)
      }
      await context.close()
    })
