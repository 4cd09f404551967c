/** Weights of the six factors as sliders hold them and as shares of a decision. Pure. */
import { WEIGHT_MAX } from '#db/placement-preferences.ts'
import type { FactorName } from '#server/placement/types.ts'
import { FACTORS } from './words.ts'

export type Weights = Record<FactorName, number>

/** A slider's step: finer would be a precision that nobody means. */
export const WEIGHT_STEP = 0.5

/** Shares of all weights, as placement counts them; all 0 when no factor weighs anything. */
export function shares(weights: Weights): Weights {
  const sum = FACTORS.reduce((total, name) => total + weights[name], 0)
  return byFactor((name) => (sum > 0 ? weights[name] / sum : 0))
}

/** A preset's shares as slider values: the heaviest factor stands at the end of its slider. */
export function sliders(inForce: Weights): Weights {
  const most = Math.max(...FACTORS.map((name) => inForce[name]))
  const scale = most > 0 ? WEIGHT_MAX / most : 0
  return byFactor((name) => Math.round((inForce[name] * scale) / WEIGHT_STEP) * WEIGHT_STEP)
}

const byFactor = (of: (name: FactorName) => number): Weights =>
  Object.fromEntries(FACTORS.map((name) => [name, of(name)])) as Weights
