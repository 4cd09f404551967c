import type { DeploymentState } from '#db/schema/states.ts'

/**
 * Where a deployment rests after an attempt that came to nothing: back to what it was when an earlier attempt still
 * stands (serving, or stopped: then the row still knows its droplet), else `outcome`.
 */
export const restingState = (
  row: { servingAttempt: number | null; dropletId: string | null },
  outcome: 'failed' | 'cancelled',
): DeploymentState => {
  if (row.servingAttempt !== null) return 'healthy'
  return row.dropletId === null ? outcome : 'stopped'
}
