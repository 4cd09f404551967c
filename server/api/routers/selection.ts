import { z } from 'zod'
import { placementSettings } from '#db/placement-preferences.ts'
import { days, onePlace, place, region, resources, slug, strategy } from '#server/api/inputs.ts'
import { router, userProcedure } from '#server/api/trpc.ts'
import type { EffectivenessView, OffersView, PlanView, PreviewView } from '#server/api/views-placement.ts'
import { ownEffectiveness } from '#server/effectiveness/index.ts'
import { listOffers, strategyWeights } from '#server/fleet/index.ts'
import type { Decision, Strategy } from '#server/placement/types.ts'
import { planFleetFor, previewPlacement } from '#server/templates/index.ts'

/** More takes a plan longer than anybody waits. */
const PLANNED_MAX = 2000

export const selectionRouter = router({
  /** Regions and sizes that can be had. */
  offers: userProcedure('read').query(({ ctx }): Promise<OffersView> => listOffers(ctx.user)),
  /** What each strategy weighs. */
  strategies: userProcedure('read').query((): Record<Strategy, Decision['weights']> => strategyWeights()),
  /** Whether placement was right, over one's own decisions of late. */
  effectiveness: userProcedure('read')
    .input(z.strictObject({ days }))
    .query(({ ctx, input, signal }): Promise<EffectivenessView> => ownEffectiveness(ctx.user, input, signal)),
  /**
   * Where many would go for the least money. It answers when the time is up or nothing better is possible: ask again
   * with more time for a better plan.
   */
  plan: userProcedure('read')
    .input(
      z.strictObject({
        items: z
          .array(z.strictObject({ template: slug, count: z.int().min(1).max(PLANNED_MAX) }))
          .max(50)
          .refine(
            (items) => items.reduce((sum, { count }) => sum + count, 0) <= PLANNED_MAX,
            `At most ${PLANNED_MAX} at once`,
          ),
        mode: z.enum(['add', 'anew']).default('add'),
        region: region.optional(),
        budgetMs: z.int().min(200).max(30_000).default(2000),
      }),
    )
    .query(({ ctx, input, signal }): Promise<PlanView> => planFleetFor(ctx.user, input, signal)),
  /** Where a deployment would go now, with the reasons; nothing is reserved. */
  preview: userProcedure('read')
    .input(
      z
        .strictObject({
          template: slug,
          ...place,
          strategy: strategy.optional(),
          resources: resources.optional(),
          settings: placementSettings.optional(),
        })
        .superRefine(onePlace),
    )
    .query(({ ctx, input }): Promise<PreviewView> => previewPlacement(ctx.user, input)),
})
