/** How a person wants placement to decide: one row each, defaults until they say otherwise. */
import { and, eq, inArray, ne, sql } from 'drizzle-orm'
import type { Db, Tx } from '#db/client.ts'
import type { PlacementSettings, StoredPlacementSettings } from '#db/placement-preferences.ts'
import { droplets } from '#db/schema/fleet.ts'
import { placementPreferences } from '#db/schema/placement.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { DEFAULT_PREFERENCES, type PlacementPreferences, type Strategy } from '#server/placement/index.ts'
import { recordedTx } from '#server/tx.ts'
import { refuseUnknownSlugs } from './known-slugs.ts'
import type { FleetCtx } from './types.ts'

const DEFAULTS: StoredPlacementSettings = { ...DEFAULT_PREFERENCES, weights: null, latency: 'distance' }

/** @param strategy for this once, in place of the person's own and of their weights */
export async function preferencesFor(db: Db | Tx, userId: string, strategy?: Strategy): Promise<PlacementPreferences> {
  const { weights, ...stored } = await storedFor(db, userId)
  return asPreferences({ ...stored, weights: strategy ? null : weights, strategy: strategy ?? stored.strategy })
}

/** Of settings that are tried and not saved. */
export const preferencesOf = (settings: PlacementSettings): PlacementPreferences => asPreferences(toStored(settings))

const asPreferences = ({ weights, latency: _, ...stored }: StoredPlacementSettings): PlacementPreferences => ({
  ...stored,
  ...(weights && { weights }),
})

function toStored({ provisioning, ...settings }: PlacementSettings): StoredPlacementSettings {
  const { monthlyBudgetUsd, ...rest } = provisioning
  const monthlyBudgetMicros = monthlyBudgetUsd === null ? null : Math.round(monthlyBudgetUsd * 1e6)
  return { ...settings, provisioning: { ...rest, monthlyBudgetMicros } }
}

/** Whether the person says to sit beside this Berth, so that its own round trips are theirs. */
export const wantsMeasured = async (db: Db, userId: string): Promise<boolean> =>
  (await storedFor(db, userId)).latency === 'measured'

async function storedFor(db: Db | Tx, userId: string): Promise<StoredPlacementSettings> {
  const [row] = await db
    .select({ preferences: placementPreferences.preferences })
    .from(placementPreferences)
    .where(eq(placementPreferences.userId, userId))
  return row?.preferences ?? DEFAULTS
}

/** Without droplets that are no more, so that what was read can be written again. */
export async function getPlacementSettings(ctx: UserCtx): Promise<PlacementSettings> {
  const { provisioning, ...stored } = await storedFor(ctx.db, ctx.actor.userId)
  const { monthlyBudgetMicros, ...rest } = provisioning
  const live = await ownDroplets(ctx.db, ctx.actor.userId, [...stored.preferredDroplets, ...stored.forbiddenDroplets])
  return {
    ...stored,
    preferredDroplets: stored.preferredDroplets.filter((id) => live.has(id)),
    forbiddenDroplets: stored.forbiddenDroplets.filter((id) => live.has(id)),
    provisioning: { ...rest, monthlyBudgetUsd: monthlyBudgetMicros === null ? null : monthlyBudgetMicros / 1e6 },
  }
}

/**
 * @throws NOT_FOUND when a droplet is somebody else's, or nobody's
 * @throws INVALID_INPUT when a region or a size is none of the cloud's
 */
export async function setPlacementSettings(ctx: FleetCtx, input: PlacementSettings): Promise<PlacementSettings> {
  const { userId } = ctx.actor
  const preferences = toStored(input)
  await refuseUnknownSlugs(ctx, preferences, await storedFor(ctx.db, userId))
  await recordedTx(ctx, userId, async (tx, record) => {
    for (const field of ['preferredDroplets', 'forbiddenDroplets'] as const) {
      const own = await ownDroplets(tx, userId, input[field])
      if (input[field].some((id) => !own.has(id)))
        throw new BerthError('NOT_FOUND', 'There is no such droplet.', { field })
    }
    const set = { preferences, updatedAt: sql`now()` }
    await tx
      .insert(placementPreferences)
      .values({ userId, preferences })
      .onConflictDoUpdate({ target: placementPreferences.userId, set })
    // Where a person is stays out of the audit trail.
    const { strategy, weights } = preferences
    await record.audit('placement-preferences.set', `user:${userId}`, { strategy, weights })
  })
  return getPlacementSettings(ctx)
}

async function ownDroplets(db: Db | Tx, userId: string, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await db
    .select({ id: droplets.id })
    .from(droplets)
    .where(and(eq(droplets.userId, userId), ne(droplets.state, 'deleted'), inArray(droplets.id, ids)))
  return new Set(rows.map(({ id }) => id))
}
