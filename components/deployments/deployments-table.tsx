'use client'
import Link from 'next/link'
import { progressWords, running } from '#components/frame/running-model.ts'
import { TemplateMark } from '#components/marketplace/template-mark.tsx'
import { DeploymentStatus } from '#components/status/status-badge.tsx'
import { Card } from '#components/ui/card.tsx'
import { formatBytes } from '#components/ui/format.ts'
import { Meter } from '#components/ui/meter.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { STEPS } from '#db/schema/states.ts'
import type { DeploymentSummary } from '#server/api/views.ts'
import { WarningMark } from './template-warnings.tsx'

const COLUMNS = ['Name', 'Status', 'Template', 'Droplet', 'Memory', 'Age'] as const

/** A table on wide screens; on phones each row folds into two lines. */
export const DeploymentsTable = ({ rows }: { rows: readonly DeploymentSummary[] }) => (
  <Card className="overflow-hidden">
    <table className="w-full text-left">
      <thead className="hidden border-b md:table-header-group">
        <tr>
          {COLUMNS.map((column) => (
            <th key={column} scope="col" className="h-9 px-4 font-normal text-muted text-sm">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="divide-y">
        {rows.map((row) => (
          <Row key={row.deploymentId} row={row} />
        ))}
      </tbody>
    </table>
  </Card>
)

function Row({ row }: { row: DeploymentSummary }) {
  return (
    <tr className="relative grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 px-4 py-2 hover:bg-hover md:table-row md:h-11 md:p-0">
      <td className="min-w-0 md:max-w-0 md:w-[30%] md:px-4">
        <Link
          href={`/deployments/${row.deploymentId}`}
          className="flex items-center gap-2.5 rounded-control font-medium after:absolute after:inset-0"
        >
          <TemplateMark name={row.template.name} className="size-6" />
          <span className="truncate">{row.name}</span>
        </Link>
      </td>
      <td className="md:px-4 md:py-1.5">
        <Status row={row} />
      </td>
      <td className="hidden px-4 text-muted md:table-cell md:max-w-40 md:truncate">{row.template.name}</td>
      <td className="truncate pl-8.5 font-mono text-muted text-sm md:max-w-48 md:px-4">{row.droplet?.name ?? ''}</td>
      <td className="hidden whitespace-nowrap px-4 font-mono text-muted text-sm md:table-cell">
        {formatBytes(row.memoryBytes)}
      </td>
      <td className="relative z-10 text-right text-muted text-sm md:px-4 md:text-left">
        <RelativeTime at={row.createdAt} />
      </td>
    </tr>
  )
}

function Status({ row }: { row: DeploymentSummary }) {
  const busy = running([row]).length > 0
  return (
    <span className="grid gap-1">
      <DeploymentStatus state={row.state} className="whitespace-nowrap" />
      {busy && row.step && (
        <Meter
          value={row.step.index / STEPS.length}
          label={progressWords(row)}
          className="h-0.5 w-28"
          barClassName="fill-busy"
        />
      )}
      <WarningMark warnings={row.warnings} />
      {row.state === 'failed' && row.errorMessage && (
        <span className="hidden max-w-72 truncate text-bad text-sm md:block" title={row.errorMessage}>
          {row.errorMessage}
        </span>
      )}
    </span>
  )
}
