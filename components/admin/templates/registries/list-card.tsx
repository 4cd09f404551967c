'use client'
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
      <header className="flex flex-wrap items-center justify-between gap-3 border-b px-4 py-3">
        <div className="min-w-0 flex-1 basis-64">
          <h2 id={id} className="font-semibold">
            {title}
          </h2>
          <p className="text-muted text-sm">{lead}</p>
        </div>
        {action}
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
