'use client'
import { X } from 'lucide-react'
import { Button } from '#components/ui/button.tsx'
import { Checkbox } from '#components/ui/checkbox.tsx'
import { NativeSelect } from '#components/ui/input.tsx'
import type { CategoryView } from '#server/api/views-templates.ts'
import { categoryLabel } from './card-model.ts'
import { chipsOf, type Filters, narrows, SORTS, sortsFor, totalOf } from './filters.ts'

interface FilterProps {
  filters: Filters
  onChange: (filters: Filters) => void
}

/** A row that scrolls on phones, and as many rows as it takes elsewhere. */
export function CategoryChips({
  categories,
  filters,
  onChange,
}: FilterProps & { categories: readonly CategoryView[] }) {
  const all = { category: null, templates: totalOf(categories) }
  const counted = !narrows(filters)
  return (
    <fieldset className="scroll-thin -mx-1 flex min-w-0 gap-1 overflow-x-auto p-1 md:flex-wrap md:overflow-visible">
      <legend className="sr-only">Category</legend>
      {[all, ...chipsOf(categories, filters.category)].map(({ category, templates }) => (
        <button
          key={category ?? ''}
          type="button"
          aria-pressed={filters.category === category}
          onClick={() => onChange({ ...filters, category })}
          className="flex h-8 shrink-0 items-center gap-1.5 rounded-control border border-transparent px-2.5 text-muted transition-colors hover:bg-hover hover:text-ink aria-pressed:border-line aria-pressed:bg-surface aria-pressed:font-medium aria-pressed:text-ink"
        >
          {category === null ? 'All' : categoryLabel(category)}
          {counted && <span className="font-normal text-muted text-sm">{templates}</span>}
        </button>
      ))}
    </fieldset>
  )
}

export const FilterBar = ({ filters, onChange }: FilterProps) => (
  <div className="flex flex-wrap items-center gap-x-5 gap-y-2 text-sm">
    {filters.tags.map((tag) => (
      <Button
        key={tag}
        size="sm"
        className="max-w-full"
        aria-label={`Remove the tag ${tag}`}
        onClick={() => onChange({ ...filters, tags: filters.tags.filter((each) => each !== tag) })}
      >
        <span className="truncate">#{tag}</span> <X />
      </Button>
    ))}
    <Checkbox checked={filters.official} onChange={(event) => onChange({ ...filters, official: event.target.checked })}>
      Official
    </Checkbox>
    <Checkbox checked={filters.free} onChange={(event) => onChange({ ...filters, free: event.target.checked })}>
      Runs free on my fleet
    </Checkbox>
    <label htmlFor="sort" className="flex items-center gap-2 sm:ml-auto">
      <span className="text-muted">Sort</span>
      <NativeSelect
        id="sort"
        className="h-8 w-auto text-sm"
        value={sortsFor(filters).some(({ id }) => id === filters.sort) ? filters.sort : 'best'}
        onChange={(event) =>
          onChange({ ...filters, sort: SORTS.find((sort) => sort === event.target.value) ?? 'best' })
        }
      >
        {sortsFor(filters).map(({ id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
      </NativeSelect>
    </label>
  </div>
)
