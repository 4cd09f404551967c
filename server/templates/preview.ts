/** Where a deployment would go now: the decision with its reasons, and its best choices side by side. */
import { and, eq, ne } from 'drizzle-orm'
import type { PlacementSettings } from '#db/placement-preferences.ts'
import { droplets } from '#db/schema/fleet.ts'
import type { PreviewView } from '#server/api/views-placement.ts'
import { BerthError } from '#server/errors.ts'
import { preferencesFor, preferencesOf, snapshotFor } from '#server/fleet/index.ts'
import { askable, choose, wishable } from '#server/placement/index.ts'
import { findTemplate } from './catalogue.ts'
import { choicesOf } from './choices.ts'
import { requestOf, type Wish } from './cost.ts'
import type { TemplatesCtx } from './list.ts'

/** Nothing is reserved. @throws NOT_FOUND, CLOUD_ACCOUNT_MISSING */
export async function previewPlacement(
  ctx: TemplatesCtx,
  /** `settings`: tried in place of the person's own, and not saved. */
  input: Wish & { template: string; settings?: PlacementSettings | undefined },
): Promise<PreviewView> {
  const { userId } = ctx.actor
  const template = await findTemplate(ctx, input.template)
  if (input.dropletId !== undefined) {
    const own = and(eq(droplets.id, input.dropletId), eq(droplets.userId, userId), ne(droplets.state, 'deleted'))
    if ((await ctx.db.$count(droplets, own)) === 0)
      throw new BerthError('NOT_FOUND', 'There is no such droplet.', { field: 'dropletId' })
  }
  const [snapshot, preferences] = await Promise.all([
    snapshotFor({ ...ctx, fleet: ctx.services.fleet }, userId),
    input.settings ? preferencesOf(input.settings) : preferencesFor(ctx.db, userId, input.strategy),
  ])
  const request = requestOf(template, preferences, input)
  const { dropletId, newDroplet, ...anywhere } = request
  // What was asked for is shown beside what placement would have chosen by itself.
  const free = choose(snapshot, anywhere)
  const asked = dropletId || newDroplet ? choose(snapshot, request) : null
  const newDroplets = wishable(snapshot, anywhere)
  return {
    ...(asked ?? free),
    monthlyNowMicros: snapshot.monthlyCostMicros,
    choices: choicesOf(snapshot, anywhere, free, { smallest: newDroplets[0], asked: asked?.candidates[0] }),
    newDroplets,
    droplets: askable(snapshot, anywhere),
  }
}
