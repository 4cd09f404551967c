/**
 * Who places one by one: Berth's `choose` under its strategies, and what others do, written after their sources. All
 * see the same capacities (after the system's share) and must answer with a droplet that has room, or a size to make.
 */
import {
  capacityOf,
  choose,
  DEFAULT_PREFERENCES,
  type PlacementDroplet,
  type PlacementSize,
  type Strategy,
  shortage,
} from '#server/placement/index.ts'
import type { Fleet, Policy } from './fleet.ts'
import type { Container } from './mixes.ts'

export function berth(strategy: Strategy): Policy {
  const preferences = { ...DEFAULT_PREFERENCES, strategy }
  return {
    name: `Berth, ${strategy}`,
    start:
      () =>
      ({ snapshot }, container) => {
        const { choice } = choose(snapshot, { ...container, preferences })
        const answer =
          choice.kind === 'existing'
            ? snapshot.droplets.find(({ id }) => id === choice.dropletId)
            : choice.kind === 'create' && snapshot.sizes.find(({ slug }) => slug === choice.size)
        if (!answer) throw new Error(choice.kind === 'none' ? choice.reason : 'chose what is not there')
        return answer
      },
  }
}

/** Which of the droplets with room; null when none has. */
type Fit = () => (fleet: Fleet, container: Container, fitting: PlacementDroplet[]) => PlacementDroplet
type SizeRule = (sizes: PlacementSize[], container: Container) => PlacementSize

const share = (part: number, whole: number): number => (whole > 0 ? part / whole : 0)

/** The highest score wins, of equals the oldest droplet. */
const byScore =
  (score: (droplet: PlacementDroplet, container: Container) => number): Fit =>
  () =>
  (_, container, fitting) => {
    let best = fitting[0] as PlacementDroplet
    let bestScore = Number.NEGATIVE_INFINITY
    for (const droplet of fitting) {
      const value = score(droplet, container)
      if (value > bestScore) {
        best = droplet
        bestScore = value
      }
    }
    return best
  }

const freeShares = ({ free, capacity }: PlacementDroplet, container: Container) => ({
  memory: share(free.memoryBytes - container.memoryBytes, capacity.memoryBytes),
  cpu: share(free.cpuMillis - container.cpuMillis, capacity.cpuMillis),
})

const FITS: Record<string, Fit> = {
  /** The next droplet with room after the one that was last taken. */
  'round robin': () => {
    let last = ''
    return (_, __, fitting) => {
      const next = fitting.find(({ name }) => name > last) ?? (fitting[0] as PlacementDroplet)
      last = next.name
      return next
    }
  },
  /** Kubernetes' LeastAllocated: pkg/scheduler/framework/plugins/noderesources/least_allocated.go, whole percent. */
  'least loaded': byScore((droplet, container) => {
    const { memory, cpu } = freeShares(droplet, container)
    return Math.floor((Math.floor(memory * 100) + Math.floor(cpu * 100)) / 2)
  }),
  'first fit': () => (_, __, fitting) => fitting[0] as PlacementDroplet,
  /** Nomad's ScoreFitBinPack, "BestFit v3": nomad/structs/funcs.go; the node's own reserve is taken off before. */
  'Nomad BestFit v3': byScore((droplet, container) => {
    const { memory, cpu } = freeShares(droplet, container)
    return Math.min(18, Math.max(0, 20 - (10 ** cpu + 10 ** memory)))
  }),
  /** Kubernetes' MostAllocated, CPU and memory of equal weight, whole percent: noderesources/most_allocated.go. */
  'K8s MostAllocated': byScore((droplet, container) => {
    const { memory, cpu } = freeShares(droplet, container)
    return Math.floor((Math.floor((1 - memory) * 100) + Math.floor((1 - cpu) * 100)) / 2)
  }),
  /** Panigrahy et al., "Heuristics for Vector Bin Packing" (2011): the droplet whose free room points the same way. */
  'dot product': byScore(({ free, capacity }, container) =>
    (['memoryBytes', 'cpuMillis', 'diskBytes'] as const).reduce(
      (sum, key) => sum + share(free[key], capacity[key]) * share(container[key], capacity[key]),
      0,
    ),
  ),
}

const holding = (sizes: PlacementSize[], container: Container): PlacementSize[] =>
  sizes.filter((size) => shortage(capacityOf(size), container) === null)
const cheapest = (sizes: PlacementSize[]): PlacementSize =>
  sizes.reduce((a, b) =>
    b.priceMonthlyMicros < a.priceMonthlyMicros ||
    (b.priceMonthlyMicros === a.priceMonthlyMicros && b.memoryBytes > a.memoryBytes)
      ? b
      : a,
  )

const SIZE_RULES: Record<string, SizeRule> = {
  'cheapest fit': (sizes, container) => cheapest(holding(sizes, container)),
  /** What a node pool is: one size, here 4 GB; what does not fit gets the cheapest that is at least as large. */
  '4 GB': (sizes, container) => {
    const large = holding(sizes, container).filter(({ memoryBytes }) => memoryBytes >= 4 * 2 ** 30)
    return cheapest(large.length > 0 ? large : holding(sizes, container))
  },
  /** The largest basic droplet; what does not fit gets the cheapest that holds it. */
  largest: (sizes, container) => {
    const basic = holding(sizes, container).filter(({ slug }) => /^s-\d+vcpu-\d+gb$/.test(slug))
    return basic.length > 0
      ? basic.reduce((a, b) => (b.memoryBytes > a.memoryBytes ? b : a))
      : cheapest(holding(sizes, container))
  },
}

export const BASELINES: Policy[] = Object.entries(FITS).flatMap(([fit, makeFit]) =>
  Object.entries(SIZE_RULES).map(([rule, sizeFor]) => ({
    name: `${fit} + ${rule}`,
    start: () => {
      const choosing = makeFit()
      return (fleet: Fleet, container: Container) => {
        const fitting = fleet.snapshot.droplets.filter(({ free }) => shortage(free, container) === null)
        return fitting.length > 0 ? choosing(fleet, container, fitting) : sizeFor(fleet.snapshot.sizes, container)
      }
    },
  })),
)

/**
 * What knowing the future is worth: this one is told when each container leaves, and takes the droplet whose paid time it
 * extends least, the tighter fit of equals; a new one is of the size that is cheapest for what it holds.
 */
export const knowsWhoLeaves: Policy = {
  name: 'Berth, told when each leaves',
  start: () => {
    const until = new Map<PlacementDroplet, number>()
    const own = berth('balanced').start()
    let before = 0
    return (fleet, container) => {
      const { leavesAt } = container as Container & { leavesAt: number }
      const known = [...fleet.snapshot.droplets]
      for (const droplet of until.keys()) if (!known.includes(droplet)) until.delete(droplet)
      // Made for the one before.
      for (const droplet of known) if (!until.has(droplet)) until.set(droplet, before)
      before = leavesAt
      let best: PlacementDroplet | null = null
      let bestCost = Number.POSITIVE_INFINITY
      for (const droplet of known) {
        if (shortage(droplet.free, container) !== null) continue
        const { memory, cpu } = freeShares(droplet, container)
        const extension = Math.max(0, leavesAt - (until.get(droplet) ?? leavesAt))
        const costs = (droplet.priceMonthlyMicros / 1e6) * (extension + 1 + 2 * memory + 2 * cpu)
        if (costs < bestCost) {
          best = droplet
          bestCost = costs
        }
      }
      const answer = best ?? own(fleet, container)
      if (!('slug' in answer)) until.set(answer, Math.max(leavesAt, until.get(answer) ?? 0))
      return answer
    }
  },
}
