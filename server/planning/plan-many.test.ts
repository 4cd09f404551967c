import { expect, test } from 'vitest'
import { capacityOf, type PlacementSize } from '../placement/index.ts'
import { packProblem } from './plan-many.ts'

const GIB = 2 ** 30
const size = (slug: string, regions: string[]): PlacementSize => ({
  slug,
  vcpus: 2,
  memoryBytes: 4 * GIB,
  diskBytes: 80 * GIB,
  priceMonthlyMicros: 24_000_000,
  regions,
})
const free = { memoryBytes: GIB, cpuMillis: 500, diskBytes: -1 }
const fleet = {
  droplets: [
    { id: 'd1', free, region: 'fra1', state: 'ok' as const },
    { id: 'd2', free, region: 'nyc3', state: 'ok' as const },
    { id: 'd3', free, region: 'fra1', state: 'held' as const },
  ],
  sizes: [size('here', ['fra1', 'nyc3']), size('there', ['nyc3'])],
  dropletsLeft: 4,
}
const containers = [{ id: 'c1', memoryBytes: 1000, cpuMillis: 250, diskBytes: 5 }]

test('a fleet is planned on droplets that take more, in the region asked for', () => {
  const problem = packProblem(fleet, containers, { region: 'fra1' })
  expect(problem.existing).toEqual([{ id: 'd1', free: [GIB, 500, 0] }])
  expect(problem.sizes.map(({ slug }) => slug)).toEqual(['here'])
  expect(problem.items).toEqual([{ id: 'c1', demand: [1000, 250, 5] }])
  expect(problem.dropletsMax).toBe(4)
})

test('a size holds what is left beside the system, as for one deployment', () => {
  const [here] = packProblem(fleet, containers).sizes
  const { memoryBytes, cpuMillis, diskBytes } = capacityOf(size('here', []))
  expect(here?.capacity).toEqual([memoryBytes, cpuMillis, diskBytes])
})

test('from scratch, no droplet is there yet and none is counted', () => {
  const problem = packProblem(fleet, containers, { fromScratch: true })
  expect(problem.existing).toEqual([])
  expect(problem.dropletsMax).toBeUndefined()
})
