import { describe, expect, it } from 'vitest'
import { shares, sliders } from './weights-model.ts'

const even = { resources: 2, load: 2, location: 2, cost: 2, redundancy: 1, preferences: 1 }

describe('weights', () => {
  it('weights are shares of their sum, whatever their size', () => {
    expect(shares(even)).toEqual({
      resources: 0.2,
      load: 0.2,
      location: 0.2,
      cost: 0.2,
      redundancy: 0.1,
      preferences: 0.1,
    })
    const none = { resources: 0, load: 0, location: 0, cost: 0, redundancy: 0, preferences: 0 }
    expect(shares(none)).toEqual(none)
  })

  it('sliders begin where the strategy stands, the heaviest factor at the end', () => {
    expect(sliders({ resources: 0.4, load: 0.1, location: 0.1, cost: 0.2, redundancy: 0.1, preferences: 0.1 })).toEqual(
      {
        resources: 10,
        load: 2.5,
        location: 2.5,
        cost: 5,
        redundancy: 2.5,
        preferences: 2.5,
      },
    )
  })
})
