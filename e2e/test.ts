/** Playwright's `test` with a Berth of its own a worker, and pages that are signed in. */
import path from 'node:path'
import { type Browser, type BrowserContext, test as base, expect, type Page } from '@playwright/test'
import { type Account, type Instance, startInstance } from './instance.ts'
import { fillSignIn } from './sign-in.ts'

interface WorkerFixtures {
  driver: 'process' | 'host'
  berth: Instance
}

interface TestFixtures {
  /** A page of the demo user, on the marketplace. */
  signedIn: Page
}

/** A browser of its own (its own cookies, its own workers), signed in through the form. */
export async function signInAs(browser: Browser, berth: Instance, account: Account): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: berth.url })
  const page = await context.newPage()
  await fillSignIn(page, account)
  await page.close()
  return context
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  driver: ['process', { option: true, scope: 'worker' }],
  berth: [
    async ({ driver }, use) => {
      const berth = await startInstance({
        driver,
        imagesDir: path.join(import.meta.dirname, '../fixtures/images'),
        env: { BERTH_METRICS_TOKEN: 'a-token-for-this-test-run' },
      })
      await use(berth)
      await berth.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  signedIn: async ({ browser, berth }, use) => {
    const context = await signInAs(browser, berth, berth.demo)
    const page = await context.newPage()
    await page.goto('/marketplace')
    await use(page)
    await context.close()
  },
})

export { expect }
