/**
 * How a person wants placement to decide, as the API takes it and the page edits it. Plain zod, free of Drizzle, so
 * that the form refuses exactly what the server would. Money is in dollars here, as people write it; the server keeps
 * micro-dollars.
 */
import { z } from 'zod'

export const PLACEMENT_STRATEGIES = ['balanced', 'pack', 'spread', 'cheapest', 'nearest'] as const
export const PLACEMENT_FACTORS = ['resources', 'load', 'location', 'cost', 'redundancy', 'preferences'] as const
export const WEIGHT_MAX = 10

const slugs = z
  .array(
    z
      .string()
      .max(60)
      .regex(/^[a-z0-9][a-z0-9-]*$/, 'Use a slug of DigitalOcean such as nyc3 or s-1vcpu-1gb'),
  )
  .max(200)
const dropletIds = z.array(z.uuid()).max(500)
const weight = z.number().min(0).max(WEIGHT_MAX)

export const placementSettings = z
  .object({
    strategy: z.enum(PLACEMENT_STRATEGIES),
    /** In place of the strategy's own; null: those. */
    weights: z
      .partialRecord(z.enum(PLACEMENT_FACTORS), weight)
      .refine(
        (weights) => PLACEMENT_FACTORS.some((factor) => weights[factor] !== 0),
        'Give at least one factor a weight above 0',
      )
      .nullable(),
    /** From where the user's agents call; null: not told. */
    place: z
      .object({
        lat: z.number().min(-90).max(90),
        lon: z.number().min(-180).max(180),
        label: z
          .string()
          .trim()
          .min(1)
          .max(80)
          .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value), 'Use one line without control characters'),
      })
      .nullable(),
    /** `distance`: estimated from the place. `measured`: the round trips from this Berth, for who sits beside it. */
    latency: z.enum(['distance', 'measured']),
    preferredRegions: slugs,
    forbiddenRegions: slugs,
    preferredDroplets: dropletIds,
    forbiddenDroplets: dropletIds,
    preferredSizes: slugs,
    forbiddenSizes: slugs,
    provisioning: z.object({
      enabled: z.boolean(),
      /** Null: only the cloud account's own limit counts. */
      maxDropletsPerUser: z
        .int('Use a whole number of droplets, or leave it empty')
        .min(0, 'Use 0 or more, or leave it empty')
        .max(1000, 'Use at most 1000, or leave it empty')
        .nullable(),
      preferredRegions: slugs,
      /** Null: placement chooses. */
      defaultSize: slugs.element.nullable(),
      autoScaleEnabled: z.boolean(),
      /** Null: no cap. */
      monthlyBudgetUsd: z
        .number('Use an amount in dollars, or leave it empty')
        .min(0, 'Use 0 or more, or leave it empty for no cap')
        .max(1_000_000, 'Use at most 1000000, or leave it empty for no cap')
        .nullable(),
    }),
  })
  .superRefine((value, issues) => {
    for (const [preferred, forbidden] of [
      ['preferredRegions', 'forbiddenRegions'],
      ['preferredDroplets', 'forbiddenDroplets'],
      ['preferredSizes', 'forbiddenSizes'],
    ] as const) {
      const both = value[preferred].find((entry) => value[forbidden].includes(entry))
      if (both !== undefined)
        issues.addIssue({ code: 'custom', path: [forbidden], message: `${both} is both preferred and forbidden` })
    }
  })
export type PlacementSettings = z.infer<typeof placementSettings>

/** As a row keeps them. */
export type StoredPlacementSettings = Omit<PlacementSettings, 'provisioning'> & {
  provisioning: Omit<PlacementSettings['provisioning'], 'monthlyBudgetUsd'> & { monthlyBudgetMicros: number | null }
}
