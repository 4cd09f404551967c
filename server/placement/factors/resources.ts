/**
 * How well it fits: what stays free there, in dollars, how much of that nobody like the user's deployments could use
 * because another resource beside it is gone (memory without CPU is money lost), and whether the droplet would else soon
 * be empty.
 */
import { readableBytes } from '../capacity.ts'
import type { Context, FactorRule, Option } from '../context.ts'
import type { Resources } from '../types.ts'
import { dollars, vcpu } from '../words.ts'
import { copiesIn, microsOf, type Vector, vectorOf, type Worth } from '../worth.ts'

/** What can still be used counts as a loss too, a little: the fuller droplet first, so that others stay or fall empty. */
const FREE_WEIGHT = 1
/** What this very choice takes from the room for others. */
const TAKEN_WEIGHT = 1
/**
 * A droplet that holds little is soon empty by itself and then costs nothing, unless something new is put there: counted
 * in average containers, shared among those that are there and the new one; as far as the user's deployments do end.
 */
const LONELY_WEIGHT = 12
/** The loss, in average containers, that halves the score. */
const HALF_AT = 7

export const resources: FactorRule = {
  score(option, context) {
    // Nothing is on it yet: the loosest fit there is.
    if (option.fresh) return 0
    const half = HALF_AT * context.worth.averageMicros
    return half / (half + lossAfter(option.free, context.request, context.worth) + drainOf(option, context))
  },
  detail(option, context) {
    const vector = leftOf(option, context)
    const [memoryBytes, cpuMillis] = vector
    const left = `${readableBytes(memoryBytes)} of memory and ${vcpu(cpuMillis)} stay free`
    if (option.fresh) return `An empty droplet, nothing to fit beside: ${left}`
    const { free, stranded } = freeAndStranded(vector, context.worth)
    return `${left}, worth ${dollars(free)} a month, ${dollars(stranded)} of it of no use to deployments like yours`
  },
}

function drainOf({ containers }: Option, { worth, snapshot: { demand } }: Context): number {
  const ending = demand.left / (demand.left + demand.containers + 1)
  return ((LONELY_WEIGHT * ending) / (containers + 1)) * worth.averageMicros
}

const leftOf = ({ free }: Option, { request }: Context): Vector => after(free, request)

const after = (free: Resources, wanted: Resources): Vector => [
  free.memoryBytes - wanted.memoryBytes,
  free.cpuMillis - wanted.cpuMillis,
  free.diskBytes - wanted.diskBytes,
]

function freeAndStranded(left: Vector, worth: Worth): { free: number; stranded: number } {
  const free = microsOf(worth, left)
  return { free, stranded: Math.max(0, free - copiesIn(worth, left) * worth.averageMicros) }
}

/** In micro-dollars a month: how much worse off the droplet's room is for others. */
export function lossAfter(room: Resources, wanted: Resources, worth: Worth): number {
  const left = after(room, wanted)
  const { free, stranded } = freeAndStranded(left, worth)
  const taken = (copiesIn(worth, vectorOf(room)) - copiesIn(worth, left)) * worth.averageMicros
  return Math.max(0, stranded + FREE_WEIGHT * free + TAKEN_WEIGHT * taken)
}
