/** A timeline played through a policy: droplets made when needed, billed by the second, deleted when empty. */
import type { PlacementDroplet } from '#server/placement/index.ts'
import { emptyFleet, type Fleet, isSize, type Policy } from './fleet.ts'
import { priceList } from './mixes.ts'
import { MEASURED_UNTIL, RUN_IN_FROM, type Stay } from './timeline.ts'

const SIZES = priceList()
/** A droplet bills until its monthly price is reached, which its hourly price does after so many hours. */
const CAP_HOURS = 672
const TICK_HOURS = 1 / 6
/** As the product's snapshot counts them: two weeks. */
const LEFT_LATELY_HOURS = 336

export interface World {
  fleet: Fleet
  hour: number
  live: Map<string, Stay>
  /** Where each container is. */
  on: Map<string, PlacementDroplet>
  bornAt: Map<string, number>
  move(stay: Stay, to: PlacementDroplet): void
  create(slug: string): PlacementDroplet
  moves: number
}

/** What may move containers, asked every ten minutes. */
export type Mover = (world: World) => void

export interface Outcome {
  /** Mean dollars a month over the measured weeks. */
  monthly: number
  movesPerContainerDay: number
}

export function simulate(policy: Policy, stays: Stay[], makeMover?: () => Mover): Outcome {
  const decide = policy.start()
  const mover = makeMover?.()
  let micros = 0
  const world: World = {
    fleet: emptyFleet(SIZES),
    hour: RUN_IN_FROM,
    live: new Map(),
    on: new Map(),
    bornAt: new Map(),
    moves: 0,
    create(slug) {
      const size = SIZES.find((one) => one.slug === slug)
      if (!size) throw new Error(`no such size: ${slug}`)
      const droplet = world.fleet.create(size)
      world.bornAt.set(droplet.id, world.hour)
      return droplet
    },
    move(stay, to) {
      leave(stay)
      enter(stay, to)
      if (world.hour >= 0) world.moves++
    },
  }
  const enter = (stay: Stay, droplet: PlacementDroplet) => {
    world.fleet.place(stay, droplet)
    world.on.set(stay.id, droplet)
  }
  const leave = (stay: Stay) => {
    const droplet = world.on.get(stay.id)
    if (!droplet) throw new Error(`${stay.id} is nowhere`)
    world.fleet.remove(stay, droplet)
    world.on.delete(stay.id)
    if (droplet.containers === 0) destroy(droplet)
  }
  const destroy = (droplet: PlacementDroplet) => {
    micros += billed(droplet, world.bornAt.get(droplet.id) ?? 0, world.hour)
    world.fleet.destroy(droplet)
  }
  let liveHours = 0
  const ends: number[] = []
  for (const event of eventsOf(stays)) {
    if (event.hour > 0) liveHours += world.live.size * (event.hour - Math.max(0, world.hour))
    world.hour = event.hour
    while ((ends[0] ?? event.hour) < event.hour - LEFT_LATELY_HOURS) ends.shift()
    world.fleet.snapshot.demand.left = ends.length
    if (event.kind === 'tick') mover?.(world)
    else if (event.kind === 'leaves') {
      leave(event.stay)
      world.live.delete(event.stay.id)
      ends.push(event.hour)
    } else {
      const answer = decide(world.fleet, event.stay)
      enter(event.stay, isSize(answer) ? world.create(answer.slug) : answer)
      world.live.set(event.stay.id, event.stay)
    }
  }
  world.hour = MEASURED_UNTIL
  for (const droplet of [...world.fleet.snapshot.droplets]) destroy(droplet)
  return {
    monthly: (micros / 1e6 / MEASURED_UNTIL) * CAP_HOURS,
    movesPerContainerDay: world.moves / (liveHours / 24),
  }
}

/** Micros within the measured weeks. */
function billed({ priceMonthlyMicros }: PlacementDroplet, from: number, until: number): number {
  const hours = Math.max(0, until - Math.max(0, from))
  return (priceMonthlyMicros / CAP_HOURS) * Math.min(CAP_HOURS, hours)
}

type Event = { hour: number } & ({ kind: 'arrives' | 'leaves'; stay: Stay } | { kind: 'tick' })

/** At one instant, leaving comes first. */
function eventsOf(stays: Stay[]): Event[] {
  const events: Event[] = []
  for (const stay of stays) {
    events.push({ kind: 'arrives', hour: stay.arrivesAt, stay })
    if (stay.leavesAt < MEASURED_UNTIL) events.push({ kind: 'leaves', hour: stay.leavesAt, stay })
  }
  for (let hour = RUN_IN_FROM + TICK_HOURS; hour < MEASURED_UNTIL; hour += TICK_HOURS)
    events.push({ kind: 'tick', hour })
  const rank = { leaves: 0, arrives: 1, tick: 2 }
  return events.sort((a, b) => a.hour - b.hour || rank[a.kind] - rank[b.kind])
}
