import { and, eq } from 'drizzle-orm'
import { droplets } from '#db/schema/fleet.ts'
import { BerthError } from '#server/errors.ts'
import { snapshotFor } from '#server/fleet/index.ts'
import { choose, type Decision } from '#server/placement/index.ts'
import { findTemplate } from './catalogue.ts'
import { requestOf } from './cost.ts'
import type { TemplatesCtx } from './list.ts'

/** Where a deployment would go now, with the reasons; nothing is reserved. @throws NOT_FOUND, CLOUD_ACCOUNT_MISSING */
export async function previewPlacement(
  ctx: TemplatesCtx,
  input: { template: string; region?: string; dropletId?: string },
): Promise<Decision> {
  const template = await findTemplate(ctx, input.template)
  if (input.dropletId !== undefined) {
    const own = and(eq(droplets.id, input.dropletId), eq(droplets.userId, ctx.actor.userId))
    if ((await ctx.db.$count(droplets, own)) === 0)
      throw new BerthError('NOT_FOUND', 'There is no such droplet.', { field: 'dropletId' })
  }
  const snapshot = await snapshotFor({ ...ctx, fleet: ctx.services.fleet }, ctx.actor.userId)
  return choose(snapshot, requestOf(template, input))
}
