/** The marketplace's filters: held by the URL, so that a view can be linked, reloaded and gone back to. Pure. */
import type { CategoryView, TemplateCard } from '#server/api/views-templates.ts'

/** `best`: by relevance while searching, else by popularity. */
export const SORTS = ['best', 'popular', 'name', 'new'] as const
export type Sort = (typeof SORTS)[number]

export interface Filters {
  search: string
  /** null: all of them. */
  category: string | null
  /** A server must have each. */
  tags: string[]
  sort: Sort
  official: boolean
  /** Only what fits a droplet that already stands. */
  free: boolean
}

export const NO_FILTERS: Filters = { search: '', category: null, tags: [], sort: 'best', official: false, free: false }

/** What the server takes (`templates.list`). */
const SEARCH_MAX = 200
const TAG_MAX = 40
const TAGS_MAX = 20

export const readFilters = (params: URLSearchParams): Filters => ({
  search: (params.get('q') ?? '').slice(0, SEARCH_MAX),
  category: params.get('category')?.slice(0, 100) || null,
  tags: [...new Set(params.getAll('tag').filter((tag) => tag !== '' && tag.length <= TAG_MAX))].slice(0, TAGS_MAX),
  sort: SORTS.find((sort) => sort === params.get('sort')) ?? 'best',
  official: params.get('official') === '1',
  free: params.get('free') === '1',
})

/** Only what differs from the default, so that the plain page has a plain address. */
export function writeFilters(filters: Filters): string {
  const params = new URLSearchParams()
  if (filters.search) params.set('q', filters.search)
  if (filters.category) params.set('category', filters.category)
  for (const tag of filters.tags) params.append('tag', tag)
  if (filters.sort !== 'best') params.set('sort', filters.sort)
  if (filters.official) params.set('official', '1')
  if (filters.free) params.set('free', '1')
  const text = params.toString()
  return text ? `?${text}` : ''
}

/** The page of one tag. */
export const tagAddress = (tag: string): string => `/marketplace${writeFilters({ ...NO_FILTERS, tags: [tag] })}`

/** The address and what was typed, which is ahead of it: the address follows a moment later. */
export interface Held {
  filters: Filters
  /** The address that was last seen. */
  seen: string
  /** What was written and has not been seen yet, oldest first. */
  written: string[]
}

export const hold = (query: string): Held => ({
  filters: readFilters(new URLSearchParams(query)),
  seen: query,
  written: [],
})

export function write(held: Held, filters: Filters): Held {
  const query = writeFilters(filters).slice(1)
  const last = held.written.at(-1) ?? held.seen
  return { ...held, filters, written: query === last ? held.written : [...held.written, query] }
}

/** The address changed: by what was written here, or by a link, which then decides. */
export function follow(held: Held, query: string): Held {
  const at = held.written.indexOf(query)
  return at < 0 ? hold(query) : { ...held, seen: query, written: held.written.slice(at + 1) }
}

export const PAGE_SIZE = 60
/** `templates.list` gives no more at once. */
const LIST_MAX = 500
/** One less than the most that can be asked for: one more than is shown tells whether there is more. */
export const SHOWN_MAX = LIST_MAX - 1

/** What `templates.list` is asked for `shown` cards of these filters. */
export function wishOf(filters: Filters, shown = PAGE_SIZE) {
  const { category, tags, official, sort, free } = filters
  const search = filters.search.trim()
  return {
    ...(search && { search }),
    ...(category && { category }),
    ...(tags.length > 0 && { tags }),
    ...(official && { official }),
    ...(sort !== 'best' && { sort }),
    // What it costs is known only of what came: many are asked for where few are kept.
    limit: free ? LIST_MAX : Math.min(shown, SHOWN_MAX) + 1,
  }
}

export interface Found {
  templates: TemplateCard[]
  /** There are more than these. */
  more: boolean
}

export function found(templates: readonly TemplateCard[], { free }: Filters, shown: number): Found {
  const kept = free ? templates.filter((template) => template.cost.kind === 'existing') : templates
  return { templates: kept.slice(0, Math.min(shown, SHOWN_MAX)), more: kept.length > Math.min(shown, SHOWN_MAX) }
}

/** Anything beyond a category that narrows: then the counts of the categories would be of something else. */
export const narrows = ({ search, tags, official, free }: Filters): boolean =>
  search.trim() !== '' || tags.length > 0 || official || free

export const sortsFor = (filters: Filters): { id: Sort; label: string }[] => {
  const rest = [
    { id: 'name', label: 'Name' },
    { id: 'new', label: 'Newest' },
  ] as const
  return filters.search.trim() === ''
    ? [{ id: 'best', label: 'Popular' }, ...rest]
    : [{ id: 'best', label: 'Best match' }, { id: 'popular', label: 'Popular' }, ...rest]
}

/** The one that is chosen has a chip, also when nothing is in it any more. */
export function chipsOf(categories: readonly CategoryView[], chosen: string | null): CategoryView[] {
  const there = chosen === null || categories.some(({ category }) => category === chosen)
  return there ? [...categories] : [...categories, { category: chosen, templates: 0 }]
}

export const totalOf = (categories: readonly CategoryView[]): number =>
  categories.reduce((sum, { templates }) => sum + templates, 0)
