import type { Page } from '@playwright/test'
import type { Account } from './instance.ts'

/** Signs a page's browser in through the form, as a person does. */
export async function fillSignIn(page: Page, account: Account): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(account.email)
  await page.getByLabel('Password').fill(account.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/marketplace')
}
