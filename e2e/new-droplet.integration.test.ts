/**
 * A new droplet that a person asks for by size and region, on the whole product with the local cloud: it is made and
 * used though others have room, a redeploy buys no second one, and what can't be is refused before anything is bought.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PlacementSettings } from '#db/placement-preferences.ts'
import type { OffersView, PreviewView } from '#server/api/views-placement.ts'
import type { Decision } from '#server/placement/types.ts'
import { type Instance, startInstance } from './instance.ts'

let berth: Instance
beforeAll(async () => {
  berth = await startInstance({ bootDelayMs: 100 })
})
afterAll(() => berth?.stop())

interface Droplet {
  id: string
  size: string
  region: string
}
const fleet = () => berth.client.query<Droplet[]>('droplets.list')
const template = 'everything'

async function deploy(input: Record<string, unknown>, states = ['healthy']) {
  const { deploymentId } = await berth.client.mutate<{ deploymentId: string }>('deployments.create', {
    template,
    ...input,
  })
  return { deploymentId, view: await berth.client.waitFor(deploymentId, [...states, 'failed']) }
}
const placementOf = (deploymentId: string) => berth.client.query<Decision>('deployments.placement', { deploymentId })

/** Not what Berth would take, and in a region where nothing stands. */
async function unusual(): Promise<{ size: string; region: string }> {
  const { newDroplets, choices } = await berth.client.query<PreviewView>('selection.preview', { template })
  const own = new Set(choices.flatMap(({ candidate }) => (candidate.kind === 'create' ? [candidate.size] : [])))
  const wish = newDroplets.find(({ size, regions }) => !own.has(size) && regions.includes('sgp1'))
  if (!wish) throw new Error('the local cloud sells no other size in sgp1')
  return { size: wish.size, region: 'sgp1' }
}

test('is made and used though another one has room, and a redeploy stays on it', async () => {
  await deploy({})
  const [first] = await fleet()
  const newDroplet = await unusual()
  const { deploymentId, view } = await deploy({ newDroplet })
  expect(view).toMatchObject({ state: 'healthy', error: null })
  const made = (await fleet()).find(({ id }) => id === view.dropletId)
  expect(made).toMatchObject(newDroplet)
  expect(made?.id).not.toBe(first?.id)
  const decision = await placementOf(deploymentId)
  expect(decision.summary).toMatch(
    new RegExp(`^As you asked: a new ${newDroplet.size} in sgp1 for \\$[\\d.]+ a month\\.$`),
  )
  expect(decision.ruledOut).toMatchObject([{ dropletId: first?.id, constraint: 'not-requested' }])

  await berth.client.mutate('deployments.redeploy', { deploymentId })
  const again = await berth.client.waitFor(deploymentId, ['healthy', 'failed'])
  expect(again).toMatchObject({ state: 'healthy', error: null, dropletId: made?.id })
  expect(await fleet()).toHaveLength(2)
  expect((await placementOf(deploymentId)).choice).toMatchObject({ kind: 'existing', dropletId: made?.id })
})

test('the deployment tells its own limits, also where they are not the template’s', async () => {
  const { deploymentId } = await deploy({ resources: { memoryBytes: 300 * 2 ** 20 } })
  const { resources } = await berth.client.query<{ resources: unknown }>('deployments.get', { deploymentId })
  expect(resources).toMatchObject({ memoryBytes: 300 * 2 ** 20, cpuMillis: expect.any(Number) })
})

test.each<[string, () => Promise<{ input: Record<string, unknown>; reason: RegExp; action: RegExp }>]>([
  [
    'a size that nobody sells',
    async () => ({
      input: { newDroplet: { size: 's-none', region: 'sgp1' } },
      reason: /^You asked for a new s-none in sgp1\. s-none is not on sale\.$/,
      action: /^Ask for another size\.$/,
    }),
  ],
  [
    'a size that is too small',
    async () => {
      const { sizes } = await berth.client.query<OffersView>('selection.offers')
      const { slug, regions } = sizes[0] ?? { slug: '', regions: [] }
      return {
        input: { newDroplet: { size: slug, region: regions[0] }, resources: { memoryBytes: 2 ** 34 } },
        reason: new RegExp(`^You asked for a new ${slug} in ${regions[0]}\\. .* 16 GB memory, .* needed\\.$`),
        action: /larger size/,
      }
    },
  ],
  [
    'what the person forbids',
    async () => {
      const wish = await unusual()
      const settings = await berth.client.query<PlacementSettings>('settings.placement.get')
      await berth.client.mutate('settings.placement.set', { ...settings, forbiddenSizes: [wish.size] })
      return {
        input: { newDroplet: wish },
        reason: new RegExp(`^You asked for a new ${wish.size} in sgp1\\. You have forbidden ${wish.size}\\.$`),
        action: new RegExp(`^Allow ${wish.size} in your placement settings`),
      }
    },
  ],
])('I4: %s is refused with the wish and the way out, and nothing is bought', async (_, given) => {
  const before = await fleet()
  const { input, reason, action } = await given()
  const { view } = await deploy(input)
  expect(view).toMatchObject({
    state: 'failed',
    dropletId: null,
    error: {
      ...{ code: 'NO_PLACEMENT', step: 'droplet-selection', leftovers: [] },
      ...{ message: expect.stringMatching(reason), action: expect.stringMatching(action) },
    },
  })
  expect(await fleet()).toEqual(before.map((droplet) => expect.objectContaining({ id: droplet.id })))
})
