'use client'
import { useQuery } from '@tanstack/react-query'
import { PackageSearch } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { useDeployments } from '#components/live/fleet-data.ts'
import { useTRPC } from '#components/trpc/client.tsx'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { cn } from '#components/ui/cn.ts'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { plural } from '#components/ui/format.ts'
import { Notice } from '#components/ui/notice.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { DeploymentSummary } from '#server/api/views.ts'
import { CategoryChips, FilterBar } from './filter-bar.tsx'
import { type Filters, type Found, NO_FILTERS, PAGE_SIZE, SHOWN_MAX, totalOf } from './filters.ts'
import { CardsSkeleton } from './marketplace-skeleton.tsx'
import { SearchBox } from './search-box.tsx'
import { TemplateCard } from './template-card.tsx'
import { useFilters } from './use-filters.ts'
import { useTemplates } from './use-templates.ts'

export function MarketplaceView() {
  const trpc = useTRPC()
  const [filters, setHeld] = useFilters()
  const [pages, setPages] = useState(1)
  const { found, error, refetch, busy } = useTemplates(filters, pages * PAGE_SIZE)
  const { data: categories } = useQuery(trpc.templates.categories.queryOptions())
  const me = useQuery(trpc.settings.me.queryOptions())
  const { data: deployments = [] } = useDeployments()
  const setFilters = (next: Filters) => {
    setPages(1)
    setHeld(next)
  }
  return (
    <div className="grid grid-cols-1 gap-5">
      <PageHeader title="Marketplace">
        <SearchBox
          value={filters.search}
          onChange={(search) => setFilters({ ...filters, search })}
          count={categories ? totalOf(categories) : null}
          busy={busy && found !== undefined}
        />
      </PageHeader>
      {me.data && !me.data.cloudAccount && <NoCloudAccount />}
      <div className="grid gap-3">
        {categories ? (
          <CategoryChips categories={categories} filters={filters} onChange={setFilters} />
        ) : (
          <Skeleton className="h-10" />
        )}
        <FilterBar filters={filters} onChange={setFilters} />
      </div>
      {error && !found ? (
        <QueryError error={error} retry={refetch} />
      ) : found ? (
        <Results
          found={found}
          busy={busy}
          deployments={deployments}
          onMore={() => setPages(pages + 1)}
          onClear={() => setFilters(NO_FILTERS)}
        />
      ) : (
        <CardsSkeleton />
      )}
    </div>
  )
}

interface ResultsProps {
  found: Found
  busy: boolean
  deployments: readonly DeploymentSummary[]
  onMore: () => void
  onClear: () => void
}

function Results({ found: { templates, more }, busy, deployments, onMore, onClear }: ResultsProps) {
  const count = `${more ? 'more than ' : ''}${plural(templates.length, 'server')}`
  return (
    <section aria-label="Servers" aria-busy={busy || undefined} className="grid grid-cols-1 gap-5">
      <p className="sr-only" aria-live="polite">
        {!busy && `${count} found`}
      </p>
      {templates.length === 0 ? (
        <EmptyState
          icon={PackageSearch}
          title="No server matches"
          action={<Button onClick={onClear}>Clear the filters</Button>}
        >
          Try fewer words, or another category.
        </EmptyState>
      ) : (
        <ul
          className={cn(
            'grid grid-cols-1 gap-4 transition-opacity duration-150 sm:grid-cols-2 xl:grid-cols-3',
            busy && 'opacity-60',
          )}
        >
          {templates.map((template) => (
            <li key={template.slug} className="grid min-w-0">
              <TemplateCard template={template} deployments={deployments} />
            </li>
          ))}
        </ul>
      )}
      {more &&
        (templates.length < SHOWN_MAX ? (
          <Button className="justify-self-center" pending={busy} onClick={onMore}>
            Show more
          </Button>
        ) : (
          <p className="text-center text-muted">
            The first {templates.length}. Search, or choose a category, for the others.
          </p>
        ))}
    </section>
  )
}

const NoCloudAccount = () => (
  <Notice
    tone="warn"
    title="No cloud account yet"
    action={
      <Button asChild size="sm">
        <Link href="/settings?tab=cloud">Add a token</Link>
      </Button>
    }
  >
    Berth puts servers on your own DigitalOcean droplets; for that it needs a token.
  </Notice>
)
