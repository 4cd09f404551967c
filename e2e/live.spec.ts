/** Live progress: many windows agree, a reload or a lost network leaves no gap, one browser holds one stream. */
import { expect, signInAs, test } from './test.ts'

const METRICS = { headers: { authorization: 'Bearer a-token-for-this-test-run' } }

async function openStreams(url: string): Promise<number> {
  const text = await (await fetch(`${url}/api/metrics`, METRICS)).text()
  const found = /^berth_live_streams (\d+)$/m.exec(text)
  if (!found) throw new Error('the metrics name no berth_live_streams')
  return Number(found[1])
}

test('I5: two browsers and one that lost its network show the same events in the end', async ({ browser, berth }) => {
  const contexts = await Promise.all([1, 2].map(() => signInAs(browser, berth, berth.demo)))
  const pages = await Promise.all(contexts.map((context) => context.newPage()))
  const { deploymentId } = await berth.client.mutate<{ deploymentId: string }>('deployments.create', {
    template: 'memory',
  })
  await Promise.all(pages.map((page) => page.goto(`/deployments/${deploymentId}`)))
  await contexts[1]?.setOffline(true)
  await berth.client.waitFor(deploymentId, ['healthy'])
  await berth.client.mutate('deployments.stop', { deploymentId })
  await berth.client.waitFor(deploymentId, ['stopped'])
  await contexts[1]?.setOffline(false)
  const { events } = await berth.client.query<{ events: { n: number }[] }>('deployments.events', { deploymentId })
  const seen: string[][] = []
  for (const page of pages) {
    await expect(page.getByText('Stopped', { exact: true }).first()).toBeVisible({ timeout: 30_000 })
    for (const reload of [false, true]) {
      if (reload) await page.reload()
      await page.getByRole('tab', { name: 'Timeline' }).click()
      await expect(page.getByText(`#${events.at(-1)?.n}`, { exact: true })).toBeVisible()
      seen.push(await page.getByText(/^#\d+$/).allTextContents())
    }
  }
  for (const list of seen) expect(list).toEqual(seen[0])
  await Promise.all(contexts.map((context) => context.close()))
})

test('ten tabs of one browser are all live and clickable, over one stream', async ({ browser, berth }) => {
  const context = await signInAs(browser, berth, berth.demo)
  const before = await openStreams(berth.url)
  const tabs = await Promise.all(Array.from({ length: 10 }, () => context.newPage()))
  await Promise.all(tabs.map((tab) => tab.goto('/deployments')))
  await expect.poll(() => openStreams(berth.url)).toBe(before + 1)
  const { deploymentId } = await berth.client.mutate<{ deploymentId: string }>('deployments.create', {
    template: 'everything',
    name: 'seen-by-ten',
  })
  for (const tab of tabs) await expect(tab.getByText('seen-by-ten').first()).toBeVisible()
  await berth.client.waitFor(deploymentId, ['healthy'])
  for (const tab of tabs) {
    await tab
      .getByRole('link', { name: /seen-by-ten/ })
      .first()
      .click()
    await tab.waitForURL(`**/deployments/${deploymentId}`)
    await expect(tab.getByText('Healthy').first()).toBeVisible()
  }
  expect(await openStreams(berth.url)).toBe(before + 1)
  await context.close()
  await expect.poll(() => openStreams(berth.url)).toBe(before)
})
