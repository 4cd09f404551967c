/** The droplets that stand, as what a user may ask for by name: what is free on each, or why it can't take this. */
import { brokenBy, limitsOf, ruledOut } from './constraints.ts'
import type { Constraint, PlacementRequest, Snapshot } from './types.ts'
import { compare } from './words.ts'

/** A droplet that stands, with what keeps the deployment off it. */
export interface Askable {
  dropletId: string
  /** Never negative. */
  freeMemoryBytes: number
  /** Null: it has room. */
  refused: { constraint: Constraint; detail: string } | null
}

/** Every droplet of the fleet, by name: exactly those without `refused` are not refused when they are asked for. */
export function askable({ droplets }: Snapshot, request: PlacementRequest): Askable[] {
  return [...droplets]
    .sort((a, b) => compare(a.name, b.name) || compare(a.id, b.id))
    .map((droplet) => {
      const limits = limitsOf({ ...request, dropletId: droplet.id })
      const constraint = brokenBy(droplet, limits)
      return {
        dropletId: droplet.id,
        freeMemoryBytes: Math.max(0, droplet.free.memoryBytes),
        refused: constraint && { constraint, detail: ruledOut(droplet, constraint, limits).detail },
      }
    })
}
