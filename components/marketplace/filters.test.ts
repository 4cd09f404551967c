import { describe, expect, it } from 'vitest'
import { card } from '#components/testing/rows.ts'
import { applyFilters, categoriesOf, NO_FILTERS, readFilters, writeFilters } from './filters.ts'

const memory = card({ popularity: 5 })
const files = card({
  slug: 'filesystem',
  name: 'Filesystem',
  description: 'Reads and writes files in memory of a volume',
  category: 'Files',
  isOfficial: false,
  popularity: 50,
  memoryBytes: 1,
  cost: { kind: 'create', priceMonthlyMicros: 1, size: 's', region: 'r' },
})
const all = [memory, files]
const slugs = (over: Partial<typeof NO_FILTERS>) =>
  applyFilters(all, { ...NO_FILTERS, ...over }).map((each) => each.slug)

describe('marketplace filters', () => {
  it('live in the URL and come back from it', () => {
    const filters = { search: 'a b', category: 'Files', sort: 'name', official: true, free: true } as const
    expect(readFilters(new URLSearchParams(writeFilters(filters)))).toEqual(filters)
    expect(writeFilters(NO_FILTERS)).toBe('')
    expect(readFilters(new URLSearchParams('sort=nonsense'))).toEqual(NO_FILTERS)
  })

  it('find every word somewhere, the name first', () => {
    expect(slugs({ search: 'memory' })).toEqual(['memory', 'filesystem'])
    expect(slugs({ search: 'files volume' })).toEqual(['filesystem'])
    expect(slugs({ search: 'nothing' })).toEqual([])
  })

  it.each([
    ['popular', ['filesystem', 'memory']],
    ['name', ['filesystem', 'memory']],
    ['memory', ['filesystem', 'memory']],
  ] as const)('sort by %s', (sort, expected) => expect(slugs({ sort })).toEqual(expected))

  it('narrow by category, by official and by what runs free', () => {
    expect(slugs({ category: 'Files' })).toEqual(['filesystem'])
    expect(slugs({ official: true })).toEqual(['memory'])
    expect(slugs({ free: true })).toEqual(['memory'])
    expect(categoriesOf(all)).toEqual(['Files', 'Memory'])
  })
})
