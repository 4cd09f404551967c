/** The templates table: its filters, held by the URL, and which rows an action can mean. Pure. */
import type { VerdictState } from '#components/status/template-status.ts'
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

/** The selected rows that an action means; the others are left alone and counted. */
export function splitFor(
  action: BulkAction,
  rows: readonly AdminTemplateRow[],
): { taken: AdminTemplateRow[]; left: AdminTemplateRow[] } {
  return { taken: rows.filter((row) => canTake(action, row)), left: rows.filter((row) => !canTake(action, row)) }
}
