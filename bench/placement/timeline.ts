/**
 * Two weeks of a fleet of about 100 live containers: Poisson arrivals, log-normal lifetimes, after a week of running in.
 * The same mix and seed give the same events on every machine.
 */
import { type Random, seeded } from '#server/placement/plan/index.ts'
import { type Container, container, type Mix } from './mixes.ts'

export interface Stay extends Container {
  id: string
  arrivesAt: number
  leavesAt: number
}

/** Hours. Measured is from 0 to the end. */
export const RUN_IN_FROM = -168
export const MEASURED_UNTIL = 336

const LIVE = 100
/** Half stay less than a day, one in forty more than ten; two days in the mean. */
const MEDIAN_HOURS = 24
const SIGMA = 1.2
const MEAN_HOURS = MEDIAN_HOURS * Math.exp(SIGMA ** 2 / 2)

export function timeline(mix: Mix, seed: number): Stay[] {
  const random = seeded(seed * 104_729 + 7)
  const stays: Stay[] = []
  // Those that live already when the running-in begins: so the fleet does not have to grow for a week.
  for (let i = 0; i < LIVE; i++) stays.push(stay(mix, random, stays.length, RUN_IN_FROM))
  let now = RUN_IN_FROM
  for (;;) {
    now += (-Math.log(1 - random()) * MEAN_HOURS) / LIVE
    if (now >= MEASURED_UNTIL) return stays
    stays.push(stay(mix, random, stays.length, now))
  }
}

function stay(mix: Mix, random: Random, n: number, arrivesAt: number): Stay {
  const drawn = container(mix, random)
  return { ...drawn, id: `c${n}`, arrivesAt, leavesAt: arrivesAt + MEDIAN_HOURS * Math.exp(SIGMA * gaussian(random)) }
}

/** Box and Muller. */
const gaussian = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

export const liveAt = (stays: Stay[], hour: number): Stay[] =>
  stays.filter(({ arrivesAt, leavesAt }) => arrivesAt <= hour && leavesAt > hour)
