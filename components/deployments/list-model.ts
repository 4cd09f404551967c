/** The deployments table's filters: held by the URL. Pure. */
import type { DeploymentState } from '#db/schema/states.ts'
import { PROGRESSING_STATES, SERVING_STATES } from '#db/schema/states.ts'
import type { DeploymentSummary } from '#server/api/views.ts'

export const GROUPS = ['all', 'running', 'progress', 'stopped', 'failed'] as const
export type Group = (typeof GROUPS)[number]

export const GROUP_LABELS: Record<Group, string> = {
  all: 'All',
  running: 'Running',
  progress: 'In progress',
  stopped: 'Stopped',
  failed: 'Failed',
}

/** Which group a state counts to; deleted ones are in none but "all", and the list leaves them out anyway. */
export function groupOf(state: DeploymentState): Exclude<Group, 'all'> | null {
  if (SERVING_STATES.some((each) => each === state)) return 'running'
  if (PROGRESSING_STATES.some((each) => each === state)) return 'progress'
  if (state === 'stopped') return 'stopped'
  return state === 'failed' || state === 'cancelled' ? 'failed' : null
}

export interface ListFilters {
  group: Group
  search: string
}

export const readListFilters = (params: URLSearchParams): ListFilters => ({
  group: GROUPS.find((group) => group === params.get('show')) ?? 'all',
  search: params.get('q') ?? '',
})

export function writeListFilters({ group, search }: ListFilters): string {
  const params = new URLSearchParams()
  if (group !== 'all') params.set('show', group)
  if (search) params.set('q', search)
  const text = params.toString()
  return text ? `?${text}` : ''
}

export function filterList(rows: readonly DeploymentSummary[], { group, search }: ListFilters): DeploymentSummary[] {
  const needle = search.toLowerCase()
  return rows.filter(
    (row) =>
      (group === 'all' || groupOf(row.state) === group) &&
      `${row.name} ${row.template.name} ${row.droplet?.name ?? ''} ${row.deploymentId}`.toLowerCase().includes(needle),
  )
}

export function countGroups(rows: readonly DeploymentSummary[]): Record<Group, number> {
  const counts = { all: rows.length, running: 0, progress: 0, stopped: 0, failed: 0 }
  for (const row of rows) {
    const group = groupOf(row.state)
    if (group) counts[group] += 1
  }
  return counts
}
