/**
 * What others do with many containers at once, as their sources say:
 *
 * - first fit decreasing: Panigrahy, Talwar, Uyeda, Wieder, "Heuristics for Vector Bin Packing" (2011), FFDSum: largest
 *   Σ aₖ·demandₖ first with aₖ = 1 / the mean demand of k; each into the first droplet that has room.
 * - dot product: the same paper, bin-centric: the open droplet takes, of what still fits, the container with the largest
 *   Σ aₖ·demandₖ·freeₖ, until nothing fits.
 * - Karpenter: kubernetes-sigs/karpenter, pkg/controllers/provisioning/scheduling: queue.go sorts by CPU, then memory,
 *   descending; scheduler.go tries planned nodes with the fewest pods first; a planned node keeps every instance type
 *   that still holds its pods, and the cheapest of these is launched.
 *
 * The first two know no sizes, so each comes with three rules for a new droplet.
 */
import type { PackPlan, PackProblem, PackSize, PlannedDroplet } from '#server/placement/plan/index.ts'

export type BatchBaseline = (problem: PackProblem) => PackPlan
type SizeRule = (sizes: PackSize[], demand: readonly number[]) => PackSize

/** What most guides start with: 2 vCPU, 4 GB. */
const FIXED_SIZE = 's-2vcpu-4gb'

const SIZE_RULES: Record<string, SizeRule> = {
  'fixed 4 GB': (sizes, demand) => {
    const fixed = sizes.find(({ slug }) => slug === FIXED_SIZE)
    return fixed && holds(fixed.capacity, demand) ? fixed : cheapest(sizes, demand)
  },
  'cheapest fit': (sizes, demand) => cheapest(sizes, demand),
  largest: (sizes) => sizes.reduce((best, size) => ((size.capacity[0] ?? 0) > (best.capacity[0] ?? 0) ? size : best)),
}

export const BATCH_BASELINES: Record<string, BatchBaseline> = {
  ...Object.fromEntries(
    Object.entries(SIZE_RULES).flatMap(([name, rule]): [string, BatchBaseline][] => [
      [`first fit decreasing, ${name}`, (problem) => firstFitDecreasing(problem, rule)],
      [`dot product, ${name}`, (problem) => dotProduct(problem, rule)],
    ]),
  ),
  'Karpenter batch': karpenter,
}

interface Droplet {
  size: PackSize
  free: number[]
  items: string[]
}

function firstFitDecreasing({ items, sizes }: PackProblem, rule: SizeRule): PackPlan {
  const weights = perMeanDemand(items.map(({ demand }) => demand))
  const bulk = (demand: readonly number[]) => demand.reduce((sum, amount, k) => sum + amount * (weights[k] ?? 0), 0)
  const byPrice = cheapestFirst(sizes)
  const droplets: Droplet[] = []
  for (const item of items.toSorted((a, b) => bulk(b.demand) - bulk(a.demand))) {
    let into = droplets.find(({ free }) => holds(free, item.demand))
    if (!into) {
      into = opened(rule(byPrice, item.demand))
      droplets.push(into)
    }
    put(into, item)
  }
  return planned(droplets)
}

function dotProduct({ items, sizes }: PackProblem, rule: SizeRule): PackPlan {
  const weights = perMeanDemand(items.map(({ demand }) => demand))
  const bulk = (demand: readonly number[]) => demand.reduce((sum, amount, k) => sum + amount * (weights[k] ?? 0), 0)
  const byPrice = cheapestFirst(sizes)
  const left = items.toSorted((a, b) => bulk(b.demand) - bulk(a.demand))
  const droplets: Droplet[] = []
  while (left.length > 0) {
    const droplet = opened(rule(byPrice, left[0]?.demand ?? []))
    droplets.push(droplet)
    for (;;) {
      let best = -1
      let most = Number.NEGATIVE_INFINITY
      for (const [at, { demand }] of left.entries()) {
        if (!holds(droplet.free, demand)) continue
        // Both in units of the mean demand, so that no unit of measure counts for more.
        const product = demand.reduce(
          (sum, amount, k) => sum + amount * (weights[k] ?? 0) * (droplet.free[k] ?? 0) * (weights[k] ?? 0),
          0,
        )
        if (product > most) [best, most] = [at, product]
      }
      const [item] = best < 0 ? [] : left.splice(best, 1)
      if (!item) break
      put(droplet, item)
    }
  }
  return planned(droplets)
}

interface Claim {
  load: number[]
  options: PackSize[]
  items: string[]
}

function karpenter({ items, sizes }: PackProblem): PackPlan {
  const byPrice = cheapestFirst(sizes)
  const claims: Claim[] = []
  const cpuThenMemory = items.toSorted(
    (a, b) => (b.demand[1] ?? 0) - (a.demand[1] ?? 0) || (b.demand[0] ?? 0) - (a.demand[0] ?? 0),
  )
  for (const item of cpuThenMemory) {
    const withItem = (claim: Claim): Claim | null => {
      const load = item.demand.map((amount, k) => amount + (claim.load[k] ?? 0))
      const options = claim.options.filter(({ capacity }) => holds(capacity, load))
      return options.length === 0 ? null : { load, options, items: [...claim.items, item.id] }
    }
    claims.sort((a, b) => a.items.length - b.items.length)
    let placed = false
    for (const [at, claim] of claims.entries()) {
      const grown = withItem(claim)
      if (!grown) continue
      claims[at] = grown
      placed = true
      break
    }
    const fresh = placed ? null : withItem({ load: [], options: byPrice, items: [] })
    if (fresh) claims.push(fresh)
    else if (!placed) throw new Error(`no size holds ${item.id}`)
  }
  return planned(claims.flatMap(({ options, items }) => (options[0] ? [{ size: options[0], items, free: [] }] : [])))
}

const holds = (room: readonly number[], demand: readonly number[]): boolean =>
  demand.every((amount, k) => amount <= (room[k] ?? 0))

const cheapestFirst = (sizes: readonly PackSize[]): PackSize[] => sizes.toSorted((a, b) => a.price - b.price)

function cheapest(byPrice: PackSize[], demand: readonly number[]): PackSize {
  const size = byPrice.find(({ capacity }) => holds(capacity, demand))
  if (!size) throw new Error('a container that no size holds')
  return size
}

const opened = (size: PackSize): Droplet => ({ size, free: [...size.capacity], items: [] })

function put(droplet: Droplet, { id, demand }: PackProblem['items'][number]): void {
  droplet.items.push(id)
  for (const [k, amount] of demand.entries()) droplet.free[k] = (droplet.free[k] ?? 0) - amount
}

function perMeanDemand(demands: (readonly number[])[]): number[] {
  const sums = (demands[0] ?? []).map((_, k) => demands.reduce((sum, demand) => sum + (demand[k] ?? 0), 0))
  return sums.map((sum) => (sum > 0 ? demands.length / sum : 0))
}

function planned(droplets: Droplet[]): PackPlan {
  const made = droplets.map(
    ({ size, items }): PlannedDroplet => ({ kind: 'new', size: size.slug, price: size.price, items }),
  )
  return { droplets: made, unplaced: [], cost: droplets.reduce((sum, { size }) => sum + size.price, 0) }
}
