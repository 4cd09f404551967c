'use client'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { KeyRound, PackagePlus, Plus, Search } from 'lucide-react'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { type RefObject, useDeferredValue, useRef, useState } from 'react'
import { VERSION_STATUS } from '#components/status/template-status.ts'
import { useTRPC } from '#components/trpc/client.tsx'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { Card, Kbd } from '#components/ui/card.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { plural } from '#components/ui/format.ts'
import { Input } from '#components/ui/input.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { BulkBar } from './bulk-bar.tsx'
import {
  countShows,
  readTemplateFilters,
  SHOWS,
  type Show,
  showsRow,
  type TemplateFilters,
  writeTemplateFilters,
} from './list-model.ts'
import { TemplatesSkeleton } from './templates-skeleton.tsx'
import { TemplatesTable } from './templates-table.tsx'
import { useListKeys } from './use-list-keys.ts'

const PAGE_SIZE = 100
/** Verdicts of rows whose checks run are looked at again this often. */
const CHECKING_EVERY_MS = 2000

const NONE: ReadonlySet<string> = new Set()

export function TemplatesView() {
  const trpc = useTRPC()
  // The address follows what is typed; read back while typing, it would lag behind the keys.
  const params = useSearchParams()
  const [filters, setHeld] = useState(() => readTemplateFilters(params))
  const search = useDeferredValue(filters.search.trim())
  const { data, error, refetch } = useQuery({
    ...trpc.admin.templates.list.queryOptions(search === '' ? {} : { search }),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.some((row) => row.validating) ? CHECKING_EVERY_MS : false),
  })
  const [selected, setSelected] = useState(NONE)
  const [pages, setPages] = useState(1)
  const box = useRef<HTMLInputElement>(null)
  const toggle = (slug: string) => {
    const next = new Set(selected)
    if (!next.delete(slug)) next.add(slug)
    setSelected(next)
  }
  const setFilters = (next: TemplateFilters) => {
    setPages(1)
    setSelected(NONE)
    setHeld(next)
    history.replaceState(null, '', `${location.pathname}${writeTemplateFilters(next)}`)
  }
  useListKeys({ onSearch: () => box.current?.select(), onToggle: toggle, onClear: () => setSelected(NONE) })

  if (error && !data) return <QueryError error={error} retry={refetch} />
  if (!data) return <TemplatesSkeleton />
  const found = data.filter((row) => showsRow(filters.show, row))
  const shown = found.slice(0, pages * PAGE_SIZE)
  const toggleAll = () =>
    setSelected(shown.every((row) => selected.has(row.slug)) ? NONE : new Set(shown.map((r) => r.slug)))
  return (
    <div className="grid grid-cols-1 gap-5 pb-16">
      <PageHeader title="Templates">
        <div className="flex flex-wrap gap-2">
          <Button asChild>
            <Link href="/admin/templates/registries">
              <KeyRound /> Registries
            </Link>
          </Button>
          <Button asChild tone="primary">
            <Link href="/admin/templates/new">
              <Plus /> Add template
            </Link>
          </Button>
        </div>
      </PageHeader>
      <FilterBar box={box} filters={filters} counts={countShows(data)} onChange={setFilters} />
      <p className="sr-only" aria-live="polite">
        {plural(found.length, 'template')} shown
      </p>
      {found.length === 0 ? (
        <Card>
          <Nothing filters={filters} clear={() => setFilters({ show: 'all', search: '' })} />
        </Card>
      ) : (
        <TemplatesTable rows={shown} selected={selected} onToggle={toggle} onToggleAll={toggleAll} />
      )}
      {shown.length < found.length && (
        <Button className="justify-self-center" onClick={() => setPages(pages + 1)}>
          Show more of {found.length - shown.length}
        </Button>
      )}
      <BulkBar rows={data.filter((row) => selected.has(row.slug))} onClear={() => setSelected(NONE)} />
    </div>
  )
}

const Nothing = ({ filters, clear }: { filters: TemplateFilters; clear: () => void }) =>
  filters.show === 'all' && filters.search === '' ? (
    <EmptyState
      icon={PackagePlus}
      title="No templates yet"
      action={
        <Button asChild tone="primary">
          <Link href="/admin/templates/new">Add the first one</Link>
        </Button>
      }
    >
      A template says how one MCP server runs. Paste an image reference, and Berth fills in the rest.
    </EmptyState>
  ) : (
    <EmptyState icon={Search} title="No template matches" action={<Button onClick={clear}>Clear the filters</Button>} />
  )

const LABELS: Record<Show, string> = {
  all: 'All',
  draft: VERSION_STATUS.draft.label,
  published: VERSION_STATUS.published.label,
  deprecated: VERSION_STATUS.deprecated.label,
  withdrawn: VERSION_STATUS.withdrawn.label,
  attention: 'Needs a look',
}

interface FilterBarProps {
  box: RefObject<HTMLInputElement | null>
  filters: TemplateFilters
  counts: Record<Show, number>
  onChange: (filters: TemplateFilters) => void
}

const FilterBar = ({ box, filters, counts, onChange }: FilterBarProps) => (
  <div className="flex flex-wrap items-center justify-between gap-3">
    <fieldset className="scroll-thin -mx-1 flex min-w-0 gap-1 overflow-x-auto p-1">
      <legend className="sr-only">Show</legend>
      {SHOWS.map((show) => (
        <button
          key={show}
          type="button"
          aria-pressed={filters.show === show}
          onClick={() => onChange({ ...filters, show })}
          className="flex h-8 shrink-0 items-center gap-1.5 rounded-control border border-transparent px-3 text-muted transition-colors hover:bg-hover hover:text-ink aria-pressed:border-line aria-pressed:bg-surface aria-pressed:font-medium aria-pressed:text-ink"
        >
          {LABELS[show]} <span className="font-normal text-muted text-sm">{counts[show]}</span>
        </button>
      ))}
    </fieldset>
    <div className="relative w-full sm:w-64">
      <Search className="pointer-events-none absolute top-2 left-2.5 size-4 text-muted" aria-hidden />
      <Input
        ref={box}
        type="search"
        className="h-8 pr-8 pl-8"
        aria-label="Search templates"
        placeholder="Name, image, tag…"
        value={filters.search}
        onChange={(event) => onChange({ ...filters, search: event.target.value })}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onChange({ ...filters, search: '' })
          if (event.key === 'ArrowDown' || event.key === 'Escape') event.currentTarget.blur()
        }}
      />
      <Kbd className="pointer-events-none absolute top-1.5 right-1.5">/</Kbd>
    </div>
  </div>
)
