import { z } from 'zod'
import { placementSettings } from '#db/placement-preferences.ts'
import { days, strategy } from '#server/api/inputs.ts'
import { adminProcedure, router } from '#server/api/trpc.ts'
import type { EffectivenessView, ReplayView } from '#server/api/views-placement.ts'
import { allEffectiveness, replayDecisions } from '#server/effectiveness/index.ts'

export const adminPlacementRouter = router({
  effectiveness: adminProcedure
    .input(z.strictObject({ days }))
    .query(({ ctx, input, signal }): Promise<EffectivenessView> => allEffectiveness(ctx.user, input, signal)),
  replay: adminProcedure
    .input(
      z.strictObject({
        days,
        strategy: strategy.optional(),
        weights: placementSettings.shape.weights.unwrap().optional(),
      }),
    )
    .query(({ ctx, input, signal }): Promise<ReplayView> => replayDecisions(ctx.user, input, signal)),
})
