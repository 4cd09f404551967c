/**
 * What this choice adds to the bill. Room on a paid droplet costs nothing more. A new droplet costs its price, and is as
 * good as the share of it that is expected to be used: by this deployment at once, by others like the user's over time.
 * So the right size is neither the smallest that fits, of which the system takes a third, nor the largest, which stays
 * empty.
 */
import type { Context, FactorRule, Option } from '../context.ts'
import { dollars, percent } from '../words.ts'
import { copiesIn, type Vector, vectorOf, type Worth } from '../worth.ts'

/** Even a new droplet that will be used fully costs money that a paid one doesn't. */
const NEW_AT_BEST = 0.5
/**
 * How much more the user is expected to run before growth stops, in dollars a month: a fleet that runs much goes on to
 * grow by more, but by a falling share.
 */
const GROWTH_FACTOR = 2.5
const GROWTH_POWER = 0.8
const GROWTH_FLOOR_DOLLARS = 15
/** How much the mix on its own counts. */
const MIX_SHARE = 0.4
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

/**
 * Expected value of what will run there, of its price, 0-1: by this deployment and what fits beside it, and, since the
 * next ones may differ from this one, by the mix on its own. The one alone would buy memory for whoever needs much of it,
 * and leave CPU that nobody finds.
 */
function usedShare({ capacity, priceMonthlyMicros }: Option, context: Context): number {
  const { worth, wanted, wantedMicros } = context
  const growth = growthOf(context)
  const own =
    wantedMicros +
    laterUse(
      [capacity.memoryBytes - wanted[0], capacity.cpuMillis - wanted[1], capacity.diskBytes - wanted[2]],
      worth,
      growth,
    )
  const mixed = growth === 0 ? wantedMicros : laterUse(vectorOf(capacity), worth, growth + worth.averageMicros)
  return Math.min(1, ((1 - MIX_SHARE) * own + MIX_SHARE * mixed) / Math.max(1, priceMonthlyMicros))
}

/** More room is used ever less surely: by growth that is exponentially distributed. */
function laterUse(free: Vector, worth: Worth, growth: number): number {
  if (growth === 0) return 0
  const room = Math.max(0, copiesIn(worth, free) - EDGE) * worth.averageMicros * FILLED_AT_BEST
  return growth * (1 - Math.exp(-room / growth))
}

function growthOf({ worth, request }: Context): number {
  if (!request.preferences.provisioning.autoScaleEnabled || request.exclusive) return 0
  return (GROWTH_FACTOR * (worth.mixMicros / 1e6) ** GROWTH_POWER + GROWTH_FLOOR_DOLLARS) * 1e6
}
