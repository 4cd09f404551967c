/**
 * What this choice adds to the bill. Room on a paid droplet costs nothing more. A new droplet costs its price, and is as
 * good as the share of it that is expected to be used: by this deployment at once, by others like the user's over time.
 * So the right size is neither the smallest that fits, of which the system takes a third, nor the largest, which stays
 * empty.
 */
import type { Context, FactorRule, Option } from '../context.ts'
import { dollars, percent } from '../words.ts'
import { copiesIn, type Vector } from '../worth.ts'

/** Even a new droplet that will be used fully costs money that a paid one doesn't. */
const NEW_AT_BEST = 0.5
/**
 * How much more the user is expected to run before growth stops, in dollars a month: a fleet that runs much goes on to
 * grow by more, but by a falling share.
 */
const GROWTH_FACTOR = 3
const GROWTH_POWER = 0.8
const GROWTH_FLOOR_DOLLARS = 10
/** Room for less than this share of an average container is lost at the edge. */
const EDGE = 0.3
/** Even a full droplet keeps gaps. */
const FILLED_AT_BEST = 0.9

export const cost: FactorRule = {
  score(option, context) {
    return option.fresh ? NEW_AT_BEST * usedShare(option, context) : 1
  },
  detail(option, context) {
    if (!option.fresh) return 'Adds nothing: the droplet is paid already'
    const price = `${dollars(option.priceMonthlyMicros)} more a month`
    return `${price}, ${percent(usedShare(option, context))} of it for what is expected to run there`
  },
}

/** Expected value of what will run there, of its price, 0-1. */
function usedShare(option: Option, context: Context): number {
  return Math.min(1, (context.wantedMicros + laterUse(option, context)) / Math.max(1, option.priceMonthlyMicros))
}

/** More room is used ever less surely: by growth that is exponentially distributed. */
function laterUse({ capacity }: Option, context: Context): number {
  const { worth, wanted, request } = context
  if (!request.preferences.provisioning.autoScaleEnabled || request.exclusive) return 0
  const left: Vector = [
    capacity.memoryBytes - wanted[0],
    capacity.cpuMillis - wanted[1],
    capacity.diskBytes - wanted[2],
  ]
  const room = Math.max(0, copiesIn(worth, left) - EDGE) * worth.averageMicros * FILLED_AT_BEST
  const growth = growthOf(worth.mixMicros)
  return growth * (1 - Math.exp(-room / growth))
}

const growthOf = (mixMicros: number): number =>
  (GROWTH_FACTOR * (mixMicros / 1e6) ** GROWTH_POWER + GROWTH_FLOOR_DOLLARS) * 1e6
