'use client'
import { Search } from 'lucide-react'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { useDeployments } from '#components/live/fleet-data.ts'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { Card } from '#components/ui/card.tsx'
import { Chip, Chips } from '#components/ui/chips.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { SearchInput } from '#components/ui/search-input.tsx'
import { DeploymentsSkeleton } from './deployments-skeleton.tsx'
import { DeploymentsTable } from './deployments-table.tsx'
import { FirstVisit } from './first-visit.tsx'
import {
  countGroups,
  filterList,
  GROUP_LABELS,
  GROUPS,
  type ListFilters,
  readListFilters,
  writeListFilters,
} from './list-model.ts'

const PAGE_SIZE = 100

export function DeploymentsView() {
  const { data, error, refetch } = useDeployments()
  const params = useSearchParams()
  const filters = readListFilters(params)
  const [pages, setPages] = useState(1)
  const setFilters = (next: ListFilters) => {
    setPages(1)
    history.replaceState(null, '', `${location.pathname}${writeListFilters(next)}`)
  }
  if (error && !data) return <QueryError error={error} retry={refetch} />
  if (!data) return <DeploymentsSkeleton />
  if (data.length === 0) return <FirstVisit />
  const found = filterList(data, filters)
  const shown = found.slice(0, pages * PAGE_SIZE)
  return (
    <div className="grid grid-cols-1 gap-5">
      <PageHeader title="Deployments">
        <Button asChild tone="primary">
          <Link href="/marketplace">Deploy a server</Link>
        </Button>
      </PageHeader>
      <FilterBar filters={filters} counts={countGroups(data)} onChange={setFilters} />
      {found.length === 0 ? (
        <Card>
          <EmptyState
            icon={Search}
            title="No deployment matches"
            action={<Button onClick={() => setFilters({ group: 'all', search: '' })}>Clear the filters</Button>}
          />
        </Card>
      ) : (
        <DeploymentsTable rows={shown} />
      )}
      {shown.length < found.length && (
        <Button className="justify-self-center" onClick={() => setPages(pages + 1)}>
          Show more of {found.length - shown.length}
        </Button>
      )}
    </div>
  )
}

interface FilterBarProps {
  filters: ListFilters
  counts: ReturnType<typeof countGroups>
  onChange: (filters: ListFilters) => void
}

const FilterBar = ({ filters, counts, onChange }: FilterBarProps) => (
  <div className="flex flex-wrap items-center justify-between gap-3">
    <Chips legend="Show">
      {GROUPS.map((group) => (
        <Chip
          key={group}
          pressed={filters.group === group}
          count={counts[group]}
          onPress={() => onChange({ ...filters, group })}
        >
          {GROUP_LABELS[group]}
        </Chip>
      ))}
    </Chips>
    <SearchInput
      className="w-full sm:w-64"
      aria-label="Search deployments"
      placeholder="Name, template, droplet…"
      value={filters.search}
      onChange={(event) => onChange({ ...filters, search: event.target.value })}
    />
  </div>
)
