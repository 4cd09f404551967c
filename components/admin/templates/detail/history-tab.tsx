'use client'
import { useQuery } from '@tanstack/react-query'
import { History } from 'lucide-react'
import { useState } from 'react'
import { VerdictBadge } from '#components/status/template-badges.tsx'
import { TRIGGER_WORDS } from '#components/status/template-status.ts'
import { useTRPC } from '#components/trpc/client.tsx'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Dialog, SheetContent } from '#components/ui/dialog.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { formatDuration } from '#components/ui/format.ts'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { ValidationView } from '#server/api/views-templates.ts'
import { countVerdicts, countWords, runState } from './checks-model.ts'
import { ChecksReport, FactsList } from './checks-report.tsx'

export function HistoryTab({ slug }: { slug: string }) {
  const trpc = useTRPC()
  const runs = useQuery(trpc.admin.templates.validations.queryOptions({ slug }))
  const [open, setOpen] = useState<ValidationView | null>(null)
  if (runs.error && !runs.data)
    return (
      <div className="p-4">
        <QueryError error={runs.error} retry={runs.refetch} />
      </div>
    )
  if (!runs.data) return <Skeleton className="m-4 h-40" />
  if (runs.data.length === 0)
    return (
      <EmptyState icon={History} title="No runs yet">
        Each run of the checks is kept here.
      </EmptyState>
    )
  return (
    <>
      <ul className="divide-y">
        {runs.data.map((run) => (
          <li key={run.id} className="relative grid gap-1 px-4 py-2.5 hover:bg-hover">
            <div className="flex items-center justify-between gap-3">
              <button
                type="button"
                onClick={() => setOpen(run)}
                className="flex items-center gap-2 rounded-control after:absolute after:inset-0"
              >
                <span className="font-mono text-sm">v{run.version}</span>
                <VerdictBadge verdict={runState(run)} />
                <span className="sr-only">, open this run</span>
              </button>
              <span className="relative z-10 text-muted text-sm">
                <RelativeTime at={run.startedAt} />
              </span>
            </div>
            <p className="flex flex-wrap justify-between gap-x-3 text-muted text-sm">
              <span>
                {TRIGGER_WORDS[run.trigger]}: {countWords(countVerdicts(run.checks)) || 'nothing yet'}
              </span>
              {run.endedAt && (
                <span className="font-mono">{formatDuration(run.endedAt.getTime() - run.startedAt.getTime())}</span>
              )}
            </p>
          </li>
        ))}
      </ul>
      <Dialog open={open !== null} onOpenChange={(next) => !next && setOpen(null)}>
        <SheetContent title={open ? `Checks of version ${open.version}` : ''} className="max-w-lg">
          {open && (
            <div className="-mx-5 divide-y border-y">
              <ChecksReport checks={open.checks} />
              <FactsList facts={open.facts} />
            </div>
          )}
        </SheetContent>
      </Dialog>
    </>
  )
}
