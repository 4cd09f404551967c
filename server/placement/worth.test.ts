import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { capacityOf } from './capacity.ts'
import { GIB, MIB, NOTHING_YET, SIZES, snapshot } from './testing.ts'
import { copiesIn, microsOf, vectorOf, worthOf } from './worth.ts'

const of = (memoryBytes: number, cpuMillis: number, containers: number) => {
  const demand = { memoryBytes, cpuMillis, diskBytes: containers * GIB, containers, left: 0 }
  return worthOf(snapshot({ demand }), { memoryBytes: 256 * MIB, cpuMillis: 100, diskBytes: GIB })
}

describe('what resources are worth', () => {
  test('a mix of memory alone makes CPU worth nothing, and one of CPU makes memory worth little', () => {
    const [memory, cpu] = of(500 * GIB, 1000, 100).unit
    expect(cpu).toBe(0)
    expect((memory * GIB) / 1e6).toBeCloseTo(6.4, 1)
    const byCpu = of(10 * GIB, 500_000, 100).unit
    expect((byCpu[1] * 1000) / 1e6).toBeGreaterThan(4)
    expect((byCpu[0] * GIB) / 1e6).toBeLessThan(3)
  })

  test('free memory beside no free CPU is worth dollars, but holds no deployment', () => {
    const worth = of(50 * GIB, 20_000, 100)
    const free = vectorOf({ memoryBytes: 4 * GIB, cpuMillis: 0, diskBytes: 50 * GIB })
    expect(microsOf(worth, free)).toBeGreaterThan(1e6)
    expect(copiesIn(worth, free)).toBe(0)
  })

  test('a first deployment is not all that will ever run', () => {
    const worth = worthOf(snapshot(NOTHING_YET), { memoryBytes: 16 * GIB, cpuMillis: 50, diskBytes: 0 })
    expect(worth.unit[1]).toBeGreaterThanOrEqual(0)
    expect(worth.average[1]).toBeGreaterThan(100)
  })

  test('no size is worth more than it costs, and the mix as much as its cheapest fractional fleet', () => {
    const amount = fc.integer({ min: 1, max: 1000 })
    fc.assert(
      fc.property(amount, amount, fc.shuffledSubarray(SIZES, { minLength: 1 }), (gib, vcpus, sizes) => {
        const demand = { memoryBytes: gib * GIB, cpuMillis: vcpus * 1000, diskBytes: 10 * GIB, containers: 50, left: 0 }
        const worth = worthOf(snapshot({ demand, sizes }), { memoryBytes: GIB, cpuMillis: 100, diskBytes: GIB })
        let tight = 0
        for (const size of sizes) {
          const value = microsOf(worth, vectorOf(capacityOf(size)))
          expect(value).toBeLessThanOrEqual(size.priceMonthlyMicros * (1 + 1e-9))
          if (value > size.priceMonthlyMicros * (1 - 1e-9)) tight++
        }
        expect(tight).toBeGreaterThan(0)
      }),
    )
  })
})
