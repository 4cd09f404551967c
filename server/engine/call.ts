/** One call to an engine: its deadline, its second try, its errors, and the answers that several calls take for success. */
import { BerthError } from '#server/errors.ts'
import { engineError, Lost, statusOf, unavailable, withDeadline } from './failure.ts'
import type { CallOptions } from './port.ts'

export const READ_MS = 15_000
export const WRITE_MS = 60_000
/** Every method may run twice (port.ts), so what a lost connection cut off is made once more. */
const ATTEMPTS_MAX = 2

/** @param what completes "The droplet did not …" */
export type Call = <T>(
  what: string,
  deadlineMs: number,
  o: CallOptions,
  run: (abortSignal: AbortSignal) => Promise<T>,
) => Promise<T>

/** @param hold keeps the SSH connection from being dropped as idle until the returned function is called */
export function createCall(hold: () => () => void): Call {
  return async (what, deadlineMs, o, run) => {
    const release = hold()
    try {
      return await withDeadline({ what, deadlineMs, signal: o.signal }, async (signal) => {
        for (let attempt = 1; ; attempt++) {
          try {
            return await run(signal)
          } catch (error) {
            const mapped = engineError(error, what)
            if (!(mapped instanceof Lost)) throw mapped
            if (signal.aborted || attempt === ATTEMPTS_MAX) throw unavailable(mapped, what)
          }
        }
      })
    } finally {
      release()
    }
  }
}

export async function orMissing<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (statusOf(error) === 404) return null
    throw error
  }
}

export async function orDone(statuses: number[], answer: Promise<unknown>): Promise<void> {
  try {
    await answer
  } catch (error) {
    const status = statusOf(error)
    if (status === null || !statuses.includes(status)) throw error
  }
}

/** A name that something else holds is never taken over (R19). */
export function refuseForeign(
  kind: string,
  name: string,
  wanted: Record<string, string>,
  found: Record<string, string> | null | undefined,
): void {
  if (Object.entries(wanted).every(([key, value]) => found?.[key] === value)) return
  throw new BerthError('CONFLICT', `The droplet has a ${kind} ${name} that is not this deployment's.`)
}
