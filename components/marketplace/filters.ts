/** The marketplace's filters: held by the URL, so that a view can be linked, reloaded and gone back to. Pure. */
import type { TemplateCard } from '#server/api/views.ts'

export const SORTS = [
  { id: 'popular', label: 'Popular' },
  { id: 'name', label: 'Name' },
  { id: 'memory', label: 'Least memory' },
] as const
export type Sort = (typeof SORTS)[number]['id']

export interface Filters {
  search: string
  /** null: all of them. */
  category: string | null
  sort: Sort
  official: boolean
  /** Only what fits a droplet that already stands. */
  free: boolean
}

export const NO_FILTERS: Filters = { search: '', category: null, sort: 'popular', official: false, free: false }

export const readFilters = (params: URLSearchParams): Filters => ({
  search: params.get('q') ?? '',
  category: params.get('category'),
  sort: SORTS.find((sort) => sort.id === params.get('sort'))?.id ?? 'popular',
  official: params.get('official') === '1',
  free: params.get('free') === '1',
})

/** Only what differs from the default, so that the plain page has a plain address. */
export function writeFilters(filters: Filters): string {
  const params = new URLSearchParams()
  if (filters.search) params.set('q', filters.search)
  if (filters.category) params.set('category', filters.category)
  if (filters.sort !== 'popular') params.set('sort', filters.sort)
  if (filters.official) params.set('official', '1')
  if (filters.free) params.set('free', '1')
  const text = params.toString()
  return text ? `?${text}` : ''
}

export const categoriesOf = (templates: readonly TemplateCard[]): string[] =>
  [...new Set(templates.map((template) => template.category))].sort((a, b) => a.localeCompare(b))

export function applyFilters(templates: readonly TemplateCard[], filters: Filters): TemplateCard[] {
  const words = filters.search.toLowerCase().split(/\s+/).filter(Boolean)
  return templates
    .filter((template) => filters.category === null || template.category === filters.category)
    .filter((template) => !filters.official || template.isOfficial)
    .filter((template) => !filters.free || template.cost.kind === 'existing')
    .map((template) => ({ template, rank: rank(template, words) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank || bySort(a.template, b.template, filters.sort))
    .map(({ template }) => template)
}

/** Every word must be found somewhere; a word in the name counts most. 0: not found. */
function rank(template: TemplateCard, words: string[]): number {
  const name = template.name.toLowerCase()
  const near = `${template.slug} ${template.category} ${template.tags.join(' ')}`.toLowerCase()
  const far = template.description.toLowerCase()
  let total = 1
  for (const word of words) {
    const found = name.startsWith(word)
      ? 8
      : name.includes(word)
        ? 4
        : near.includes(word)
          ? 2
          : far.includes(word)
            ? 1
            : 0
    if (found === 0) return 0
    total += found
  }
  return total
}

function bySort(a: TemplateCard, b: TemplateCard, sort: Sort): number {
  const byName = a.name.localeCompare(b.name)
  switch (sort) {
    case 'popular':
      return b.popularity - a.popularity || byName
    case 'name':
      return byName
    case 'memory':
      return a.memoryBytes - b.memoryBytes || byName
  }
}
