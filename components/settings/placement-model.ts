/** What the placement settings hold while they are edited, and what each change makes of them. Pure. */

import type { Weights } from '#components/placement/weights-model.ts'
import { formatMonthly, plural } from '#components/ui/format.ts'
import { type PlacementSettings, placementSettings } from '#db/placement-preferences.ts'
import type { FactorName, Strategy } from '#server/placement/types.ts'

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

/** Distance is what `nearest` decides by, and it is measured from a place. */
export const lacksPlace = ({ strategy, place, latency }: PlacementSettings): boolean =>
  strategy === 'nearest' && place === null && latency === 'distance'

/** What the person's droplets are and cost together now. */
export interface Fleet {
  droplets: number
  monthlyMicros: number
}

/** What a limit means that the fleet has reached already: it may be saved, and stops what is new; null where it has not. */
export function reached(
  { maxDropletsPerUser, monthlyBudgetUsd }: PlacementSettings['provisioning'],
  { droplets, monthlyMicros }: Fleet,
): { maxDroplets: string | null; budget: string | null } {
  const isFull = maxDropletsPerUser !== null && droplets > 0 && droplets >= maxDropletsPerUser
  const isSpent = monthlyBudgetUsd !== null && monthlyMicros > 0 && monthlyMicros >= Math.round(monthlyBudgetUsd * 1e6)
  return {
    maxDroplets: isFull
      ? `You have ${plural(droplets, 'droplet')} already: no new one will be made until you have fewer or allow more.`
      : null,
    budget: isSpent
      ? `Your fleet costs ${formatMonthly(monthlyMicros)} already: nothing new will be bought until it costs less.`
      : null,
  }
}

/** Empty means no limit; anything that is no number is kept apart as NaN, so that the field can say so. */
export const readLimit = (text: string): number | null => (text.trim() === '' ? null : Number(text))

export const writeLimit = (limit: number | null): string => (limit === null || Number.isNaN(limit) ? '' : String(limit))

export const isSame = (a: PlacementSettings, b: PlacementSettings): boolean => JSON.stringify(a) === JSON.stringify(b)
