import { z } from 'zod'
import { placementSettings } from '#db/placement-preferences.ts'
import { days, dropletId, region, resources, slug, strategy } from '#server/api/inputs.ts'
import { router, userProcedure } from '#server/api/trpc.ts'
import type { EffectivenessView, OffersView, PreviewView } from '#server/api/views-placement.ts'
import { ownEffectiveness } from '#server/effectiveness/index.ts'
import { listOffers, strategyWeights } from '#server/fleet/index.ts'
import type { Decision, Strategy } from '#server/placement/types.ts'
import { previewPlacement } from '#server/templates/index.ts'

export const selectionRouter = router({
  /** Regions and sizes that can be had. */
  offers: userProcedure('read').query(({ ctx }): Promise<OffersView> => listOffers(ctx.user)),
  /** What each strategy weighs. */
  strategies: userProcedure('read').query((): Record<Strategy, Decision['weights']> => strategyWeights()),
  /** Whether placement was right, over one's own decisions of late. */
  effectiveness: userProcedure('read')
    .input(z.object({ days }))
    .query(({ ctx, input, signal }): Promise<EffectivenessView> => ownEffectiveness(ctx.user, input, signal)),
  /** Where a deployment would go now, with the reasons; nothing is reserved. */
  preview: userProcedure('read')
    .input(
      z.object({
        template: slug,
        region: region.optional(),
        dropletId: dropletId.optional(),
        strategy: strategy.optional(),
        resources: resources.optional(),
        settings: placementSettings.optional(),
      }),
    )
    .query(({ ctx, input }): Promise<PreviewView> => previewPlacement(ctx.user, input)),
})
