/** R10: who is signed out elsewhere is out here too: at the next call, and on the open stream. */
import { expect, signInAs, test } from './test.ts'

test('R10: a session revoked in one window ends in the other: its stream closes and it is sent to sign in', async ({
  browser,
  berth,
}) => {
  const [mine, other] = await Promise.all([1, 2].map(() => signInAs(browser, berth, berth.demo)))
  if (!mine || !other) throw new Error('no contexts')
  const victim = await other.newPage()
  await victim.goto('/deployments')
  await expect(victim.getByRole('heading', { name: 'Deployments' })).toBeVisible()

  const page = await mine.newPage()
  await page.goto('/settings')
  await page.getByRole('tab', { name: 'Sessions' }).click()
  await page.getByRole('button', { name: 'Revoke all others' }).click()
  await page.getByRole('button', { name: 'Revoke them' }).click()

  // Nothing was clicked in the other window: its stream told it.
  await victim.waitForURL('**/sign-in**', { timeout: 20_000 })
  const answer = await victim.request.get(`${berth.url}/api/trpc/settings.me`)
  expect(answer.status()).toBe(401)
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible()
  await Promise.all([mine.close(), other.close()])
})
