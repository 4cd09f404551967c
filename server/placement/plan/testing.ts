/** Problems for tests: small ones of every kind for properties, and the cheapest plan of tiny ones by trying them all. */
import fc from 'fast-check'
import type { PackProblem } from './problem.ts'

const demand = (most: number) => fc.array(fc.integer({ min: 0, max: most }), { minLength: 2, maxLength: 2 })

export const anyProblem = (itemsMax: number): fc.Arbitrary<PackProblem> =>
  fc.record(
    {
      items: fc
        .array(demand(12), { maxLength: itemsMax })
        .map((demands) => demands.map((demand, i) => ({ id: `i${i}`, demand }))),
      sizes: fc
        .array(
          fc.record(
            { capacity: demand(20), price: fc.integer({ min: 1, max: 30 }), max: fc.integer({ min: 0, max: 2 }) },
            { requiredKeys: ['capacity', 'price'] },
          ),
          { maxLength: 4 },
        )
        .map((sizes) => sizes.map((size, i) => ({ slug: `s${i}`, ...size }))),
      existing: fc.array(demand(15), { maxLength: 2 }).map((rooms) => rooms.map((free, i) => ({ id: `d${i}`, free }))),
      dropletsMax: fc.integer({ min: 0, max: 3 }),
    },
    { requiredKeys: ['items', 'sizes', 'existing'] },
  )

/** The least money for placing every item, by trying everything; null when they can't all be placed. */
export function cheapest({ items, sizes, existing, dropletsMax }: PackProblem): number | null {
  const rooms = existing.map(({ free }) => [...free])
  const bought = new Map<string, number>()
  let best = Number.POSITIVE_INFINITY
  const place = (i: number, cost: number) => {
    if (cost >= best) return
    const item = items[i]
    if (!item) {
      best = cost
      return
    }
    const into = (room: number[], then: number) => {
      if (item.demand.some((wanted, k) => wanted > (room[k] ?? 0))) return
      for (const [k, wanted] of item.demand.entries()) room[k] = (room[k] ?? 0) - wanted
      place(i + 1, then)
      for (const [k, wanted] of item.demand.entries()) room[k] = (room[k] ?? 0) + wanted
    }
    for (const room of [...rooms]) into(room, cost)
    if (rooms.length - existing.length >= (dropletsMax ?? items.length)) return
    for (const size of sizes) {
      const had = bought.get(size.slug) ?? 0
      if (had >= (size.max ?? items.length)) continue
      bought.set(size.slug, had + 1)
      const room = [...size.capacity]
      rooms.push(room)
      into(room, cost + size.price)
      rooms.pop()
      bought.set(size.slug, had)
    }
  }
  place(0, 0)
  return best === Number.POSITIVE_INFINITY ? null : best
}
