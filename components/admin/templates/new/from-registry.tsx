'use client'
import { useQuery } from '@tanstack/react-query'
import { Radio } from 'lucide-react'
import Link from 'next/link'
import { useDeferredValue, useState } from 'react'
import { UpstreamBadge } from '#components/status/template-badges.tsx'
import { useTRPC } from '#components/trpc/client.tsx'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { Badge } from '#components/ui/card.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { plural } from '#components/ui/format.ts'
import { SearchInput } from '#components/ui/search-input.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { UpstreamServerView } from '#server/api/views-templates.ts'
import { UpstreamSync } from '../registries/upstream-sync.tsx'
import type { WayProps } from './from-address.tsx'

const RESULTS_MAX = 50

/** Servers of the followed registries, from the local copy. */
export function FromRegistry({ propose, pending }: WayProps) {
  const trpc = useTRPC()
  const registries = useQuery(trpc.admin.upstream.list.queryOptions())
  const [text, setText] = useState('')
  const search = useDeferredValue(text.trim())
  const found = useQuery({
    ...trpc.admin.upstream.search.queryOptions({ search: search || undefined, limit: RESULTS_MAX }),
    enabled: (registries.data?.length ?? 0) > 0,
    placeholderData: (held) => held,
  })
  if (registries.error) return <QueryError error={registries.error} retry={registries.refetch} />
  if (!registries.data) return <Skeleton className="h-40" />
  if (registries.data.length === 0)
    return (
      <EmptyState
        icon={Radio}
        title="No registry is followed yet"
        action={
          <Button asChild tone="primary">
            <Link href="/admin/templates/registries">Add a registry</Link>
          </Button>
        }
      >
        Berth keeps a copy of what an MCP Registry lists, so that you can search it here and hear when a server is
        removed.
      </EmptyState>
    )
  return (
    <div className="grid grid-cols-1 gap-3">
      <ul className="grid grid-cols-1 gap-2">
        {registries.data.map((registry) => (
          <li key={registry.id} className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <p className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-2 max-sm:basis-full">
              <span className="min-w-0 font-medium [overflow-wrap:anywhere]">{registry.name}</span>
              <span className="whitespace-nowrap text-muted text-sm">{plural(registry.servers, 'server')}</span>
            </p>
            <UpstreamSync registry={registry} />
          </li>
        ))}
      </ul>
      <SearchInput
        inputClassName="h-9"
        aria-label="Search the registries"
        placeholder="Name or what it does…"
        autoFocus
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {found.error ? (
        <QueryError error={found.error} retry={found.refetch} />
      ) : !found.data ? (
        <Skeleton className="h-40" />
      ) : found.data.length === 0 ? (
        <p className="py-6 text-center text-muted">
          {search ? 'No server matches; try fewer words.' : 'Nothing is copied yet: sync a registry.'}
        </p>
      ) : (
        <ul className="divide-y rounded-control border">
          {found.data.map((server) => (
            <ServerRow
              key={server.id}
              server={server}
              pending={pending}
              pick={() => propose({ kind: 'upstream', serverId: server.id })}
            />
          ))}
        </ul>
      )}
    </div>
  )
}

const ServerRow = ({ server, pending, pick }: { server: UpstreamServerView; pending: boolean; pick: () => void }) => (
  <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
    <div className="min-w-0 flex-1 basis-64">
      <p className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
        <span className="font-medium [overflow-wrap:anywhere]">{server.title ?? server.name}</span>
        <span className="font-mono text-muted text-sm">{server.version}</span>
        {server.kinds.map((kind) => (
          <Badge key={kind}>{kind}</Badge>
        ))}
        {server.status !== 'active' && <UpstreamBadge status={server.status} />}
      </p>
      {server.title && <p className="truncate font-mono text-muted text-sm">{server.name}</p>}
      <p className="line-clamp-2 text-muted text-sm">{server.statusMessage ?? server.description}</p>
    </div>
    {server.template && (
      <Link
        href={`/admin/templates/${server.template.slug}`}
        className="text-accent text-sm underline-offset-2 hover:underline"
      >
        {server.template.upToDate ? 'imported' : 'imported, older'}
      </Link>
    )}
    <Button size="sm" disabled={pending} onClick={pick} aria-label={`Read ${server.title ?? server.name}`}>
      Read it
    </Button>
  </li>
)
