import { describe, expect, it } from 'vitest'
import { card } from '#components/testing/rows.ts'
import {
  chipsOf,
  type Filters,
  follow,
  found,
  hold,
  NO_FILTERS,
  readFilters,
  SHOWN_MAX,
  sortsFor,
  wishOf,
  write,
  writeFilters,
} from './filters.ts'

const filters: Filters = {
  ...{ search: 'a b', category: 'files', tags: ['aws', 'c&d'], sort: 'name' },
  ...{ official: true, free: true },
}

describe('marketplace filters', () => {
  it('live in the URL and come back from it', () => {
    expect(readFilters(new URLSearchParams(writeFilters(filters)))).toEqual(filters)
    expect(writeFilters(NO_FILTERS)).toBe('')
    expect(readFilters(new URLSearchParams('sort=nonsense&category=&tag='))).toEqual(NO_FILTERS)
  })

  it('never ask the server for what it refuses, whatever stands in the address', () => {
    const read = readFilters(new URLSearchParams(`q=${'x'.repeat(999)}&tag=${'y'.repeat(41)}&${'tag=z&'.repeat(9)}`))
    expect(read.search).toHaveLength(200)
    expect(read.tags).toEqual(['z'])
  })

  it('ask for one more than is shown, and for as many as there are when the price decides', () => {
    expect(wishOf(NO_FILTERS)).toEqual({ limit: 61 })
    expect(wishOf({ ...filters, free: false }, 120)).toEqual({
      ...{ search: 'a b', category: 'files', tags: ['aws', 'c&d'], sort: 'name', official: true },
      limit: 121,
    })
    expect(wishOf(NO_FILTERS, 9000).limit).toBe(SHOWN_MAX + 1)
    expect(wishOf({ ...NO_FILTERS, free: true }).limit).toBe(500)
  })

  it('know whether there is more', () => {
    const paid = card({ slug: 'paid', cost: { kind: 'create', priceMonthlyMicros: 1, size: 's', region: 'r' } })
    expect(found([card(), paid], NO_FILTERS, 1)).toEqual({ templates: [card()], more: true })
    expect(found([card(), paid], NO_FILTERS, 2).more).toBe(false)
    expect(found([card(), paid], { ...NO_FILTERS, free: true }, 60).templates).toEqual([card()])
  })

  it('sort by relevance while searching, by popularity otherwise', () => {
    expect(sortsFor(NO_FILTERS)[0]).toEqual({ id: 'best', label: 'Popular' })
    expect(sortsFor({ ...NO_FILTERS, search: 'git' })[0]).toEqual({ id: 'best', label: 'Best match' })
  })

  it('keep a chip for a category of the address that is empty', () => {
    expect(chipsOf([{ category: 'ai', templates: 2 }], 'gone').map(({ category }) => category)).toEqual(['ai', 'gone'])
  })
})

describe('the address, which follows what is typed', () => {
  const typed = (search: string): Filters => ({ ...NO_FILTERS, search })

  it('never takes a letter back that it has not caught up with', () => {
    let held = write(write(write(hold(''), typed('g')), typed('gi')), typed('git'))
    for (const query of ['q=g', 'q=git']) {
      held = follow(held, query)
      expect(held.filters.search).toBe('git')
    }
    expect(held.written).toEqual([])
  })

  it('decides when a link changed it', () => {
    const held = follow(write(hold('q=x'), typed('xy')), 'tag=aws')
    expect(held.filters).toEqual({ ...NO_FILTERS, tags: ['aws'] })
    expect(follow(follow(write(hold(''), typed('a')), 'q=a'), '').filters).toEqual(NO_FILTERS)
  })
})
