/** Bounds of the deployment queue, and the channel that wakes its workers. */

/** Wakes workers: a row waits to be claimed, or a slot became free. */
export const WORK_CHANNEL = 'berth_work'
/** Payload: the deployment whose running step must look at its row (cancel, delete). */
export const CANCEL_CHANNEL = 'berth_cancel'

/** A deployment that no worker could take in six hours is told so instead of starting when nobody looks any more (I9). */
export const QUEUE_DEADLINE_MS = 6 * 3600_000
/** Sagas at once in the whole installation: each holds one SSH channel or two and a few transactions a second. */
export const RUNNING_TOTAL_MAX = 20
/** Sagas at once of one user, so that a burst of one leaves slots for the others. */
export const RUNNING_PER_USER_MAX = 10
/** Image pulls at once on one droplet: more share the same disk and downlink and only delay each other. */
export const PULLS_PER_DROPLET_MAX = 4
/** Stops and deletions that one claim takes; they are short and not counted against sagas. */
export const ENDINGS_PER_CLAIM_MAX = 50
/** Catches a NOTIFY that was lost with its connection. */
export const SWEEP_MS = 5_000
