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
import { Card } from '#components/ui/card.tsx'
import { Chip, Chips } from '#components/ui/chips.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { plural } from '#components/ui/format.ts'
import { PageHeader } from '#components/ui/page-header.tsx'
import { SearchInput } from '#components/ui/search-input.tsx'
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

  if (!data && !error) return <TemplatesSkeleton />
  const rows = data ?? []
  const found = rows.filter((row) => showsRow(filters.show, row))
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
      <FilterBar box={box} filters={filters} counts={data && countShows(data)} onChange={setFilters} />
      <p className="sr-only" aria-live="polite">
        {data && `${plural(found.length, 'template')} shown`}
      </p>
      {!data ? (
        <QueryError error={error} retry={refetch} />
      ) : found.length === 0 ? (
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
      <BulkBar rows={rows.filter((row) => selected.has(row.slug))} onClear={() => setSelected(NONE)} />
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
  /** Left out while nothing is known. */
  counts: Record<Show, number> | undefined
  onChange: (filters: TemplateFilters) => void
}

const FilterBar = ({ box, filters, counts, onChange }: FilterBarProps) => (
  <div className="flex flex-wrap items-center justify-between gap-3">
    <Chips legend="Show">
      {SHOWS.map((show) => (
        <Chip
          key={show}
          pressed={filters.show === show}
          count={counts?.[show]}
          onPress={() => onChange({ ...filters, show })}
        >
          {LABELS[show]}
        </Chip>
      ))}
    </Chips>
    <SearchInput
      ref={box}
      className="w-full sm:w-64"
      aria-label="Search templates"
      placeholder="Name, image, tag…"
      hotkey="/"
      value={filters.search}
      onChange={(event) => onChange({ ...filters, search: event.target.value })}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onChange({ ...filters, search: '' })
        if (event.key === 'ArrowDown' || event.key === 'Escape') event.currentTarget.blur()
      }}
    />
  </div>
)
