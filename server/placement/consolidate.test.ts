import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { capacityOf, shortage } from './capacity.ts'
import { type Consolidation, consolidate, type Movable } from './consolidate.ts'
import { DEFAULT_PREFERENCES } from './strategies.ts'
import { GIB, MIB, SIZES, snapshot } from './testing.ts'
import type { PlacementDroplet, Snapshot } from './types.ts'

const OPTIONS = { microsPerMove: 1e6, movesMax: 10 }
interface Held {
  size: number
  memory: number[]
  fixed?: boolean
}

/** Droplets of sizes on sale, each holding containers of so much memory in MiB and a tenth of a vCPU. */
function fleet(held: Held[]): { snapshot: Snapshot; containers: Movable[] } {
  const containers = held.flatMap(({ memory, fixed = false }, d) =>
    memory.map((mib, c) => ({
      ...{ id: `c${d}-${c}`, dropletId: `d${d}`, fixed },
      ...{ memoryBytes: mib * MIB, cpuMillis: 100, diskBytes: GIB },
    })),
  )
  const droplets = held.map(({ size, memory }, d): PlacementDroplet => {
    const sold = SIZES[size] as (typeof SIZES)[number]
    const capacity = capacityOf(sold)
    return {
      ...{ id: `d${d}`, name: `d${d}`, region: 'fra1', size: sold.slug, capacity, used: null, templates: {} },
      free: {
        memoryBytes: capacity.memoryBytes - memory.reduce((a, b) => a + b, 0) * MIB,
        cpuMillis: capacity.cpuMillis - memory.length * 100,
        diskBytes: capacity.diskBytes - memory.length * GIB,
      },
      ...{ containers: memory.length, exclusiveHeld: false, state: 'ok', failures: 0 },
      priceMonthlyMicros: sold.priceMonthlyMicros,
    }
  })
  return { snapshot: snapshot({ droplets }), containers }
}

const planned = (held: Held[], options = OPTIONS): Consolidation | null => {
  const { snapshot: seen, containers } = fleet(held)
  return consolidate(seen, containers, DEFAULT_PREFERENCES, options)
}
const sentence = (plan: Consolidation | null): string =>
  plan
    ? `empty ${plan.empty.join(' and ')}: ${plan.moves.map(({ id, to }) => `${id} to ${to ?? `a new ${plan.create?.size}`}`).join(', ')}; saves $${plan.savesMicros / 1e6}`
    : 'nothing'

describe('what to empty', () => {
  test.each<[string, Held[], string]>([
    ['nothing of a fleet that is full', [{ size: 2, memory: [800, 800] }], 'nothing'],
    [
      'a droplet whose last server fits elsewhere',
      [
        { size: 2, memory: [800, 300] },
        { size: 2, memory: [400] },
      ],
      'empty d1: c1-0 to d0; saves $12',
    ],
    [
      'a large droplet that holds little, onto a small new one',
      [{ size: 4, memory: [400] }],
      'empty d0: c0-0 to a new s-1vcpu-1gb; saves $42',
    ],
    [
      'two that are half empty, onto one',
      [
        { size: 3, memory: [1500, 300] },
        { size: 3, memory: [1900] },
        { size: 5, memory: [5000, 5000] },
      ],
      'empty d0 and d1: c1-0 to d2, c0-0 to d2, c0-1 to d2; saves $48',
    ],
    ['nothing that must stay', [{ size: 4, memory: [400], fixed: true }], 'nothing'],
  ])('%s', (_, held, expected) => expect(sentence(planned(held))).toBe(expected))

  test('nothing that saves less than its moves are worth', () => {
    const held = [
      { size: 2, memory: [800, 300] },
      { size: 2, memory: [400] },
    ]
    expect(planned(held, { ...OPTIONS, microsPerMove: 13e6 })).toBeNull()
    expect(planned(held, { ...OPTIONS, movesMax: 0 })).toBeNull()
  })
})

test('a plan moves all of what it empties and nothing else, fits, and saves what it says', () => {
  const anyHeld = fc.array(
    fc.record({
      size: fc.integer({ min: 2, max: 5 }),
      memory: fc.array(fc.integer({ min: 32, max: 400 }), { maxLength: 4 }),
    }),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(anyHeld, (held) => {
      const { snapshot: seen, containers } = fleet(held)
      const plan = consolidate(seen, containers, DEFAULT_PREFERENCES, OPTIONS)
      if (!plan) return
      const leaving = containers.filter(({ dropletId }) => plan.empty.includes(dropletId))
      expect(plan.moves.map(({ id }) => id).sort()).toEqual(leaving.map(({ id }) => id).sort())
      const size = SIZES.find(({ slug }) => slug === plan.create?.size)
      const free = new Map<string | null, PlacementDroplet['free']>(seen.droplets.map((d) => [d.id, { ...d.free }]))
      if (size) free.set(null, capacityOf(size))
      for (const { id, to } of plan.moves) {
        expect(plan.empty).not.toContain(to)
        const one = containers.find((c) => c.id === id)
        const room = free.get(to)
        if (!one || !room) throw new Error('moved to nowhere')
        expect(shortage(room, one)).toBeNull()
        room.memoryBytes -= one.memoryBytes
        room.cpuMillis -= one.cpuMillis
        room.diskBytes -= one.diskBytes
      }
      const paid = seen.droplets.filter(({ id }) => plan.empty.includes(id))
      const before = paid.reduce((sum, { priceMonthlyMicros }) => sum + priceMonthlyMicros, 0)
      expect(plan.savesMicros).toBe(before - (size?.priceMonthlyMicros ?? 0))
      expect(plan.savesMicros).toBeGreaterThan(plan.moves.length * OPTIONS.microsPerMove)
    }),
  )
})
