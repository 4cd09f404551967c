/** Session ids that their client ended: a sealed id could open again, an ended one must not. Bounded, oldest first. */
export interface EndedIds {
  has(id: string): boolean
  add(id: string): void
}

const ENDED_MAX = 10_000

export function createEndedIds(): EndedIds {
  const ids = new Set<string>()
  return {
    has: (id) => ids.has(id),
    add(id) {
      ids.add(id)
      if (ids.size <= ENDED_MAX) return
      const [oldest] = ids
      if (oldest !== undefined) ids.delete(oldest)
    },
  }
}
