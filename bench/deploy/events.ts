/**
 * How long after its commit an event reaches subscribers of `deployments.watch`: 1,000 streams in a process of their
 * own, events written by this one, both on the same clock.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import pino from 'pino'
import { connect } from '#db/client.ts'
import type { Ctx } from '#server/context.ts'
import { recordedTx } from '#server/tx.ts'
import { startInstance } from '../../e2e/instance.ts'
import { type Metric, percentile, wallClock } from '../measure.ts'

const EVENTS = 20
/** Far enough apart that one event has reached everybody before the next. */
const EVERY_MS = 1000

/** Writes an event as Berth itself does and returns the instant after its commit. */
export function eventWriter(databaseUrl: string): {
  write(deploymentId: string): Promise<{ n: number; committedAt: number }>
  end(): Promise<void>
} {
  const { db, end } = connect(databaseUrl, { max: 1 })
  const ctx = { db, actor: { kind: 'system', part: 'bench' }, log: pino({ level: 'silent' }) } as unknown as Ctx
  return {
    async write(deploymentId) {
      const n = await recordedTx(ctx, null, (_tx, record) =>
        record.event(deploymentId, { type: 'health.changed', data: { healthy: true, message: 'bench' } }),
      )
      return { n, committedAt: wallClock() }
    },
    end,
  }
}

export async function benchEvents(o: { subscribers: number }): Promise<Record<string, Metric>> {
  const instance = await startInstance({ env: { BERTH_ROLE: 'web' } })
  const writer = eventWriter(instance.databaseUrl)
  try {
    const { deploymentId } = await instance.client.mutate<{ deploymentId: string }>('deployments.create', {
      template: 'everything',
    })
    const child = fork(
      new URL('./subscribers.ts', import.meta.url),
      [instance.url, instance.demo.apiToken, deploymentId, String(o.subscribers)],
      { stdio: 'inherit' },
    )
    await once(child, 'message')
    const committed = new Map<number, number>()
    for (let i = 0; i < EVENTS; i++) {
      const { n, committedAt } = await writer.write(deploymentId)
      committed.set(n, committedAt)
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
    child.send([...committed.keys()])
    const [arrivals] = (await once(child, 'message')) as [[number, number][]]
    child.kill()
    const delays = arrivals.map(([n, at]) => at - (committed.get(n) ?? Number.NaN))
    const missing = o.subscribers * EVENTS - delays.length
    if (missing > 0) throw new Error(`${missing} events never arrived`)
    return { [`event_p99_${o.subscribers}`]: { value: percentile(delays, 99), unit: 'ms' } }
  } finally {
    await writer.end()
    await instance.stop()
  }
}
