'use client'
import type { LucideIcon } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Card } from '#components/ui/card.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

interface ListCardProps<T> {
  title: string
  lead: string
  /** The one that adds to the list. */
  action: ReactNode
  /** As `useQuery` gives it. */
  query: { data: readonly T[] | undefined; error: unknown; refetch: () => void }
  /** In place of an empty list. */
  none: string
  /** One `<li>` with its key. */
  row: (item: T) => ReactNode
  /** The dialogs of the card. */
  children: ReactNode
}

/** What is kept of one kind: a heading with what adds to it, and a row each. */
export function ListCard<T>({ title, lead, action, query, none, row, children }: ListCardProps<T>) {
  const id = useId()
  const { data, error, refetch } = query
  return (
    <Card aria-labelledby={id}>
      <header className="grid gap-0.5 border-b px-4 py-3">
        <div className="flex items-center justify-between gap-4">
          <h2 id={id} className="font-semibold">
            {title}
          </h2>
          <div className="-my-1 shrink-0">{action}</div>
        </div>
        <p className="text-muted text-sm">{lead}</p>
      </header>
      {error && !data ? (
        <div className="p-4">
          <QueryError error={error} retry={refetch} />
        </div>
      ) : !data ? (
        <Skeleton className="m-4 h-16" />
      ) : data.length === 0 ? (
        <p className="px-4 py-6 text-muted">{none}</p>
      ) : (
        <ul className="divide-y">{data.map(row)}</ul>
      )}
      {children}
    </Card>
  )
}

interface ListRowProps {
  icon: LucideIcon
  /** What it is, in one or two lines. */
  children: ReactNode
  /** How it is, and what can be done with it; beneath what it is where there is no room beside it. */
  acts: ReactNode
}

export const ListRow = ({ icon: Icon, children, acts }: ListRowProps) => (
  <li className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-4 gap-y-2 px-4 py-2.5 lg:grid-cols-[auto_minmax(0,1fr)_minmax(0,auto)]">
    <Icon className="size-4 text-muted" aria-hidden />
    <div className="min-w-0">{children}</div>
    <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1 max-lg:col-start-2 lg:max-w-xl lg:justify-end">
      {acts}
    </div>
  </li>
)
