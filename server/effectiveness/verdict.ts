/** What a decision turned out to be worth, and which factors told it beforehand. Pure. */
import { DROPLET_FAULTS } from '#server/fleet/index.ts'
import { capacityOf, choose, shortage } from '#server/placement/index.ts'
import type { Choice, FactorName, Resources } from '#server/placement/types.ts'
import type { DecisionInput } from './stored.ts'

export interface Outcome {
  decidedAt: Date
  healthyAt: Date | null
  failureCode: string | null
  leftAt: Date | null
  reserved: Resources
  /** Null: not sampled long enough to say. */
  p95: Pick<Resources, 'memoryBytes' | 'cpuMillis'> | null
  costMicros: number
  costedAt: Date
}

/** They speak against the choice and not against the template. */
const FAULTS: ReadonlySet<string> = new Set(DROPLET_FAULTS)
/** A cent a month. */
const REGRET_MICROS_MIN = 10_000
/** Below it a share of the cost says more of the first minutes than of the choice. */
const HELD_MS_MIN = 3_600_000

export type Judged = 'hit' | 'fault' | 'dearer' | 'unjudged'

/**
 * `unjudged`: it is not over yet, ended for reasons that no choice of a droplet could have changed, or was the person's
 * own wish.
 */
export function judge(outcome: Outcome, { wished, regretMicros }: { wished: boolean; regretMicros: number }): Judged {
  if (wished) return 'unjudged'
  if (outcome.failureCode && FAULTS.has(outcome.failureCode)) return 'fault'
  if (!outcome.healthyAt) return 'unjudged'
  return regretMicros >= REGRET_MICROS_MIN ? 'dearer' : 'hit'
}

/** What a choice adds to the bill by itself, a month. */
export const priceOf = (choice: Choice): number => (choice.kind === 'create' ? choice.priceMonthlyMicros : 0)

/**
 * How much less a month the best choice in hindsight would have cost: with what the container really used instead of
 * what it reserved, and with the share of a new droplet that it really caused (a larger one that others filled is no
 * waste). A slot on a droplet that is paid already costs nothing, so there is nothing to regret about one.
 */
export function regretOf(choice: Choice, outcome: Outcome, input: DecisionInput, monthHours: number): number {
  if (choice.kind !== 'create') return 0
  const heldMs = outcome.costedAt.getTime() - outcome.decidedAt.getTime()
  const caused =
    heldMs >= HELD_MS_MIN ? outcome.costMicros * ((monthHours * 3_600_000) / heldMs) : choice.priceMonthlyMicros
  return Math.max(0, Math.round(caused - cheapest(outcome, input)))
}

function cheapest(outcome: Outcome, { snapshot, request }: DecisionInput): number {
  const { memoryBytes, cpuMillis, diskBytes } = outcome.reserved
  const needs = {
    memoryBytes: Math.min(memoryBytes, outcome.p95?.memoryBytes ?? memoryBytes),
    cpuMillis: Math.min(cpuMillis, outcome.p95?.cpuMillis ?? cpuMillis),
    diskBytes,
  }
  if (choose(snapshot, { ...request, ...needs, existingOnly: true }).choice.kind === 'existing') return 0
  const { forbiddenRegions, forbiddenSizes } = request.preferences
  const regions = (request.regions ?? snapshot.regions).filter((region) => !forbiddenRegions.includes(region))
  const prices = snapshot.sizes
    .filter(({ slug }) => !forbiddenSizes.includes(slug) && (!request.sizes || request.sizes.includes(slug)))
    .filter((size) => size.regions.some((region) => regions.includes(region)))
    .filter((size) => shortage(capacityOf(size), needs) === null)
    .map(({ priceMonthlyMicros }) => priceMonthlyMicros)
  return prices.length > 0 ? Math.min(...prices) : Number.POSITIVE_INFINITY
}

export interface FactorEffect {
  name: FactorName
  /** Judged decisions in which it had a weight. */
  n: number
  /** Of its score for the chosen place with a good outcome, -1 to 1; null below twenty decisions or without variety. */
  correlation: number | null
  /** `misleads`: what it praised turned out worse, beyond chance (two standard errors). */
  verdict: 'helps' | 'misleads' | 'unclear' | 'too-few'
}

/** Below it nothing is claimed. */
const DECISIONS_MIN = 20

export function factorEffect(name: FactorName, seen: { score: number; good: boolean }[]): FactorEffect {
  const n = seen.length
  if (n < DECISIONS_MIN) return { name, n, correlation: null, verdict: 'too-few' }
  const correlation = pearson(seen.map(({ score, good }) => [score, good ? 1 : 0]))
  if (correlation === null) return { name, n, correlation, verdict: 'unclear' }
  const beyondChance = Math.abs(correlation) > 2 / Math.sqrt(n)
  return { name, n, correlation, verdict: beyondChance ? (correlation < 0 ? 'misleads' : 'helps') : 'unclear' }
}

function pearson(pairs: [number, number][]): number | null {
  const mean = (k: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[k], 0) / pairs.length
  const [meanX, meanY] = [mean(0), mean(1)]
  let [xy, xx, yy] = [0, 0, 0]
  for (const [x, y] of pairs) {
    xy += (x - meanX) * (y - meanY)
    xx += (x - meanX) ** 2
    yy += (y - meanY) ** 2
  }
  return xx > 1e-12 && yy > 1e-12 ? xy / Math.sqrt(xx * yy) : null
}
