import { z } from 'zod'
import { dropletId } from '#server/api/inputs.ts'
import { router, userProcedure } from '#server/api/trpc.ts'
import type { DropletView } from '#server/api/views.ts'
import { deleteDroplet, forgetDroplet, listDroplets, releaseDroplet } from '#server/fleet/index.ts'

export const dropletsRouter = router({
  list: userProcedure('read').query(({ ctx }): Promise<DropletView[]> => listDroplets(ctx.user)),
  delete: userProcedure('deploy')
    .input(z.strictObject({ dropletId }))
    .mutation(({ ctx, input }): Promise<void> => deleteDroplet(ctx.user, input)),
  forget: userProcedure('deploy')
    .input(z.strictObject({ dropletId }))
    .mutation(({ ctx, input }): Promise<void> => forgetDroplet(ctx.user, input)),
  /** Lets placement use a droplet again that the circuit breaker holds back. */
  release: userProcedure('deploy')
    .input(z.strictObject({ dropletId }))
    .mutation(({ ctx, input }): Promise<void> => releaseDroplet(ctx.user, input)),
})
