/** How long a state may last before its owner must move it on (I9). The queue's own bound is in queue/limits.ts. */

/** The sum of the steps' own deadlines, of which a droplet's boot and a large image have the most. */
export const DEPLOY_DEADLINE_MS = 30 * 60_000
/** Bounds the undo as a whole; what is left then is named in `error.leftovers` and belongs to the reconciler. */
export const UNDO_DEADLINE_MS = 5 * 60_000
/** Ten seconds of grace for the container, the rest for a droplet that answers late. */
export const STOP_DEADLINE_MS = 2 * 60_000
/** Long enough for a rebooting droplet to come back; then its remains belong to the reconciler. */
export const DELETE_DEADLINE_MS = 5 * 60_000
