import { z } from 'zod'
import { dropletId, region, slug } from '#server/api/inputs.ts'
import { router, userProcedure } from '#server/api/trpc.ts'
import type { Decision } from '#server/placement/types.ts'
import { previewPlacement } from '#server/templates/index.ts'

export const selectionRouter = router({
  /** Where a deployment would go now, with the reasons; nothing is reserved. */
  preview: userProcedure('read')
    .input(z.object({ template: slug, region: region.optional(), dropletId: dropletId.optional() }))
    .query(({ ctx, input }): Promise<Decision> => previewPlacement(ctx.user, input)),
})
