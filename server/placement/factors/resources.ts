/**
 * How well it fits: what stays free there, in dollars, and how much of that nobody like the user's deployments could
 * use because another resource beside it is gone. A droplet full of memory without CPU is money lost.
 */
import { readableBytes } from '../capacity.ts'
import type { Context, FactorRule, Option } from '../context.ts'
import { dollars, vcpu } from '../words.ts'
import { copiesIn, microsOf, type Vector } from '../worth.ts'

/** What can still be used counts as a loss too, a little: the fuller droplet first, so that others stay or fall empty. */
const FREE_WEIGHT = 0.6
/** What this very choice takes from the room for others. */
const TAKEN_WEIGHT = 0.5
/** The loss, in average containers, that halves the score. */
const HALF_AT = 4

export const resources: FactorRule = {
  score(option, context) {
    // Nothing is on it yet: the loosest fit there is.
    if (option.fresh) return 0
    const half = HALF_AT * context.worth.averageMicros
    return half / (half + lossOf(option, context))
  },
  detail(option, context) {
    const after = leftOf(option, context)
    const [memoryBytes, cpuMillis] = after
    const left = `${readableBytes(memoryBytes)} of memory and ${vcpu(cpuMillis)} stay free`
    if (option.fresh) return `An empty droplet, nothing to fit beside: ${left}`
    const { free, stranded } = freeAndStranded(after, context)
    return `${left}, worth ${dollars(free)} a month, ${dollars(stranded)} of it of no use to deployments like yours`
  },
}

function leftOf({ free }: Option, { wanted }: Context): Vector {
  return [free.memoryBytes - wanted[0], free.cpuMillis - wanted[1], free.diskBytes - wanted[2]]
}

function freeAndStranded(after: Vector, { worth }: Context): { free: number; stranded: number } {
  const free = microsOf(worth, after)
  return { free, stranded: Math.max(0, free - copiesIn(worth, after) * worth.averageMicros) }
}

function lossOf(option: Option, context: Context): number {
  const { worth } = context
  const after = leftOf(option, context)
  const { free, stranded } = freeAndStranded(after, context)
  const { memoryBytes, cpuMillis, diskBytes } = option.free
  const taken = (copiesIn(worth, [memoryBytes, cpuMillis, diskBytes]) - copiesIn(worth, after)) * worth.averageMicros
  return Math.max(0, stranded + FREE_WEIGHT * free + TAKEN_WEIGHT * taken)
}
