import { describe, expect, it } from 'vitest'
import { summary } from '#components/testing/rows.ts'
import { DEPLOYMENT_STATES } from '#db/schema/states.ts'
import { countGroups, filterList, groupOf, readListFilters, writeListFilters } from './list-model.ts'

const rows = [
  summary(),
  summary({ name: 'files', state: 'failed' }),
  summary({ state: 'queued' }),
  summary({ state: 'stopped' }),
]

describe('the list of deployments', () => {
  it('puts every state but those that are gone into one group', () => {
    expect(DEPLOYMENT_STATES.filter((state) => groupOf(state) === null)).toEqual(['deleted'])
  })

  it('keeps its filters in the URL', () => {
    const filters = { group: 'failed', search: 'a b' } as const
    expect(readListFilters(new URLSearchParams(writeListFilters(filters)))).toEqual(filters)
    expect(writeListFilters({ group: 'all', search: '' })).toBe('')
    expect(readListFilters(new URLSearchParams('show=odd')).group).toBe('all')
  })

  it('finds by name, template, droplet and id', () => {
    const find = (search: string) => filterList(rows, { group: 'all', search }).length
    expect([find('FILES'), find('nyc3'), find('memory'), find('nothing')]).toEqual([1, 4, 4, 0])
    expect(filterList(rows, { group: 'failed', search: '' }).map((row) => row.name)).toEqual(['files'])
  })

  it('counts each group', () =>
    expect(countGroups(rows)).toEqual({ all: 4, running: 1, progress: 1, stopped: 1, failed: 1 }))
})
