'use client'
import { LayoutGrid, List, Server } from 'lucide-react'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { useDroplets } from '#components/live/fleet-data.ts'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { formatBytes, plural } from '#components/ui/format.ts'
import { PageHeader } from '#components/ui/page-header.tsx'
import { DropletsSkeleton } from './droplets-skeleton.tsx'
import { DropletsTable } from './droplets-table.tsx'
import { FleetMap } from './fleet-map.tsx'
import { totals } from './fleet-model.ts'

export function DropletsView() {
  const { data, error, refetch } = useDroplets()
  const view = useSearchParams().get('view') === 'list' ? 'list' : 'map'
  if (error && !data) return <QueryError error={error} retry={refetch} />
  if (!data) return <DropletsSkeleton />
  const droplets = data.filter((droplet) => droplet.state !== 'deleted')
  if (droplets.length === 0)
    return (
      <div>
        <PageHeader title="Droplets" />
        <EmptyState
          icon={Server}
          title="No droplets yet"
          action={
            <>
              <Button asChild tone="primary">
                <Link href="/marketplace">Deploy a server</Link>
              </Button>
              <Button asChild>
                <Link href="/droplets/plan">Plan a fleet</Link>
              </Button>
            </>
          }
        >
          Berth makes a droplet in your DigitalOcean account when the first server needs one. Its price is shown before.
        </EmptyState>
      </div>
    )
  const sum = totals(droplets)
  return (
    <div className="grid grid-cols-1 gap-5">
      <PageHeader
        title="Droplets"
        lead={
          <>
            {plural(sum.droplets, 'droplet')}, {formatBytes(sum.reservedMemoryBytes)} of{' '}
            {formatBytes(sum.usableMemoryBytes)} usable memory reserved,{' '}
            <span className="font-mono text-sm">{sum.monthly}</span>
          </>
        }
      >
        <div className="flex flex-wrap items-center gap-2">
          <Button asChild>
            <Link href="/droplets/plan">Plan a fleet</Link>
          </Button>
          <ViewSwitch view={view} />
        </div>
      </PageHeader>
      {view === 'map' ? <FleetMap droplets={droplets} /> : <DropletsTable droplets={droplets} />}
    </div>
  )
}

const VIEWS = [
  { id: 'map', label: 'Map', icon: LayoutGrid },
  { id: 'list', label: 'List', icon: List },
] as const

const ViewSwitch = ({ view }: { view: 'map' | 'list' }) => (
  <fieldset className="flex rounded-control border bg-surface p-0.5">
    <legend className="sr-only">View</legend>
    {VIEWS.map(({ id, label, icon: Icon }) => (
      <button
        key={id}
        type="button"
        aria-pressed={view === id}
        onClick={() =>
          history.replaceState(null, '', id === 'map' ? location.pathname : `${location.pathname}?view=${id}`)
        }
        className="flex h-7 items-center gap-1.5 rounded-[4px] px-2.5 text-muted text-sm aria-pressed:bg-hover aria-pressed:font-medium aria-pressed:text-ink"
      >
        <Icon className="size-4" aria-hidden /> {label}
      </button>
    ))}
  </fieldset>
)
