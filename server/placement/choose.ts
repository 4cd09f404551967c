/**
 * Which droplet gets a deployment, and why.
 *
 *   snapshot + request ─▶ brokenBy     each droplet: the hard constraint that rules it out, or none
 *                      ─▶ newDroplets  sizes and regions in which one may be made, or what forbids it
 *                         wishedDroplet  the one that the user asked for by size and region, or what forbids that
 *                      ─▶ totalOf      points by six factors, of both alike
 *                      ─▶ best         20 of them with their points, 20 losers with their reasons; the rest is counted
 *
 * Pure: the same snapshot and request give the same decision, whatever the order of the snapshot's lists. A score
 * depends on its option, the request, and what the user runs in all (demand, prices), never on the other options: one
 * more droplet never makes the best score worse. Every droplet is a candidate or counted under the constraint that
 * ruled it out, and a score is the sum of its points to the last digit (I10). One look at each droplet, so time grows
 * with their number and no faster.
 */
import { best } from './best.ts'
import { brokenBy, limitsOf, ruledOut } from './constraints.ts'
import { contextOf, type Option } from './context.ts'
import { candidateOf, choiceOf, forecastOf, nothingFits, summaryOf, totalOf } from './explain.ts'
import { newDroplets } from './new-droplet.ts'
import { MILLION } from './strategies.ts'
import type { PlacementDroplet, PlacementRequest, Snapshot } from './types.ts'
import { type Constraint, type Decision, FACTOR_NAMES, type FactorName } from './types.ts'
import { wishedDroplet } from './wished-droplet.ts'
import { compare } from './words.ts'

/** How many options a decision names; the rest is in the counts. */
const NAMED_MAX = 20

interface Ranked {
  option: Option
  total: number
}
interface Loser {
  droplet: PlacementDroplet
  constraint: Constraint
}

export function choose(given: Snapshot, request: PlacementRequest): Decision {
  const sizes = [...given.sizes].sort((a, b) => compare(a.slug, b.slug))
  const snapshot = { ...given, sizes }
  const context = contextOf(snapshot, request)
  const limits = limitsOf(request)
  const ranked = best<Ranked>(NAMED_MAX, rankedBefore(snapshot))
  const losers = best<Loser>(NAMED_MAX, (a, b) => byName(a.droplet, b.droplet) < 0)
  const ruledOutCounts: Partial<Record<Constraint, number>> = {}
  let fitting = 0
  for (const droplet of snapshot.droplets) {
    const constraint = brokenBy(droplet, limits)
    if (constraint === null) {
      fitting++
      ranked.offer({ option: droplet, total: totalOf(droplet, context) })
    } else {
      ruledOutCounts[constraint] = (ruledOutCounts[constraint] ?? 0) + 1
      losers.offer({ droplet, constraint })
    }
  }
  const { newDroplet: wish } = request
  const { options, refused } = wish ? wishedDroplet(snapshot, request, wish) : newDroplets(snapshot, request, sizes)
  for (const option of options) ranked.offer({ option, total: totalOf(option, context) })

  const winner = ranked.kept[0]?.option
  const choice = winner ? choiceOf(winner) : nothingFits(ruledOutCounts, pinned(), refused, request)
  return {
    choice,
    summary: summaryOf(choice, fitting, ruledOutCounts, request),
    strategy: request.preferences.strategy,
    weights: Object.fromEntries(FACTOR_NAMES.map((name) => [name, context.weights[name] / MILLION])) as Record<
      FactorName,
      number
    >,
    candidates: ranked.kept.map(({ option }) => candidateOf(option, context)),
    ruledOut: losers.kept.map(({ droplet, constraint }) => ruledOut(droplet, constraint, limits)),
    ruledOutCounts,
    noNewDroplet: refused,
    forecast: winner ? forecastOf(winner, context) : null,
  }

  /** The droplet asked for need not be among the losers that are named. */
  function pinned() {
    const wanted = snapshot.droplets.find(({ id }) => id === request.dropletId)
    const constraint = wanted && brokenBy(wanted, limits)
    return constraint ? ruledOut(wanted, constraint, limits) : undefined
  }
}

const byName = (a: PlacementDroplet, b: PlacementDroplet): number => compare(a.name, b.name) || compare(a.id, b.id)

/**
 * By score. Of equals: what is paid first; new ones where most of the fleet is (fewest places to look at, shortest ways
 * between), cheapest first, with more memory first; then by name, so that no two are equal.
 */
function rankedBefore({ droplets }: Snapshot): (a: Ranked, b: Ranked) => boolean {
  const inRegion = new Map<string, number>()
  for (const { region } of droplets) inRegion.set(region, (inRegion.get(region) ?? 0) + 1)
  const order = (a: Option, b: Option): number => {
    if (!a.fresh || !b.fresh) return a.fresh ? 1 : b.fresh ? -1 : byName(a, b)
    return (
      (inRegion.get(b.region) ?? 0) - (inRegion.get(a.region) ?? 0) ||
      a.priceMonthlyMicros - b.priceMonthlyMicros ||
      b.capacity.memoryBytes - a.capacity.memoryBytes ||
      compare(a.size, b.size) ||
      compare(a.region, b.region)
    )
  }
  return (a, b) => (a.total === b.total ? order(a.option, b.option) < 0 : a.total > b.total)
}
