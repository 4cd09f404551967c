import { expect, test } from 'vitest'
import { capacityOf, type PlacementSize } from '../placement/index.ts'
import { type FleetForPlanning, type PlannedContainer, packProblem } from './plan-many.ts'

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
const droplet = (id: string, region: string, rest: Partial<FleetForPlanning['droplets'][number]> = {}) => ({
  ...{ id, free, region, state: 'ok' as const, containers: 0, templates: {}, exclusiveHeld: false },
  ...rest,
})
const fleet: FleetForPlanning = {
  droplets: [droplet('d1', 'fra1'), droplet('d2', 'nyc3'), droplet('d3', 'fra1', { state: 'held' })],
  sizes: [size('here', ['fra1', 'nyc3']), size('there', ['nyc3'])],
  dropletsLeft: 4,
}
const containers = [{ id: 'c1', memoryBytes: 1000, cpuMillis: 250, diskBytes: 5 }]

test('a fleet is planned on droplets that take more, in the region asked for', () => {
  const problem = packProblem(fleet, containers, { region: 'fra1' })
  expect(problem.existing).toEqual([{ id: 'd1', free: [GIB, 500, 0], groups: [], occupied: false }])
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

test('from scratch, a limit on droplets is for all of them', () => {
  expect(packProblem(fleet, containers, { fromScratch: true, dropletsMax: 9 }).dropletsMax).toBe(9)
})

test('a droplet says what it holds; one that a deployment has for itself takes nothing', () => {
  const droplets = [
    droplet('shared', 'fra1', { containers: 3, templates: { t1: 2, t2: 1 } }),
    droplet('owned', 'fra1', { containers: 1, templates: { t3: 1 }, exclusiveHeld: true }),
  ]
  expect(packProblem({ ...fleet, droplets }, containers).existing).toEqual([
    { id: 'shared', free: [GIB, 500, 0], groups: ['t1', 't2'], occupied: true },
  ])
})

test('of a template that any container wants spread, none comes beside another; an exclusive one comes beside nothing', () => {
  const made = (id: string, templateId: string, rest: Partial<PlannedContainer> = {}) => ({
    ...{ id, templateId, memoryBytes: 1, cpuMillis: 1, diskBytes: 1 },
    ...rest,
  })
  const { items } = packProblem(fleet, [
    made('older', 't1'),
    made('newer', 't1', { spread: true }),
    made('other', 't2'),
    made('only', 't3', { exclusive: true }),
  ])
  expect(items.map(({ id, group, alone }) => [id, group, alone])).toEqual([
    ['older', 't1', undefined],
    ['newer', 't1', undefined],
    ['other', undefined, undefined],
    ['only', undefined, true],
  ])
})
