import { z } from 'zod'
import { dropletId, region, resources, slug, strategy } from '#server/api/inputs.ts'
import { router, userProcedure } from '#server/api/trpc.ts'
import type { PreviewView } from '#server/api/views-placement.ts'
import { previewPlacement } from '#server/templates/index.ts'

export const selectionRouter = router({
  /** Where a deployment would go now, with the reasons; nothing is reserved. */
  preview: userProcedure('read')
    .input(
      z.object({
        template: slug,
        region: region.optional(),
        dropletId: dropletId.optional(),
        strategy: strategy.optional(),
        resources: resources.optional(),
      }),
    )
    .query(({ ctx, input }): Promise<PreviewView> => previewPlacement(ctx.user, input)),
})
