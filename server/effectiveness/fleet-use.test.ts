import { expect, test } from 'vitest'
import { type DropletUse, fleetUse } from './fleet-use.ts'

const droplet = (o: { memory: [number, number]; cpu: [number, number]; used?: number }): DropletUse => ({
  capacity: { memoryBytes: o.memory[1], cpuMillis: o.cpu[1], diskBytes: 100 },
  reserved: { memoryBytes: o.memory[0], cpuMillis: o.cpu[0], diskBytes: 0 },
  used: o.used === undefined ? null : { memoryBytes: o.used, cpuMillis: 1 },
  priceMonthlyMicros: 6_000_000,
})
const shape = (memoryBytes: number, cpuMillis: number) => ({ memoryBytes, cpuMillis, diskBytes: 1 })
const stranded = (of: DropletUse, mix: ReturnType<typeof shape>[]) => {
  const { memoryBytes, cpuMillis } = fleetUse([of], mix).resources
  return [memoryBytes.stranded, cpuMillis.stranded]
}

test.each<[string, DropletUse, ReturnType<typeof shape>[], number[]]>([
  ['CPU used up strands the memory', droplet({ memory: [20, 100], cpu: [10, 10] }), [shape(10, 1)], [80, 0]],
  [
    'what another container takes is not stranded',
    droplet({ memory: [20, 100], cpu: [2, 10] }),
    [shape(10, 1)],
    [0, 0],
  ],
  [
    'each resource counts with the shape that takes most of it',
    droplet({ memory: [0, 100], cpu: [0, 10] }),
    [shape(50, 1), shape(1, 5)],
    [0, 0],
  ],
  [
    'too little of anything for the smallest strands all of it',
    droplet({ memory: [95, 100], cpu: [0, 10] }),
    [shape(10, 1)],
    [5, 10],
  ],
  ['with no mix to compare with nothing is', droplet({ memory: [20, 100], cpu: [10, 10] }), [], [0, 0]],
])('%s', (_, of, mix, expected) => {
  expect(stranded(of, mix)).toEqual(expected)
})

test('sums what is there, and use where it was measured', () => {
  const fleet = [droplet({ memory: [20, 100], cpu: [1, 10], used: 7 }), droplet({ memory: [30, 100], cpu: [2, 10] })]
  expect(fleetUse(fleet, [])).toMatchObject({
    ...{ droplets: 2, monthlyMicros: 12_000_000 },
    resources: { memoryBytes: { capacity: 200, reserved: 50, used: 7 }, diskBytes: { used: null } },
  })
})
