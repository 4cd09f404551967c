/** Somebody's first minute: many deployments at once on a fleet that has no droplet yet. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { fakeCloud, fakePool, insertAccount, insertUser, MIB, userCtx, withFleet } from '#server/fleet/testing.ts'
import type { FleetBase, FleetCtx } from '#server/fleet/types.ts'
import { createDeployment } from '../index.ts'
import { type SagaBench, sagaBench } from '../testing-bench.ts'
import { newTemplate, untilAtRest } from '../testing-setup.ts'
import { deploymentsDeps } from '../wiring.ts'

let bench: SagaBench
let base: FleetBase
let ctx: FleetCtx
/** Requests to the cloud wait for it. */
let creating: () => Promise<void>
let created = 0

beforeAll(async () => {
  const plain = fakeCloud()
  const cloud = fakeCloud({
    ...plain,
    async createDroplet(input) {
      created++
      await creating()
      return plain.createDroplet(input)
    },
  })
  bench = await sagaBench({
    deps(world, worker) {
      base = withFleet(worker.base, { makeCloud: () => cloud, pool: fakePool() })
      const { fleet } = deploymentsDeps({ ...world, base, engines: base.fleet.pool })
      return { fleet }
    },
  })
})
afterAll(async () => {
  await bench?.stop()
  await base?.fleet.background.idle()
  await bench?.end()
})
beforeEach(async () => {
  const userId = await insertUser(base)
  await insertAccount(base, userId)
  ctx = userCtx(base, userId)
  created = 0
})

async function deploy(count: number, mib: number): Promise<string[]> {
  const resources = { memoryBytes: mib * MIB, cpuMillis: 50, diskBytes: MIB }
  const template = await newTemplate(base, { resources, volumes: [] })
  const made = await Promise.all(Array.from({ length: count }, () => createDeployment(ctx, { template })))
  const rests = await Promise.all(made.map(({ deploymentId }) => untilAtRest(bench.sql, deploymentId)))
  expect(rests.map((rest) => rest.error)).toEqual(rests.map(() => null))
  return rests.map((rest) => rest.state)
}
const held = () => bench.sql<{ n: number }[]>`
  select count(*)::int as n from reservations join droplets d on d.id = droplet_id
  where d.user_id = ${ctx.actor.userId} group by d.id order by n`

test('what fits on the droplet that is being made waits for it', async () => {
  creating = () => new Promise((resolve) => setTimeout(resolve, 300))
  expect(await deploy(4, 400)).toEqual(Array(4).fill('healthy'))
  expect(created).toBe(1)
  expect(await held()).toEqual([{ n: 4 }])
})

test('droplets that are needed besides are made side by side, not one after the other', async () => {
  let both = () => {}
  const together = new Promise<void>((resolve) => {
    both = resolve
  })
  creating = async () => {
    if (created === 3) both()
    await together
  }
  expect(await deploy(6, 800)).toEqual(Array(6).fill('healthy'))
  expect(created).toBe(3)
  expect(await held()).toEqual([{ n: 2 }, { n: 2 }, { n: 2 }])
})
