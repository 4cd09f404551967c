import { describe, expect, test } from 'vitest'
import { choose } from './choose.ts'
import { droplet, MIB, request, snapshot, wishes } from './testing.ts'
import { FACTOR_NAMES } from './types.ts'

describe('strategies', () => {
  const near = droplet('near', { region: 'fra1', free: { memoryBytes: 1500 * MIB } })
  const tight = droplet('tight', { region: 'sgp1', containers: 6, free: { memoryBytes: 300 * MIB, cpuMillis: 260 } })
  const place = { lat: 48.1, lon: 11.6, label: 'Munich' }
  test.each([
    ['balanced', 'near'],
    ['pack', 'tight'],
    ['spread', 'near'],
    ['cheapest', 'tight'],
    ['nearest', 'near'],
  ] as const)('%s takes %s', (strategy, name) => {
    const decision = choose(snapshot({ droplets: [tight, near] }), request(wishes({ strategy, place })))
    expect(decision.choice).toMatchObject({ name })
    expect(decision.strategy).toBe(strategy)
    expect(FACTOR_NAMES.reduce((sum, factor) => sum + decision.weights[factor], 0)).toBeCloseTo(1, 9)
  })

  test('a user overrides one weight of a strategy', () => {
    const own = wishes({ strategy: 'pack', place, weights: { location: 200 } })
    expect(choose(snapshot({ droplets: [tight, near] }), request(own)).choice).toMatchObject({ name: 'near' })
  })
})
