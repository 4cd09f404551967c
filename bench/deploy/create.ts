/**
 * How long `deployments.create` takes to answer: one at a time, at 20 a second, and 100 at once. The instance has the
 * role `web`, so that what is measured is the answer and not 1,300 real containers on the same cores.
 */
import { randomUUID } from 'node:crypto'
import { startInstance } from '../../e2e/instance.ts'
import type { ScriptClient } from '../../e2e/script-client.ts'
import { type Metric, percentile, timed } from '../measure.ts'
import { startBaseline } from './baseline.ts'

const ONE_AT_A_TIME = 300
const PER_SECOND = 20
const BURST = 100
/** Bursts measured after one that warms both sides up; the figure is the median of their p99. */
const BURSTS = 5

const create = (client: ScriptClient) => () =>
  client.mutate('deployments.create', { template: 'everything', idempotencyKey: randomUUID() })

async function steady(work: () => Promise<unknown>, seconds: number): Promise<number[]> {
  const running: Promise<number>[] = []
  for (let i = 0; i < PER_SECOND * seconds; i++) {
    running.push(timed(work))
    await new Promise((resolve) => setTimeout(resolve, 1000 / PER_SECOND))
  }
  return Promise.all(running)
}

const burst = (work: () => Promise<unknown>): Promise<number[]> =>
  Promise.all(Array.from({ length: BURST }, () => timed(work)))

export async function benchCreate(o: { seconds: number }): Promise<Record<string, Metric>> {
  const instance = await startInstance({ env: { BERTH_ROLE: 'web' } })
  const baseline = await startBaseline(instance.databaseUrl)
  try {
    const work = create(instance.client)
    for (let i = 0; i < 50; i++) await work()
    const single: number[] = []
    for (let i = 0; i < ONE_AT_A_TIME; i++) single.push(await timed(work))
    const rate = await steady(work, o.seconds)
    const berth: number[] = []
    const bare: number[] = []
    for (let i = 0; i <= BURSTS; i++) {
      const [mine, theirs] = [await burst(work), await burst(baseline.call)]
      if (i === 0) continue
      berth.push(percentile(mine, 99))
      bare.push(percentile(theirs, 99))
    }
    const [value, floor] = [percentile(berth, 50), percentile(bare, 50)]
    return {
      create_p99: { value: percentile(single, 99), unit: 'ms' },
      create_rate20_p99: { value: percentile(rate, 99), unit: 'ms' },
      create_burst_p99: { value, unit: 'ms', baseline: floor, ratio: value / floor },
      create_burst_ratio: { value: value / floor, unit: 'ratio' },
    }
  } finally {
    await baseline.stop()
    await instance.stop()
  }
}
