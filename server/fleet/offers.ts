/** What a person's cloud account can buy now: what the page offers where regions and sizes are named. */
import type { OffersView } from '#server/api/views-placement.ts'
import { snapshotFor } from './snapshot.ts'
import type { FleetCtx } from './types.ts'

/** @throws CLOUD_ACCOUNT_MISSING, CLOUD_* when nothing is known yet and the cloud does not answer */
export async function listOffers(ctx: FleetCtx): Promise<OffersView> {
  const { regions, sizes } = await snapshotFor({ ...ctx, fleet: ctx.services.fleet }, ctx.actor.userId)
  return { regions, sizes: sizes.toSorted((a, b) => a.priceMonthlyMicros - b.priceMonthlyMicros) }
}
