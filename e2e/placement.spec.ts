/**
 * Placement as a person sees it: each of the six factors, alone, changes where a server would go, in the page; what
 * is saved is what decides; and every score adds up to its last digit.
 */
import path from 'node:path'
import type { Page } from '@playwright/test'
import { connect } from '#db/client.ts'
import { usageSamples } from '#db/schema/deployments.ts'
import { type Instance, startInstance } from './instance.ts'
import { expect, signInAs, test } from './test.ts'

const FACTORS = ['Resources', 'Load', 'Location', 'Cost', 'Redundancy', 'Preferences'] as const
type Factor = (typeof FACTORS)[number]

/** A fleet of its own: what other tests deploy would weigh here too. */
let berth: Instance
const droplets = { nyc3: '', ams3: '' }
const deployments = { nyc3: '', ams3: '' }

/** nyc3 holds Everything and Filesystem, ams3 holds Memory: one droplet is fuller, and each template is on one. */
test.beforeAll(async () => {
  test.setTimeout(120_000)
  berth = await startInstance({ imagesDir: path.join(import.meta.dirname, '../fixtures/images') })
  const deploy = async (template: string, region: keyof typeof droplets) => {
    const { deploymentId } = await berth.client.mutate<{ deploymentId: string }>('deployments.create', {
      template,
      region,
    })
    await berth.client.waitFor(deploymentId, ['healthy'])
    deployments[region] = deploymentId
  }
  await deploy('everything', 'nyc3')
  await deploy('sequential-thinking', 'nyc3')
  await deploy('memory', 'ams3')
  for (const { name, region } of await berth.client.query<{ name: string; region: 'nyc3' | 'ams3' }[]>('droplets.list'))
    droplets[region] = name
})
test.afterAll(() => berth.stop())

const page = test.extend<{ settings: Page }>({
  settings: async ({ browser }, use) => {
    const context = await signInAs(browser, berth, berth.demo)
    const settings = await context.newPage()
    await settings.goto('/settings?tab=placement')
    await use(settings)
    await context.close()
  },
})

/** All weight on these, by the sliders. */
async function only(settings: Page, weights: Partial<Record<Factor, number>>): Promise<void> {
  // The example is asked by the page itself: once it answers, the page also hears its sliders.
  await expect(example(settings)).toContainText('would go')
  for (const factor of FACTORS) await settings.getByLabel(factor, { exact: true }).fill(String(weights[factor] ?? 0))
}

/** A measurement that stays the newest for a while, whatever the sampler really sees. */
async function busy(deploymentId: string, { cpuMillis } = { cpuMillis: 900 }): Promise<void> {
  const { db, end } = connect(berth.databaseUrl, { max: 1 })
  newest += 1000
  await db.insert(usageSamples).values({ deploymentId, at: new Date(newest), memoryBytes: 64 * 2 ** 20, cpuMillis })
  await end()
}
let newest = Date.now() + 120_000

const example = (settings: Page) => settings.getByTestId('placement-example')
const pick = (settings: Page, template: string) =>
  settings.getByLabel('Template of the example').selectOption({ label: template })
const noNewDroplets = (settings: Page) => settings.getByLabel('Make new droplets').uncheck()

/** Whatever was saved before. */
async function makeNewDroplets(settings: Page): Promise<void> {
  await expect(example(settings)).toContainText('would go')
  await settings.getByLabel('Make new droplets').check()
  const save = settings.getByRole('button', { name: 'Save', exact: true })
  if (!(await save.isEnabled())) return
  await save.click()
  await expect(save).toBeDisabled()
  await expect(settings.getByText('Counts from the next deployment on.')).toBeVisible()
}

async function wish(settings: Page, kind: string, entry: string, verb: 'Prefer' | 'Forbid'): Promise<void> {
  const list = settings.getByLabel(`Add a ${kind}`, { exact: true })
  const value = await list.locator('option').filter({ hasText: entry }).getAttribute('value')
  await list.selectOption(value)
  await settings.getByRole('button', { name: `${verb} the chosen ${kind}`, exact: true }).click()
}

page('location alone: the droplet near the named place wins', async ({ settings }) => {
  await only(settings, { Location: 10 })
  await noNewDroplets(settings)
  await pick(settings, 'Memory')
  await settings.getByLabel('Place', { exact: true }).selectOption('New York')
  await expect(example(settings)).toContainText(`Memory would go to ${droplets.nyc3}.`)
  await settings.getByLabel('Place', { exact: true }).selectOption('Berlin')
  await expect(example(settings)).toContainText(`Memory would go to ${droplets.ams3}.`)
})

page('redundancy alone: a server goes where its template is not', async ({ settings }) => {
  await only(settings, { Redundancy: 10 })
  await noNewDroplets(settings)
  await pick(settings, 'Memory')
  await expect(example(settings)).toContainText(`Memory would go to ${droplets.nyc3}.`)
  await pick(settings, 'Everything')
  await expect(example(settings)).toContainText(`Everything would go to ${droplets.ams3}.`)
})

page('preferences alone: the preferred region wins, a preferred droplet too', async ({ settings }) => {
  await only(settings, { Preferences: 10 })
  await noNewDroplets(settings)
  await pick(settings, 'Memory')
  await wish(settings, 'region', 'nyc3', 'Prefer')
  await expect(example(settings)).toContainText(`Memory would go to ${droplets.nyc3}.`)
  await settings.getByRole('button', { name: 'Remove nyc3' }).click()
  await wish(settings, 'droplet', droplets.ams3, 'Prefer')
  await expect(example(settings)).toContainText(`Memory would go to ${droplets.ams3}.`)
})

page(
  'resources alone: the droplet that it fills best wins, where another factor said otherwise',
  async ({ settings }) => {
    await only(settings, { Redundancy: 10 })
    await noNewDroplets(settings)
    await pick(settings, 'Everything')
    await expect(example(settings)).toContainText(droplets.ams3)
    await only(settings, { Resources: 10 })
    await expect(example(settings)).toContainText(`Everything would go to ${droplets.nyc3}.`)
  },
)

page('cost alone: room on a paid droplet beats a new one that is nearer', async ({ settings }) => {
  await settings.getByLabel('Place', { exact: true }).selectOption('Sydney')
  await only(settings, { Location: 10 })
  await pick(settings, 'Memory')
  await expect(example(settings)).toContainText(/Memory would go to a new .* in syd1, \+\$\d+\.\d\d\/mo\./)
  await only(settings, { Cost: 10 })
  await expect(example(settings)).toContainText(new RegExp(`${droplets.nyc3}|${droplets.ams3}`))
})

page('load alone: the droplet whose CPU is not in use wins', async ({ settings }) => {
  const askedWhileBusy = async (region: keyof typeof droplets) => {
    await busy(deployments[region])
    await settings.reload()
    await only(settings, { Load: 10 })
    await noNewDroplets(settings)
    await pick(settings, 'Memory')
    return example(settings)
  }
  await expect(await askedWhileBusy('nyc3')).toContainText(`Memory would go to ${droplets.ams3}.`)
  await busy(deployments.nyc3, { cpuMillis: 100 })
  await expect(await askedWhileBusy('ams3')).toContainText(`Memory would go to ${droplets.nyc3}.`)
})

page('a weight moves by keyboard, is shown as its share, and what is saved decides', async ({ settings }) => {
  await only(settings, { Location: 9.5, Preferences: 10 })
  await settings.getByLabel('Location', { exact: true }).press('ArrowRight')
  await expect(settings.getByRole('status').filter({ hasText: /^50\s%$/ })).toHaveCount(2)
  await settings.getByLabel('Place', { exact: true }).selectOption('Amsterdam')
  await noNewDroplets(settings)
  await settings.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(settings.getByText('Placement decides by this from now on', { exact: true })).toBeVisible()
  await settings.reload()
  await expect(settings.getByLabel('Place', { exact: true })).toHaveValue('Amsterdam')
  await expect(settings.getByText('Your own, in place of the strategy’s.')).toBeVisible()

  const { deploymentId } = await berth.client.mutate<{ deploymentId: string }>('deployments.create', {
    template: 'everything',
  })
  await berth.client.waitFor(deploymentId, ['healthy'])
  await settings.goto(`/deployments/${deploymentId}?tab=why`)
  const winner = settings.getByRole('region', { name: 'Candidates' }).getByRole('listitem').first()
  await expect(winner).toContainText(droplets.ams3)
  await expect(winner).toContainText('chosen')

  // I10: what is shown adds up to the last digit.
  const sums = await winner.locator('ul > li').allInnerTexts()
  const last = (text: string) =>
    Math.round(Number(/(\d\.\d{6})\s*$/m.exec(text.split('\n').find((l) => /\d\.\d{6}\s*$/.test(l)) ?? '')?.[1]) * 1e6)
  const [score = 0, ...points] = sums.map(last).reverse()
  expect(points).toHaveLength(6)
  expect(points.reduce((sum, each) => sum + each, 0)).toBe(score)
})

page('what is edited and not saved is asked about before it is lost', async ({ settings }) => {
  await expect(example(settings)).toContainText('would go')
  await settings.getByLabel('At most so many droplets').fill('1')
  await expect(settings.getByText('You have 2 droplets already: no new one will be made until')).toBeVisible()
  await settings.getByLabel('Monthly budget in $').fill('1')
  await expect(
    settings.getByText(/^Your fleet costs \$\d+\.\d\d\/mo already: nothing new will be bought/),
  ).toBeVisible()
  await expect(settings.getByText('Unsaved changes.')).toBeVisible()

  const asked: string[] = []
  let leaves = false
  settings.on('dialog', (dialog) => {
    asked.push(dialog.message())
    return leaves ? dialog.accept() : dialog.dismiss()
  })
  await settings.getByRole('link', { name: 'Droplets', exact: true }).click()
  await settings.getByRole('tab', { name: 'API tokens' }).click()
  expect(asked).toEqual(Array(2).fill('Leave without saving? Your changes will be lost.'))
  await expect(settings.getByLabel('At most so many droplets')).toHaveValue('1')
  leaves = true
  await settings.getByRole('link', { name: 'Droplets', exact: true }).click()
  await settings.waitForURL('**/droplets')
  expect(asked).toHaveLength(3)
})

page('on a phone every tab and every word to choose by is there to see', async ({ settings }) => {
  await settings.setViewportSize({ width: 390, height: 844 })
  for (const tab of await settings.getByRole('tab').all()) {
    const box = await tab.boundingBox()
    expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(390)
  }
  const box = await settings.getByLabel('Add a region', { exact: true }).boundingBox()
  expect(box?.width).toBeGreaterThan(250)
})

page('before deploying, another droplet can be chosen, with what that means', async ({ settings }) => {
  await settings.goto('/marketplace/filesystem')
  const where = settings.getByTestId('placement-choice')
  await expect(where.getByText('Berth’s choice')).toBeVisible()
  const other = where.getByRole('radio', { checked: false }).first()
  const label = where
    .locator('label')
    .filter({ has: settings.getByRole('radio', { checked: false }) })
    .first()
  await expect(label).toContainText('Instead, only here')
  await expect(label).toContainText(/Memory on .* goes from [\d.]+\s% to [\d.]+\s%/)
  const name = (await label.locator('.font-mono').first().innerText()).trim()
  await other.check()
  await settings.getByRole('button', { name: 'Deploy Now', exact: true }).click()
  await settings.waitForURL('**/deployments/*')
  const deploymentId = new URL(settings.url()).pathname.split('/').at(-1) ?? ''
  await berth.client.waitFor(deploymentId, ['healthy'])
  const { dropletId } = await berth.client.query<{ dropletId: string }>('deployments.get', { deploymentId })
  const fleet = await berth.client.query<{ id: string; name: string }[]>('droplets.list')
  expect(fleet.find(({ id }) => id === dropletId)?.name).toBe(name)
})

page('a fleet is planned with its price and the proof of how far it is from the least', async ({ settings }) => {
  await makeNewDroplets(settings)
  await settings.goto('/droplets')
  await settings.getByRole('link', { name: 'Plan a fleet' }).click()
  await settings.waitForURL('**/droplets/plan')
  await expect(settings.getByRole('button', { name: 'Plan', exact: true })).toBeDisabled()
  await settings.getByLabel('Memory', { exact: true }).fill('40')
  await settings.getByLabel('Everything', { exact: true }).fill('20')
  await settings.getByRole('button', { name: 'Plan', exact: true }).click()
  const plan = settings.getByTestId('plan')
  await expect(plan).toContainText(/At most [\d.]+\s% above|No fleet costs less/)
  await expect(plan).toContainText(/\$\d+\.\d\d\/mo more than your fleet costs now/)
  await expect(plan.getByRole('listitem').filter({ hasText: 'New ' }).first()).toContainText(
    /\d+ × (Memory|Everything)/,
  )
  // Better ones are looked for until one says that it is enough.
  const cancel = settings.getByRole('button', { name: 'Cancel' })
  if (await cancel.isVisible()) await cancel.click()
  await expect(plan).toContainText('Found in')
})

// The last one: the largest droplet on sale has room for all that others would buy for.
page('a new droplet that is not the best choice can be picked by keyboard, and is made', async ({ settings }) => {
  await makeNewDroplets(settings)
  await settings.goto('/marketplace/memory')
  const where = settings.getByTestId('placement-choice')
  await expect(where.getByText('Berth’s choice')).toBeVisible()
  const sizes = where.getByLabel('Size of a new droplet')
  const dearest = sizes.getByRole('option').last()
  const size = (await dearest.getAttribute('value')) ?? ''
  await expect(dearest).toHaveText(/^New \S+: [\d.]+ [GT]B, \d+ vCPU, \+\$[\d.]+\/mo$/)
  const price = /\+(\$[\d.]+\/mo)$/.exec(await dearest.innerText())?.[1] ?? 'no price'
  await sizes.focus()
  await settings.keyboard.press('End')
  await expect(sizes).toHaveValue(size)
  const regions = where.getByLabel('Region of the new droplet')
  const region = (await regions.getByRole('option').last().getAttribute('value')) ?? ''
  await settings.keyboard.press('Tab')
  await expect(regions).toBeFocused()
  await settings.keyboard.press('End')

  const picked = where.locator('label').filter({ hasText: `New ${size} in ${region}` })
  await expect(picked.getByRole('radio')).toBeChecked()
  await expect(picked).toContainText(`+${price}`)
  await expect(picked).toContainText(`Costs ${price.replace('/mo', '')} a month more.`)
  await expect(picked).toContainText(/Scores 0\.\d\d less\./)
  await expect(settings.getByTestId('price-line')).toHaveText(`+${price}, a new ${size} in ${region}`)
  await settings.getByRole('button', { name: 'Deploy Now', exact: true }).press('Enter')
  await settings.waitForURL('**/deployments/*')
  const deploymentId = new URL(settings.url()).pathname.split('/').at(-1) ?? ''
  await berth.client.waitFor(deploymentId, ['healthy'])
  const { dropletId } = await berth.client.query<{ dropletId: string }>('deployments.get', { deploymentId })
  const fleet = await berth.client.query<{ id: string; size: string; region: string }[]>('droplets.list')
  expect(fleet.find(({ id }) => id === dropletId)).toMatchObject({ size, region })
  await settings.goto(`/deployments/${deploymentId}?tab=why`)
  await expect(settings.getByRole('tabpanel')).toContainText(`As you asked: a new ${size} in ${region} for`)
})
