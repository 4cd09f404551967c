/** Problems for tests: small ones of every kind for properties, and the cheapest plan of tiny ones by trying them all. */
import fc from 'fast-check'
import type { PackProblem } from './problem.ts'

const demand = (most: number) => fc.array(fc.integer({ min: 0, max: most }), { minLength: 2, maxLength: 2 })

const group = fc.constantFrom('a', 'b')

export const anyProblem = (itemsMax: number): fc.Arbitrary<PackProblem> =>
  fc.record(
    {
      items: fc
        .array(fc.record({ demand: demand(12), group, alone: fc.boolean() }, { requiredKeys: ['demand'] }), {
          maxLength: itemsMax,
        })
        .map((items) => items.map((item, i) => ({ id: `i${i}`, ...item }))),
      sizes: fc
        .array(
          fc.record(
            { capacity: demand(20), price: fc.integer({ min: 1, max: 30 }), max: fc.integer({ min: 0, max: 2 }) },
            { requiredKeys: ['capacity', 'price'] },
          ),
          { maxLength: 4 },
        )
        .map((sizes) => sizes.map((size, i) => ({ slug: `s${i}`, ...size }))),
      existing: fc
        .array(
          fc.record(
            { free: demand(15), groups: fc.array(group, { maxLength: 1 }), occupied: fc.boolean() },
            { requiredKeys: ['free'] },
          ),
          { maxLength: 2 },
        )
        .map((droplets) => droplets.map((droplet, i) => ({ id: `d${i}`, ...droplet }))),
      dropletsMax: fc.integer({ min: 0, max: 3 }),
    },
    { requiredKeys: ['items', 'sizes', 'existing'] },
  )

interface Room {
  room: number[]
  groups: string[]
  /** Something is there. */
  occupied: boolean
  /** What is there must be alone. */
  closed: boolean
}

/** The least money for placing every item, by trying everything; null when they can't all be placed. */
export function cheapest({ items, sizes, existing, dropletsMax }: PackProblem): number | null {
  const rooms = existing.map(
    ({ free, groups = [], occupied = false }): Room => ({
      room: [...free],
      groups: [...groups],
      occupied,
      closed: false,
    }),
  )
  const bought = new Map<string, number>()
  let best = Number.POSITIVE_INFINITY
  const place = (i: number, cost: number) => {
    if (cost >= best) return
    const item = items[i]
    if (!item) {
      best = cost
      return
    }
    const into = (at: Room, then: number) => {
      const { group, alone = false, demand } = item
      if (at.closed || (alone && at.occupied) || (group !== undefined && at.groups.includes(group))) return
      if (demand.some((wanted, k) => wanted > (at.room[k] ?? 0))) return
      const before = { ...at }
      at.room = at.room.map((free, k) => free - (demand[k] ?? 0))
      if (group !== undefined) at.groups = [...at.groups, group]
      at.occupied = true
      at.closed = alone
      place(i + 1, then)
      Object.assign(at, before)
    }
    for (const room of [...rooms]) into(room, cost)
    if (rooms.length - existing.length >= (dropletsMax ?? items.length)) return
    for (const size of sizes) {
      const had = bought.get(size.slug) ?? 0
      if (had >= (size.max ?? items.length)) continue
      bought.set(size.slug, had + 1)
      const fresh: Room = { room: [...size.capacity], groups: [], occupied: false, closed: false }
      rooms.push(fresh)
      into(fresh, cost + size.price)
      rooms.pop()
      bought.set(size.slug, had)
    }
  }
  place(0, 0)
  return best === Number.POSITIVE_INFINITY ? null : best
}
