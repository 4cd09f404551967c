/** What the placement settings hold while they are edited, and what each change makes of them. Pure. */

import { FACTORS } from '#components/placement/words.ts'
import { type PlacementSettings, placementSettings, WEIGHT_MAX } from '#db/placement-preferences.ts'
import type { FactorName, Strategy } from '#server/placement/types.ts'

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

/** A preset comes with its own weights. */
export const withStrategy = (settings: PlacementSettings, strategy: Strategy): PlacementSettings => ({
  ...settings,
  strategy,
  weights: null,
})

/** One slider moved: from then on all six are the person's own. */
export const withWeight = (
  settings: PlacementSettings,
  standing: Weights,
  name: FactorName,
  weight: number,
): PlacementSettings => ({ ...settings, weights: { ...standing, [name]: weight } })

const WISHES = {
  regions: ['preferredRegions', 'forbiddenRegions'],
  droplets: ['preferredDroplets', 'forbiddenDroplets'],
  sizes: ['preferredSizes', 'forbiddenSizes'],
} as const
export type WishKind = keyof typeof WISHES
export type Wish = 'prefer' | 'forbid'

export const wishesOf = (settings: PlacementSettings, kind: WishKind): Record<Wish, string[]> => {
  const [preferred, forbidden] = WISHES[kind]
  return { prefer: settings[preferred], forbid: settings[forbidden] }
}

/** Each entry is preferred, forbidden or neither, never both. */
export function withWish(
  settings: PlacementSettings,
  kind: WishKind,
  entry: string,
  wish: Wish | null,
): PlacementSettings {
  const [preferred, forbidden] = WISHES[kind]
  const without = (list: readonly string[]) => list.filter((each) => each !== entry)
  return {
    ...settings,
    [preferred]: wish === 'prefer' ? [...without(settings[preferred]), entry] : without(settings[preferred]),
    [forbidden]: wish === 'forbid' ? [...without(settings[forbidden]), entry] : without(settings[forbidden]),
  }
}

/** What the server would refuse, by field: `provisioning.maxDropletsPerUser`. */
export function problems(settings: PlacementSettings): Record<string, string> {
  const { error } = placementSettings.safeParse(settings)
  return Object.fromEntries((error?.issues ?? []).map(({ path, message }) => [path.join('.'), message]))
}

/** Empty means no limit; anything that is no number is kept apart as NaN, so that the field can say so. */
export const readLimit = (text: string): number | null => (text.trim() === '' ? null : Number(text))

export const writeLimit = (limit: number | null): string => (limit === null || Number.isNaN(limit) ? '' : String(limit))

export const isSame = (a: PlacementSettings, b: PlacementSettings): boolean => JSON.stringify(a) === JSON.stringify(b)
