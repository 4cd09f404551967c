'use client'
import { X } from 'lucide-react'
import { Button } from '#components/ui/button.tsx'
import { Checkbox } from '#components/ui/checkbox.tsx'
import { Chip, Chips } from '#components/ui/chips.tsx'
import { NativeSelect } from '#components/ui/input.tsx'
import type { CategoryView } from '#server/api/views-templates.ts'
import { categoryLabel } from './card-model.ts'
import { chipsOf, type Filters, narrows, SORTS, sortsFor, totalOf } from './filters.ts'

interface FilterProps {
  filters: Filters
  onChange: (filters: Filters) => void
}

export function CategoryChips({
  categories,
  filters,
  onChange,
}: FilterProps & { categories: readonly CategoryView[] }) {
  const all = { category: null, templates: totalOf(categories) }
  const counted = !narrows(filters)
  return (
    <Chips legend="Category">
      {[all, ...chipsOf(categories, filters.category)].map(({ category, templates }) => (
        <Chip
          key={category ?? ''}
          pressed={filters.category === category}
          count={counted ? templates : undefined}
          onPress={() => onChange({ ...filters, category })}
        >
          {category === null ? 'All' : categoryLabel(category)}
        </Chip>
      ))}
    </Chips>
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
