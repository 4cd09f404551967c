/**
 * `kill -9` of the server in each of the six steps, before the step's effects and after them with their record lost.
 * Whatever the instant: the deployment ends healthy with exactly one container, or undone with none.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { STEPS } from '#db/schema/states.ts'
import { armCrashPoint } from './crash-point.ts'
import { type Instance, startInstance } from './instance.ts'
import { factsOf } from './invariants.ts'

let instance: Instance
beforeAll(async () => {
  instance = await startInstance({ bootDelayMs: 100 })
})
afterAll(() => instance?.stop())

const POINTS = STEPS.flatMap((step) => [
  { step, type: 'step.started', when: 'before its effects' },
  { step, type: 'step.succeeded', when: 'after its effects, before their record' },
])

describe('I1 I3 I4 I5 I9: kill -9 of the server', () => {
  test.each(POINTS)('in $step, $when', async ({ step, type }) => {
    const point = await armCrashPoint(instance.databaseUrl, { type, step })
    const { deploymentId } = await instance.client.mutate<{ deploymentId: string }>('deployments.create', {
      template: 'everything',
    })
    await point.reached()
    await instance.killApp()
    await point.disarm()
    await instance.startApp()

    const view = await instance.client.waitFor(deploymentId, ['healthy', 'failed', 'cancelled'])
    const facts = await factsOf(instance, deploymentId)
    expect(facts.eventNumbers).toEqual(facts.eventNumbers.map((_, index) => index + 1))
    for (const [name, times] of Object.entries(facts.succeeded)) expect([name, times]).toEqual([name, 1])
    expect(facts.cloudDroplets).toBeLessThanOrEqual(1)
    if (view.state === 'healthy') {
      expect(facts).toMatchObject({ containers: [`berth-${deploymentId}-1`], reservations: 1 })
      expect(facts.networks).toHaveLength(1)
    } else {
      expect(facts).toMatchObject({ containers: [], networks: [], volumes: [], reservations: 0, cloudDroplets: 0 })
      expect(view.error?.leftovers).toEqual([])
    }

    await instance.client.mutate('deployments.delete', { deploymentId })
    await instance.client.waitFor(deploymentId, ['deleted'])
    expect(await factsOf(instance, deploymentId)).toMatchObject({ containers: [], networks: [], reservations: 0 })
  })
})
