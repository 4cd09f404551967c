import type { DeploymentState } from '#db/schema/states.ts'

/**
 * Where a deployment rests after an attempt that came to nothing: back to what it was when an earlier attempt still
 * stands (serving, or stopped), else `outcome`.
 */
export const restingState = (
  row: { servingAttempt: number | null; containerId: string | null },
  outcome: 'failed' | 'cancelled',
): DeploymentState => {
  if (row.servingAttempt !== null) return 'healthy'
  return row.containerId === null ? outcome : 'stopped'
}
