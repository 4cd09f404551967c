/** What a plan's cost and the proven bound say together. */
import type { Instance } from './problem.ts'

export interface PlanCertificate {
  cost: number
  /** No plan that places everything costs less. */
  bound: number
  /** At most this share above the cheapest possible, e.g. 0.021. */
  gap: number
}

/**
 * A plan cheaper than `cost` buys only sizes cheaper than that, so it costs a multiple of what divides their prices: a
 * bound between two multiples is as good as the upper one.
 */
export function certificateOf({ price, sizes }: Instance, cost: number, bound: number): PlanCertificate {
  const step = price
    .subarray(0, sizes)
    .filter((one) => one < cost)
    .reduce(greatestCommonDivisor, 0)
  // A bound proven in floating point may be a hair above a multiple that it only just reaches.
  const lifted = Number.isSafeInteger(step) && step > 0 ? Math.ceil(bound / step - 1e-6) * step : bound
  const best = Math.min(cost, lifted)
  return { cost, bound: best, gap: best > 0 ? cost / best - 1 : 0 }
}

function greatestCommonDivisor(a: number, b: number): number {
  if (!Number.isSafeInteger(a) || !Number.isSafeInteger(b)) return Number.NaN
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
