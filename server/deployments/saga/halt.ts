/** Why a running step is aborted. The runner tells them apart by identity, never by text. */
import { BerthError } from '#server/errors.ts'

export type HaltReason = 'cancel' | 'deadline' | 'lease' | 'shutdown'

export class Halt extends Error {
  readonly reason: HaltReason
  constructor(reason: HaltReason) {
    super(`halted: ${reason}`)
    this.name = 'Halt'
    this.reason = reason
  }
}

/**
 * This process must leave the deployment as it is: another owns it now, or will after our end. The workflow then never
 * settles here (`parked`), because whatever it returned or threw would be stored as its outcome.
 */
export class Parked extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'Parked'
  }
}

export const parked = <T>(): Promise<T> => new Promise<T>(() => {})

/** What the person reads about an attempt that ended for this reason. */
export const haltError = (reason: 'cancel' | 'deadline'): BerthError =>
  reason === 'cancel'
    ? new BerthError('CANCELLED', 'It was cancelled.')
    : new BerthError('STEP_TIMEOUT', 'This step took longer than it may.')
