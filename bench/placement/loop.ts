/** How long the server's event loop is held up while 500 containers are planned, against the same time at rest. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { planFleetToEnd } from '#server/planning/index.ts'
import type { Metric } from '../measure.ts'
import { mixInstance } from './instances.ts'

const SPAN_MS = 4_000
const LARGEST = 500

export async function loopWhilePlanning(): Promise<Record<string, Metric>> {
  const { problem } = mixInstance('log', LARGEST, 11)
  const baseline = await delayMs(() => sleep(SPAN_MS))
  const value = await delayMs(() => planFleetToEnd(problem, { budgetMs: SPAN_MS }))
  return { plan_loop_delay_p99: { value, unit: 'ms', baseline, ratio: value / baseline } }
}

async function delayMs(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  await work()
  delay.disable()
  return delay.percentile(99) / 1e6
}
