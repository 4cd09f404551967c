/**
 * Which droplets to empty so that the fleet costs less, and where what they hold goes: onto free room of the others, and
 * what finds none onto at most one new droplet that costs less than the emptied ones. Each move restarts a server, so
 * a plan must save enough for each of them.
 *
 *   single droplets and pairs of poorly used ones ─▶ evacuate ─▶ the plan with the highest saving after its moves
 *
 * Pure and deterministic. It changes nothing and says so when nothing is worth it: null.
 */
import { capacityOf, shortage } from './capacity.ts'
import { lossAfter } from './factors/resources.ts'
import type { PlacementDroplet, PlacementPreferences, PlacementSize, Resources, Snapshot } from './types.ts'
import { compare } from './words.ts'
import { microsOf, vectorOf, type Worth, worthOf } from './worth.ts'

export interface Movable extends Resources {
  id: string
  dropletId: string
  /** Its data lives on its droplet, or it wants to stand alone: it is never moved. */
  fixed?: boolean
}

export interface ConsolidateOptions {
  /** A move must save so much a month at least. */
  microsPerMove: number
  movesMax: number
}

export interface Consolidation {
  empty: string[]
  /** `to` is null for the new droplet. */
  moves: { id: string; from: string; to: string | null }[]
  create: { size: string; region: string } | null
  /** Less a month, before the moves are weighed. */
  savesMicros: number
}

/** How many of the worst used droplets are also tried in pairs. */
const PAIRED_MAX = 12
const NOTHING = { memoryBytes: 0, cpuMillis: 0, diskBytes: 0 }

export function consolidate(
  snapshot: Snapshot,
  containers: Movable[],
  preferences: PlacementPreferences,
  options: ConsolidateOptions,
): Consolidation | null {
  const worth = worthOf(snapshot, NOTHING)
  const holds = byDroplet(containers)
  const open = snapshot.droplets
    .filter(({ state, exclusiveHeld }) => state === 'ok' && !exclusiveHeld)
    .sort((a, b) => wasteOf(b, worth) - wasteOf(a, worth) || compare(a.id, b.id))
  const movable = open.filter(({ id, containers: count }) => {
    const held = holds.get(id) ?? []
    return held.length === count && held.length <= options.movesMax && !held.some(({ fixed }) => fixed)
  })
  const worst = movable.slice(0, PAIRED_MAX)
  const groups = [...movable.map((one) => [one]), ...worst.flatMap((a, i) => worst.slice(i + 1).map((b) => [a, b]))]
  let best: { plan: Consolidation; net: number } | null = null
  for (const group of groups) {
    const plan = evacuate(group, { snapshot, open, holds, worth, preferences, movesMax: options.movesMax })
    if (!plan) continue
    const net = plan.savesMicros - plan.moves.length * options.microsPerMove
    if (net > 0 && (!best || net > best.net)) best = { plan, net }
  }
  return best?.plan ?? null
}

function byDroplet(containers: Movable[]): Map<string, Movable[]> {
  const holds = new Map<string, Movable[]>()
  for (const one of containers) {
    const held = holds.get(one.dropletId)
    if (held) held.push(one)
    else holds.set(one.dropletId, [one])
  }
  return holds
}

/** Dollars paid for nothing. */
const wasteOf = ({ priceMonthlyMicros, capacity, free }: PlacementDroplet, worth: Worth): number =>
  priceMonthlyMicros - (microsOf(worth, vectorOf(capacity)) - microsOf(worth, vectorOf(free)))

interface Fleet {
  snapshot: Snapshot
  open: PlacementDroplet[]
  holds: Map<string, Movable[]>
  worth: Worth
  preferences: PlacementPreferences
  movesMax: number
}

function evacuate(group: PlacementDroplet[], fleet: Fleet): Consolidation | null {
  const { worth, snapshot } = fleet
  const leaving = group
    .flatMap(({ id }) => fleet.holds.get(id) ?? [])
    .sort((a, b) => microsOf(worth, vectorOf(b)) - microsOf(worth, vectorOf(a)) || compare(a.id, b.id))
  if (leaving.length > fleet.movesMax) return null
  const room = fleet.open.filter((one) => !group.includes(one)).map((one) => ({ ...one, free: { ...one.free } }))
  const moves: Consolidation['moves'] = []
  const rest = { ...NOTHING }
  for (const one of leaving) {
    const target = tightest(room, one, worth)
    if (target) take(target.free, one)
    else add(rest, one)
    moves.push({ id: one.id, from: one.dropletId, to: target?.id ?? null })
  }
  const paid = group.reduce((sum, { priceMonthlyMicros }) => sum + priceMonthlyMicros, 0)
  const empty = group.map(({ id }) => id)
  if (moves.every(({ to }) => to !== null)) return { empty, moves, create: null, savesMicros: paid }
  const [home] = group
  const size = snapshot.dropletsLeft > 0 && home ? cheapestFor(rest, home.region, fleet) : null
  if (!size || !home || size.priceMonthlyMicros >= paid) return null
  const create = { size: size.slug, region: home.region }
  return { empty, moves, create, savesMicros: paid - size.priceMonthlyMicros }
}

function tightest<T extends PlacementDroplet>(room: T[], one: Resources, worth: Worth): T | null {
  let best: T | null = null
  let least = Number.POSITIVE_INFINITY
  for (const droplet of room) {
    if (shortage(droplet.free, one) !== null) continue
    const loss = lossAfter(droplet.free, one, worth)
    if (loss < least) {
      best = droplet
      least = loss
    }
  }
  return best
}

function cheapestFor(rest: Resources, region: string, { snapshot, preferences }: Fleet): PlacementSize | null {
  let best: PlacementSize | null = null
  for (const size of snapshot.sizes) {
    if (!size.regions.includes(region) || preferences.forbiddenSizes.includes(size.slug)) continue
    if (shortage(capacityOf(size), rest) !== null) continue
    if (!best || size.priceMonthlyMicros < best.priceMonthlyMicros) best = size
  }
  return best
}

function take(free: Resources, one: Resources): void {
  free.memoryBytes -= one.memoryBytes
  free.cpuMillis -= one.cpuMillis
  free.diskBytes -= one.diskBytes
}
function add(sum: Resources, one: Resources): void {
  sum.memoryBytes += one.memoryBytes
  sum.cpuMillis += one.cpuMillis
  sum.diskBytes += one.diskBytes
}
