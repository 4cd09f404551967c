import { sha256Hex } from '#server/crypto/vault.ts'

/** Session ids that their client ended: a sealed id could open again, an ended one must not. Bounded, oldest first. */
export interface EndedIds {
  has(id: string): boolean
  add(id: string): void
}

const ENDED_MAX = 10_000

export function createEndedIds(): EndedIds {
  const ids = new Set<string>()
  return {
    // Ids are long: their hashes are kept.
    has: (id) => ids.has(sha256Hex(id)),
    add(id) {
      ids.add(sha256Hex(id))
      if (ids.size <= ENDED_MAX) return
      const [oldest] = ids
      if (oldest !== undefined) ids.delete(oldest)
    },
  }
}
