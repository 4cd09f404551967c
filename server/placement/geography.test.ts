import { expect, test } from 'vitest'
import { distanceKm, estimatedRoundTripMs } from './geography.ts'

const munich = { lat: 48.14, lon: 11.58, label: 'Munich' }

test('distances are those of a globe', () => {
  expect(distanceKm(51.5, -0.1, 40.7, -74)).toBeCloseTo(5570, -1.5)
  expect(distanceKm(0, 179, 0, -179)).toBeCloseTo(222, 0)
  expect(distanceKm(10, 20, 10, 20)).toBe(0)
})

test.each([
  ['fra1', 8],
  ['lon1', 21],
  ['nyc3', 138],
  ['sgp1', 213],
  ['syd1', 345],
])('from Munich to %s and back takes about %i ms', (region, ms) => {
  expect(Math.round(estimatedRoundTripMs(munich, region) ?? 0)).toBe(ms)
})

test('a region of an unknown city is neither near nor far', () => {
  expect(estimatedRoundTripMs(munich, 'xyz9')).toBeNull()
})
