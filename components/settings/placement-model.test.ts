import { describe, expect, it } from 'vitest'
import type { PlacementSettings } from '#db/placement-preferences.ts'
import {
  isSame,
  lacksPlace,
  problems,
  reached,
  readLimit,
  wishesOf,
  withStrategy,
  withWeight,
  withWish,
  writeLimit,
} from './placement-model.ts'

const settings: PlacementSettings = {
  strategy: 'balanced',
  weights: null,
  place: null,
  latency: 'distance',
  preferredRegions: [],
  forbiddenRegions: [],
  preferredDroplets: [],
  forbiddenDroplets: [],
  preferredSizes: [],
  forbiddenSizes: [],
  provisioning: {
    enabled: true,
    maxDropletsPerUser: null,
    preferredRegions: [],
    defaultSize: null,
    autoScaleEnabled: true,
    monthlyBudgetUsd: null,
  },
}
const even = { resources: 2, load: 2, location: 2, cost: 2, redundancy: 1, preferences: 1 }

describe('placement settings', () => {
  it('a moved slider makes all six the person’s own, and a preset takes them back', () => {
    const own = withWeight(settings, even, 'cost', 7)
    expect(own.weights).toEqual({ ...even, cost: 7 })
    expect(withStrategy(own, 'spread')).toMatchObject({ strategy: 'spread', weights: null })
  })

  it('an entry is preferred, forbidden or neither, never both', () => {
    const preferred = withWish(settings, 'regions', 'nyc3', 'prefer')
    expect(wishesOf(preferred, 'regions')).toEqual({ prefer: ['nyc3'], forbid: [] })
    const forbidden = withWish(preferred, 'regions', 'nyc3', 'forbid')
    expect(wishesOf(forbidden, 'regions')).toEqual({ prefer: [], forbid: ['nyc3'] })
    expect(isSame(withWish(forbidden, 'regions', 'nyc3', null), settings)).toBe(true)
    expect(problems(forbidden)).toEqual({})
  })

  it('says by field what the server would refuse', () => {
    const wrong = {
      ...withWish(settings, 'sizes', 'Not A Slug', 'prefer'),
      provisioning: { ...settings.provisioning, maxDropletsPerUser: Number.NaN, monthlyBudgetUsd: -1 },
    }
    expect(Object.keys(problems(wrong)).sort()).toEqual([
      'preferredSizes.0',
      'provisioning.maxDropletsPerUser',
      'provisioning.monthlyBudgetUsd',
    ])
    expect(problems(wrong)).toMatchObject({
      'provisioning.maxDropletsPerUser': 'Use a whole number of droplets, or leave it empty',
      'provisioning.monthlyBudgetUsd': 'Use 0 or more, or leave it empty for no cap',
    })
    const nothing = { resources: 0, load: 0, location: 0, cost: 0, redundancy: 0, preferences: 0 }
    expect(problems({ ...settings, weights: nothing })).toEqual({
      weights: 'Give at least one factor a weight above 0',
    })
  })

  it('nearest needs a place, unless the round trips are measured', () => {
    const nearest = withStrategy({ ...settings, place: null, latency: 'distance' }, 'nearest')
    expect(lacksPlace(nearest)).toBe(true)
    expect(lacksPlace({ ...nearest, latency: 'measured' })).toBe(false)
    expect(lacksPlace({ ...nearest, place: { lat: 0, lon: 0, label: 'Here' } })).toBe(false)
    expect(lacksPlace(withStrategy(nearest, 'balanced'))).toBe(false)
  })

  it.each<[string, number | null, number | null, ReturnType<typeof reached>]>([
    ['no limit', null, null, { maxDroplets: null, budget: null }],
    ['limits above what is there', 4, 51.01, { maxDroplets: null, budget: null }],
    [
      'limits that are reached',
      3,
      51,
      {
        maxDroplets: 'You have 3 droplets already: no new one will be made until you have fewer or allow more.',
        budget: 'Your fleet costs $51.00/mo already: nothing new will be bought until it costs less.',
      },
    ],
    ['a field with no number', Number.NaN, Number.NaN, { maxDroplets: null, budget: null }],
  ])('says what %s would mean for the fleet as it stands', (_, maxDropletsPerUser, monthlyBudgetUsd, words) => {
    const provisioning = { ...settings.provisioning, maxDropletsPerUser, monthlyBudgetUsd }
    expect(reached(provisioning, { droplets: 3, monthlyMicros: 51e6 })).toEqual(words)
    // With nothing there yet a limit stops nothing that stands.
    expect(reached(provisioning, { droplets: 0, monthlyMicros: 0 })).toEqual({ maxDroplets: null, budget: null })
  })

  it('a limit that is reached may be saved', () => {
    const provisioning = { ...settings.provisioning, maxDropletsPerUser: 0, monthlyBudgetUsd: 0 }
    expect(problems({ ...settings, provisioning })).toEqual({})
    expect(Object.values(reached(provisioning, { droplets: 1, monthlyMicros: 6e6 }))).not.toContain(null)
  })

  it('an empty limit is no limit, and 0 is one', () => {
    expect(['', ' ', '0', '12'].map(readLimit)).toEqual([null, null, 0, 12])
    expect([null, 0, 12].map(writeLimit)).toEqual(['', '0', '12'])
  })
})
