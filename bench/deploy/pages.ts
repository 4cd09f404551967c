/**
 * How long after its commit an event reaches a page, and how long until the page shows it, with the timeline of one
 * deployment open in twenty tabs of one browser (one stream) and in twenty browsers (twenty streams). All draw at the
 * same instant on the cores that also run the server, so much of each figure is twenty pages drawing.
 */
import { type BrowserContext, chromium, type Page } from '@playwright/test'
import { startInstance } from '../../e2e/instance.ts'
import { fillSignIn } from '../../e2e/sign-in.ts'
import playwright from '../../playwright.config.ts'
import { type Metric, percentile } from '../measure.ts'
import { eventWriter } from './events.ts'

const PAGES = 20
const EVENTS = 20
/** Far enough apart that one event stands in every page before the next. */
const EVERY_MS = 1000

export async function benchPages(): Promise<Record<string, Metric>> {
  const instance = await startInstance({ env: { BERTH_ROLE: 'web' } })
  const writer = eventWriter(instance.databaseUrl)
  const browser = await chromium.launch(playwright.use?.launchOptions)
  try {
    const { deploymentId } = await instance.client.mutate<{ deploymentId: string }>('deployments.create', {
      template: 'everything',
    })
    const first = await browser.newContext({ baseURL: instance.url })
    await fillSignIn(await first.newPage(), instance.demo)
    const storageState = await first.storageState()
    await first.close()
    const newBrowser = () => browser.newContext({ baseURL: instance.url, storageState })
    const write = () => writer.write(deploymentId)

    const one = await newBrowser()
    const tabs = await measure(deploymentId, async () => one, write)
    await one.close()
    const browsers = await measure(deploymentId, newBrowser, write)
    return {
      [`event_to_page_p99_${PAGES}`]: { value: tabs.reached, unit: 'ms' },
      [`event_shown_p99_${PAGES}`]: { value: tabs.shown, unit: 'ms' },
      [`event_to_page_p99_${PAGES}_browsers`]: { value: browsers.reached, unit: 'ms' },
      [`event_shown_p99_${PAGES}_browsers`]: { value: browsers.shown, unit: 'ms' },
    }
  } finally {
    await browser.close()
    await writer.end()
    await instance.stop()
  }
}

/** 99th percentiles in milliseconds, over all pages and events. */
async function measure(
  deploymentId: string,
  contextOf: () => Promise<BrowserContext>,
  write: () => Promise<{ n: number; committedAt: number }>,
): Promise<{ reached: number; shown: number }> {
  const pages: Page[] = []
  for (let i = 0; i < PAGES; i++) {
    const page = await (await contextOf()).newPage()
    await page.addInitScript(watchMessages)
    await page.goto(`/deployments/${deploymentId}`)
    await page.getByRole('tab', { name: 'Timeline' }).click()
    await page.getByText('#1', { exact: true }).waitFor()
    await page.evaluate(watchNumbers)
    pages.push(page)
  }
  const committed = new Map<number, number>()
  for (let i = 0; i < EVENTS; i++) {
    const { n, committedAt } = await write()
    committed.set(n, committedAt)
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
  }
  const last = Math.max(...committed.keys())
  const reached: number[] = []
  const shown: number[] = []
  for (const page of pages) {
    await page.getByText(`#${last}`, { exact: true }).waitFor()
    const notes = await page.evaluate(() =>
      (({ received, seen }) => ({ received, seen }))(globalThis as unknown as Notes),
    )
    for (const [n, at] of committed) {
      reached.push((notes.received[n] ?? Number.NaN) - at)
      shown.push((notes.seen[n] ?? Number.NaN) - at)
    }
  }
  if ([...reached, ...shown].some(Number.isNaN)) throw new Error('a page missed an event')
  return { reached: percentile(reached, 99), shown: percentile(shown, 99) }
}

interface Notes {
  received: Record<number, number>
  seen: Record<number, number>
}

/** Runs in the page before its own code: notes when each event's message arrives from the live worker. */
function watchMessages(): void {
  const received: Record<number, number> = {}
  Object.assign(globalThis, { received })
  const Plain = SharedWorker
  Object.assign(globalThis, {
    SharedWorker: class extends Plain {
      constructor(...args: ConstructorParameters<typeof Plain>) {
        super(...args)
        this.port.addEventListener('message', ({ data }: MessageEvent) => {
          const now = performance.timeOrigin + performance.now()
          for (const { n } of data?.payload?.events ?? []) received[n] ??= now
        })
      }
    },
  })
}

/** Runs in the page: notes when each `#n` of the timeline first stands in the document. */
function watchNumbers(): void {
  const seen: Record<number, number> = {}
  Object.assign(globalThis, { seen })
  new MutationObserver((changes) => {
    const now = performance.timeOrigin + performance.now()
    for (const change of changes)
      for (const node of change.addedNodes)
        for (const [, n] of node.textContent?.matchAll(/#(\d+)/g) ?? []) seen[Number(n)] ??= now
  }).observe(document.body, { childList: true, subtree: true })
}
