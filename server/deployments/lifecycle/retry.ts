import { setTimeout as delay } from 'node:timers/promises'
import { Parked } from '../saga/halt.ts'
import { isDatabaseOutage } from '../saga/outage.ts'

const PAUSE_MIN_MS = 300
const PAUSE_MAX_MS = 10_000

/** Repeats until it works or the deadline has passed. @returns the last error, null when it worked */
export async function untilDeadline(
  deadlineAt: Date | null,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<unknown> {
  for (let nth = 0; ; nth++) {
    if (signal.aborted) throw new Parked('halted')
    try {
      await work()
      return null
    } catch (error) {
      if (error instanceof Parked || isDatabaseOutage(error)) throw error
      const pause = Math.min(PAUSE_MAX_MS, PAUSE_MIN_MS * 2 ** nth)
      if (deadlineAt === null || deadlineAt.getTime() <= Date.now() + pause) return error
      await delay(pause, undefined, { signal }).catch(() => {})
    }
  }
}
