'use client'
import Link from 'next/link'
import { TemplateMark } from '#components/marketplace/template-mark.tsx'
import { UpstreamBadge, VerdictBadge, VersionBadge } from '#components/status/template-badges.tsx'
import { Badge, Card } from '#components/ui/card.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { AdminTemplateRow } from '#server/api/views-templates.ts'
import { verdictState } from './list-model.ts'
import { ROW_LINK } from './use-list-keys.ts'

interface TemplatesTableProps {
  rows: readonly AdminTemplateRow[]
  selected: ReadonlySet<string>
  onToggle: (slug: string) => void
  onToggleAll: () => void
}

const COLUMNS = ['Status', 'Checks', 'Version', 'Image', 'Deployments', 'Checked'] as const

/** A table on wide screens; on phones each row folds into three lines. */
export const TemplatesTable = ({ rows, selected, onToggle, onToggleAll }: TemplatesTableProps) => (
  <Card className="overflow-hidden">
    <table className="w-full text-left">
      <thead className="hidden border-b lg:table-header-group">
        <tr>
          <th scope="col" className="h-9 w-10 pl-4">
            <input
              type="checkbox"
              aria-label="Select all that are shown"
              className="block size-4 cursor-pointer accent-accent"
              checked={rows.length > 0 && rows.every((row) => selected.has(row.slug))}
              onChange={onToggleAll}
            />
          </th>
          <th scope="col" className="h-9 px-2 font-normal text-muted text-sm">
            Template
          </th>
          {COLUMNS.map((column) => (
            <th
              key={column}
              scope="col"
              className={`h-9 px-3 font-normal text-muted text-sm ${column === 'Image' ? 'hidden xl:table-cell' : ''}`}
            >
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="divide-y">
        {rows.map((row) => (
          <Row key={row.slug} row={row} selected={selected.has(row.slug)} onToggle={() => onToggle(row.slug)} />
        ))}
      </tbody>
    </table>
  </Card>
)

function Row({ row, selected, onToggle }: { row: AdminTemplateRow; selected: boolean; onToggle: () => void }) {
  return (
    <tr
      data-selected={selected || undefined}
      className="relative grid grid-cols-[auto_minmax(0,1fr)_auto] items-start gap-x-2 gap-y-1 px-4 py-2 hover:bg-hover data-selected:bg-accent-soft lg:table-row lg:h-11 lg:p-0"
    >
      <td className="relative z-10 max-lg:mt-1 lg:pl-4">
        <input
          type="checkbox"
          aria-label={`Select ${row.name}`}
          className="block size-4 cursor-pointer accent-accent"
          checked={selected}
          onChange={onToggle}
        />
      </td>
      <td className="min-w-0 lg:w-[30%] lg:max-w-0 lg:px-2">
        <Link
          href={`/admin/templates/${row.slug}`}
          {...{ [ROW_LINK]: row.slug }}
          className="flex min-w-0 items-center gap-2.5 rounded-control font-medium after:absolute after:inset-0 focus-visible:-outline-offset-2"
        >
          <TemplateMark name={row.name} className="size-6" />
          <span className="truncate">{row.name}</span>
          {row.isOfficial && (
            <Badge tone="accent" className="hidden sm:inline-flex">
              official
            </Badge>
          )}
        </Link>
        {row.upstream && row.upstream.status !== 'active' && (
          <p className="mt-1 flex min-w-0 flex-wrap items-center gap-x-2 pl-8.5 text-sm lg:flex-nowrap">
            <UpstreamBadge status={row.upstream.status} />
            {row.upstream.message && (
              <span className="line-clamp-2 text-muted lg:block lg:truncate" title={row.upstream.message}>
                {row.upstream.message}
              </span>
            )}
          </p>
        )}
      </td>
      <td className="max-lg:mt-0.5 lg:px-3">
        <VersionBadge status={row.status} />
      </td>
      <td className="col-start-2 pl-8.5 lg:px-3">
        <VerdictBadge verdict={verdictState(row)} />
      </td>
      <td className="hidden whitespace-nowrap px-3 font-mono text-sm lg:table-cell">
        v{row.version}
        {row.draftVersion !== null && <span className="text-muted"> · draft v{row.draftVersion}</span>}
      </td>
      <td
        title={row.image}
        className="hidden truncate px-3 font-mono text-muted text-sm xl:table-cell xl:w-[26%] xl:max-w-0"
      >
        {row.image}
      </td>
      <td className="hidden px-3 text-sm lg:table-cell">{row.deployments || <span className="text-muted">0</span>}</td>
      <td className="relative z-10 whitespace-nowrap text-right text-muted text-sm lg:px-3 lg:text-left">
        {row.validatedAt ? <RelativeTime at={row.validatedAt} /> : 'never'}
      </td>
    </tr>
  )
}
