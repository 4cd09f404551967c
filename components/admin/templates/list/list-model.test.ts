import { describe, expect, it } from 'vitest'
import { VERSION_STATUSES } from '#db/template-content.ts'
import type { AdminTemplateRow } from '#server/api/views-templates.ts'
import {
  BULK_ACTIONS,
  canTake,
  countShows,
  readTemplateFilters,
  runningWords,
  splitFor,
  verdictState,
  whyNone,
  writeTemplateFilters,
} from './list-model.ts'

const row = (over: Partial<AdminTemplateRow> = {}): AdminTemplateRow => ({
  slug: 'weather',
  name: 'Weather',
  category: 'web',
  image: 'docker.io/acme/weather:1',
  status: 'published',
  version: 1,
  draftVersion: null,
  isOfficial: false,
  deployments: 0,
  verdict: 'pass',
  validating: false,
  validatedAt: null,
  upstream: null,
  updatedAt: new Date(0),
  ...over,
})

describe('the templates table', () => {
  it('keeps its filters in the address, and a plain table has a plain address', () => {
    for (const filters of [
      { show: 'draft', search: 'a b' },
      { show: 'attention', search: '' },
    ] as const)
      expect(readTemplateFilters(new URLSearchParams(writeTemplateFilters(filters)))).toEqual(filters)
    expect(writeTemplateFilters({ show: 'all', search: '' })).toBe('')
    expect(readTemplateFilters(new URLSearchParams('show=nonsense'))).toEqual({ show: 'all', search: '' })
  })

  it('counts what needs a look: failed checks and warnings from upstream, but nothing that is withdrawn already', () => {
    const deleted = { status: 'deleted', message: null } as const
    const counts = countShows([
      row(),
      row({ verdict: 'fail' }),
      row({ upstream: deleted }),
      row({ upstream: deleted, status: 'withdrawn' }),
      row({ upstream: { status: 'active', message: null }, status: 'draft' }),
    ])
    expect(counts).toEqual({ all: 5, draft: 1, published: 3, deprecated: 0, withdrawn: 1, attention: 2 })
  })

  it('says that checks run, even over an older verdict', () => {
    expect(verdictState(row({ validating: true }))).toBe('running')
    expect(verdictState(row({ verdict: null }))).toBe('none')
    expect(verdictState(row())).toBe('pass')
  })

  it('offers each action where it leads on', () => {
    const table = VERSION_STATUSES.map(
      (status) => `${status}: ${BULK_ACTIONS.filter((action) => canTake(action, row({ status }))).join(', ')}`,
    )
    expect(table).toMatchInlineSnapshot(`
      [
        "draft: validate, publish, withdraw",
        "published: validate, deprecate, withdraw",
        "deprecated: validate, publish, withdraw",
        "withdrawn: ",
      ]
    `)
    expect(canTake('publish', row({ draftVersion: 3 }))).toBe(true)
  })

  it('leaves alone the selected rows that an action does not mean', () => {
    const { taken, left } = splitFor('deprecate', [row(), row({ slug: 'new', status: 'draft' })])
    expect([taken.map((each) => each.slug), left.map((each) => each.slug)]).toEqual([['weather'], ['new']])
  })

  it('says why an action means none of them', () => {
    expect(whyNone('publish', [row()])).toBe('Published already, and no newer draft waits.')
    expect(whyNone('publish', [row({ status: 'withdrawn' })])).toContain('Withdrawn for good')
    expect(whyNone('deprecate', [row({ status: 'draft' })])).toBe('Only what is published can be meant.')
    expect(whyNone('publish', [row(), row({ status: 'draft' })])).toBeNull()
  })

  it('says before it withdraws how many deployments run it', () => {
    expect(runningWords('withdraw', [row({ deployments: 2 }), row({ name: 'Maps' })])).toBe(
      '2 deployments run what you withdraw and go on with a warning and can’t be redeployed: Weather 2.',
    )
    expect(runningWords('deprecate', [row({ deployments: 1 })])).toBe(
      '1 deployment runs what you deprecate and goes on with a note: Weather 1.',
    )
    expect(runningWords('withdraw', [row()])).toBe('No deployment runs it.')
  })
})
