'use client'
import { useQuery } from '@tanstack/react-query'
import { PackageSearch, Search } from 'lucide-react'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useDeployments } from '#components/live/fleet-data.ts'
import { useTRPC } from '#components/trpc/client.tsx'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { Kbd } from '#components/ui/card.tsx'
import { Checkbox } from '#components/ui/checkbox.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { plural } from '#components/ui/format.ts'
import { NativeSelect } from '#components/ui/input.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { categoryLabel } from './card-model.ts'
import { applyFilters, categoriesOf, type Filters, NO_FILTERS, readFilters, SORTS, writeFilters } from './filters.ts'
import { MarketplaceSkeleton } from './marketplace-skeleton.tsx'
import { TemplateCard } from './template-card.tsx'

/** More cards than a person reads at once; the rest come with a click, so that a big catalogue stays quick. */
const PAGE_SIZE = 60

export function MarketplaceView() {
  const trpc = useTRPC()
  const templates = useQuery(trpc.templates.list.queryOptions())
  const me = useQuery(trpc.settings.me.queryOptions())
  const { data: deployments = [] } = useDeployments()
  const [filters, setFilters] = useUrlFilters()
  const [pages, setPages] = useState(1)

  if (templates.isError) return <QueryError error={templates.error} retry={templates.refetch} />
  if (!templates.data) return <MarketplaceSkeleton />
  const found = applyFilters(templates.data, filters)
  const shown = found.slice(0, pages * PAGE_SIZE)
  return (
    <div className="grid grid-cols-1 gap-5">
      <PageHeader title="Marketplace">
        <SearchBox count={templates.data.length} filters={filters} onChange={setFilters} />
      </PageHeader>
      {me.data && !me.data.cloudAccount && <NoCloudAccount />}
      <FilterBar categories={categoriesOf(templates.data)} filters={filters} onChange={setFilters} />
      <p className="sr-only" aria-live="polite">
        {plural(found.length, 'server')} shown
      </p>
      {found.length === 0 ? (
        <EmptyState
          icon={PackageSearch}
          title={templates.data.length === 0 ? 'The catalogue is empty' : 'No server matches'}
          action={
            templates.data.length > 0 && <Button onClick={() => setFilters(NO_FILTERS)}>Clear the filters</Button>
          }
        >
          {templates.data.length > 0 && 'Try fewer words, or another category.'}
        </EmptyState>
      ) : (
        <ul className="grid grid-cols-1 gap-4 sm:grid-cols-2 xl:grid-cols-3">
          {shown.map((template) => (
            <li key={template.slug} className="grid min-w-0">
              <TemplateCard template={template} deployments={deployments} />
            </li>
          ))}
        </ul>
      )}
      {shown.length < found.length && (
        <Button className="justify-self-center" onClick={() => setPages(pages + 1)}>
          Show {Math.min(PAGE_SIZE, found.length - shown.length)} more of {found.length - shown.length}
        </Button>
      )}
    </div>
  )
}

function useUrlFilters(): [Filters, (filters: Filters) => void] {
  const params = useSearchParams()
  // The server has nothing to say about a filter: the address changes without a request.
  return [
    readFilters(params),
    (filters) => history.replaceState(null, '', `${location.pathname}${writeFilters(filters)}`),
  ]
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

interface FilterProps {
  filters: Filters
  onChange: (filters: Filters) => void
}

function SearchBox({ count, filters, onChange }: FilterProps & { count: number }) {
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      const target = event.target as HTMLElement
      if (event.key !== '/' || event.ctrlKey || event.metaKey || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
        return
      if (target.closest('[role=dialog],[role=menu]')) return
      event.preventDefault()
      box.current?.focus()
      box.current?.select()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  const onEscape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return
    onChange({ ...filters, search: '' })
    box.current?.blur()
  }
  return (
    <div className="relative w-full sm:w-80">
      <Search className="pointer-events-none absolute top-2.5 left-3 size-4 text-muted" aria-hidden />
      <input
        ref={box}
        type="search"
        value={filters.search}
        onChange={(event) => onChange({ ...filters, search: event.target.value })}
        onKeyDown={onEscape}
        placeholder={`Search ${plural(count, 'server')}…`}
        aria-label="Search servers"
        className="h-9 w-full rounded-control border border-line-strong/60 bg-surface pr-9 pl-9 hover:border-line-strong focus-visible:border-accent focus-visible:outline-1 focus-visible:outline-offset-0"
      />
      <Kbd className="pointer-events-none absolute top-2 right-2">/</Kbd>
    </div>
  )
}

function FilterBar({ categories, filters, onChange }: FilterProps & { categories: string[] }) {
  return (
    <div className="flex flex-wrap items-center gap-x-5 gap-y-3">
      <fieldset className="scroll-thin -mx-1 flex min-w-0 gap-1 overflow-x-auto p-1">
        <legend className="sr-only">Category</legend>
        {[null, ...categories].map((category) => (
          <button
            key={category ?? ''}
            type="button"
            aria-pressed={filters.category === category}
            onClick={() => onChange({ ...filters, category })}
            className="h-8 shrink-0 rounded-control border border-transparent px-3 text-muted transition-colors hover:bg-hover hover:text-ink aria-pressed:border-line aria-pressed:bg-surface aria-pressed:font-medium aria-pressed:text-ink"
          >
            {category === null ? 'All' : categoryLabel(category)}
          </button>
        ))}
      </fieldset>
      <div className="flex flex-wrap items-center gap-x-5 gap-y-2 text-sm sm:ml-auto">
        <Checkbox
          checked={filters.official}
          onChange={(event) => onChange({ ...filters, official: event.target.checked })}
        >
          Official
        </Checkbox>
        <Checkbox checked={filters.free} onChange={(event) => onChange({ ...filters, free: event.target.checked })}>
          Runs free on my fleet
        </Checkbox>
        <label htmlFor="sort" className="flex items-center gap-2">
          <span className="text-muted">Sort</span>
          <NativeSelect
            id="sort"
            className="h-8 w-auto text-sm"
            value={filters.sort}
            onChange={(event) =>
              onChange({ ...filters, sort: SORTS.find(({ id }) => id === event.target.value)?.id ?? 'popular' })
            }
          >
            {SORTS.map((sort) => (
              <option key={sort.id} value={sort.id}>
                {sort.label}
              </option>
            ))}
          </NativeSelect>
        </label>
      </div>
    </div>
  )
}
