/** The templates table: its filters, held by the URL, and which rows an action can mean. Pure. */
import type { VerdictState } from '#components/status/template-status.ts'
import { plural } from '#components/ui/format.ts'
import { VERSION_STATUSES, type VersionStatus } from '#db/template-content.ts'
import type { AdminTemplateRow } from '#server/api/views-templates.ts'

export const SHOWS = ['all', ...VERSION_STATUSES, 'attention'] as const
export type Show = (typeof SHOWS)[number]

export interface TemplateFilters {
  show: Show
  search: string
}

export const readTemplateFilters = (params: URLSearchParams): TemplateFilters => ({
  show: SHOWS.find((show) => show === params.get('show')) ?? 'all',
  search: params.get('q') ?? '',
})

export function writeTemplateFilters({ show, search }: TemplateFilters): string {
  const params = new URLSearchParams()
  if (show !== 'all') params.set('show', show)
  if (search) params.set('q', search)
  const text = params.toString()
  return text ? `?${text}` : ''
}

/** Something that an admin should look at: a check that fails, or a warning from upstream. */
export const needsAttention = (row: AdminTemplateRow): boolean =>
  row.status !== 'withdrawn' && (row.verdict === 'fail' || (row.upstream !== null && row.upstream.status !== 'active'))

export const showsRow = (show: Show, row: AdminTemplateRow): boolean =>
  show === 'all' || (show === 'attention' ? needsAttention(row) : row.status === show)

export function countShows(rows: readonly AdminTemplateRow[]): Record<Show, number> {
  const counts = Object.fromEntries(SHOWS.map((show) => [show, 0])) as Record<Show, number>
  for (const row of rows) for (const show of SHOWS) if (showsRow(show, row)) counts[show] += 1
  return counts
}

export const verdictState = (row: Pick<AdminTemplateRow, 'verdict' | 'validating'>): VerdictState =>
  row.validating ? 'running' : (row.verdict ?? 'none')

export const BULK_ACTIONS = ['validate', 'publish', 'deprecate', 'withdraw'] as const
export type BulkAction = (typeof BULK_ACTIONS)[number]

/** From which statuses an action leads on. A newer draft of a published template can be published too. */
const FROM: Record<BulkAction, readonly VersionStatus[]> = {
  validate: ['draft', 'published', 'deprecated'],
  publish: ['draft', 'deprecated'],
  deprecate: ['published'],
  withdraw: ['draft', 'published', 'deprecated'],
}

export const canTake = (action: BulkAction, row: AdminTemplateRow): boolean =>
  FROM[action].includes(row.status) || (action === 'publish' && row.draftVersion !== null && row.status !== 'withdrawn')

/** Why an action means none of the selected rows; null: it means some. */
export function whyNone(action: BulkAction, rows: readonly AdminTemplateRow[]): string | null {
  if (rows.some((row) => canTake(action, row))) return null
  if (rows.every(({ status }) => status === 'withdrawn')) return 'Withdrawn for good: save a new version of it first.'
  return action === 'publish'
    ? 'Published already, and no newer draft waits.'
    : `Only what is ${FROM[action].join(' or ')} can be meant.`
}

/** Who is concerned when these are withdrawn or deprecated. */
export function runningWords(action: 'deprecate' | 'withdraw', rows: readonly AdminTemplateRow[]): string {
  const count = rows.reduce((sum, { deployments }) => sum + deployments, 0)
  if (count === 0) return rows.length === 1 ? 'No deployment runs it.' : 'No deployment runs any of them.'
  const many = count !== 1
  const named = rows.filter(({ deployments }) => deployments > 0).map((row) => `${row.name} ${row.deployments}`)
  const then = {
    deprecate: `${many ? 'go' : 'goes'} on with a note`,
    withdraw: `${many ? 'go' : 'goes'} on with a warning and can’t be redeployed`,
  }[action]
  return `${plural(count, 'deployment')} ${many ? 'run' : 'runs'} what you ${action} and ${then}: ${named.join(', ')}.`
}

/** The selected rows that an action means; the others are left alone and counted. */
export function splitFor(
  action: BulkAction,
  rows: readonly AdminTemplateRow[],
): { taken: AdminTemplateRow[]; left: AdminTemplateRow[] } {
  return { taken: rows.filter((row) => canTake(action, row)), left: rows.filter((row) => !canTake(action, row)) }
}
