/** What the pill and the browser's tab say about work under way. Pure. */

import { DEPLOYMENT_STATUS, STEP_TITLES } from '#components/status/status.ts'
import { PROGRESSING_STATES, STEPS } from '#db/schema/states.ts'
import type { DeploymentSummary } from '#server/api/views.ts'

const PROGRESSING = new Set<string>(PROGRESSING_STATES)

export const running = (rows: readonly DeploymentSummary[]): DeploymentSummary[] =>
  rows.filter((row) => PROGRESSING.has(row.state))

export function pillLabel(rows: readonly DeploymentSummary[]): string {
  const deploying = rows.filter((row) => row.state === 'queued' || row.state === 'deploying').length
  const other = rows.length - deploying
  if (deploying > 0 && other > 0) return `${deploying} deploying, ${other} more`
  return deploying > 0 ? `${deploying} deploying` : `${other} in progress`
}

/** `● 2 deploying · Berth`; a page's own title stands first when nothing runs. */
export const tabTitle = (page: string, rows: readonly DeploymentSummary[]): string =>
  rows.length > 0 ? `● ${pillLabel(rows)} · Berth` : page ? `${page} · Berth` : 'Berth'

/** "Pulling image, 3 of 6", or the word of its state. */
export function progressWords(row: DeploymentSummary): string {
  if (row.state === 'deploying' && row.step)
    return `${STEP_TITLES[row.step.id].title}, ${row.step.index + 1} of ${STEPS.length}`
  return DEPLOYMENT_STATUS[row.state].label
}
