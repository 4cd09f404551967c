/** Refuses regions and sizes that the cloud does not know, where a person first names them in their settings. */
import { and, eq, ne } from 'drizzle-orm'
import type { StoredPlacementSettings } from '#db/placement-preferences.ts'
import { droplets } from '#db/schema/fleet.ts'
import { BerthError } from '#server/errors.ts'
import { accountOf } from './accounts.ts'
import { cloudFor } from './cloud-client.ts'
import type { FleetCtx } from './types.ts'

/** A form waits no longer for the cloud; what it did not say in time is not checked. */
const CATALOGUE_WAIT_MS = 5000
const SHOWN_MAX = 15

type Kind = 'region' | 'size'
type Slugs = Record<Kind, ReadonlySet<string>>

/** Every place in the settings that names a region or a size. */
const namedIn = (settings: StoredPlacementSettings): { field: string; kind: Kind; slugs: string[] }[] => {
  const { preferredRegions, forbiddenRegions, preferredSizes, forbiddenSizes, provisioning } = settings
  const { defaultSize } = provisioning
  return [
    { field: 'preferredRegions', kind: 'region', slugs: preferredRegions },
    { field: 'forbiddenRegions', kind: 'region', slugs: forbiddenRegions },
    { field: 'preferredSizes', kind: 'size', slugs: preferredSizes },
    { field: 'forbiddenSizes', kind: 'size', slugs: forbiddenSizes },
    { field: 'provisioning.preferredRegions', kind: 'region', slugs: provisioning.preferredRegions },
    { field: 'provisioning.defaultSize', kind: 'size', slugs: defaultSize === null ? [] : [defaultSize] },
  ]
}

/**
 * What `before` names already stays acceptable when the cloud drops it; where the catalogue can't be read, everything is.
 * @throws INVALID_INPUT at the field that names a region or a size that is not there
 */
export async function refuseUnknownSlugs(
  ctx: FleetCtx,
  next: StoredPlacementSettings,
  before: StoredPlacementSettings,
): Promise<void> {
  const stored = namedIn(before)
  const isStored = (kind: Kind, slug: string) => stored.some((each) => each.kind === kind && each.slugs.includes(slug))
  const added = namedIn(next).flatMap(({ field, kind, slugs }) =>
    slugs.filter((slug) => !isStored(kind, slug)).map((slug) => ({ field, kind, slug })),
  )
  if (added.length === 0) return
  const known = await knownSlugs(ctx)
  if (!known) return
  const wrong = added.find(({ kind, slug }) => !known[kind].has(slug))
  if (!wrong) return
  throw new BerthError('INVALID_INPUT', `DigitalOcean has no ${wrong.kind} ${wrong.slug}.`, {
    field: wrong.field,
    action: `Take it out, or use ${offered(known[wrong.kind], wrong.kind)}.`,
  })
}

function offered(slugs: ReadonlySet<string>, kind: Kind): string {
  const sorted = [...slugs].sort()
  if (sorted.length === 0 || sorted.length > SHOWN_MAX) return `a ${kind} that selection.offers lists`
  return sorted.length === 1 ? `${sorted[0]}` : `one of ${sorted.join(', ')}`
}

/** Also those sold out now, and those that the person's droplets have; null: the catalogue can't be read. */
async function knownSlugs(ctx: FleetCtx): Promise<Slugs | null> {
  const base = { ...ctx, fleet: ctx.services.fleet }
  try {
    const account = await accountOf(base, ctx.actor.userId)
    cloudFor(base, account)
    const { slugs } = await base.fleet.clouds.catalogue(account.id, AbortSignal.timeout(CATALOGUE_WAIT_MS))
    const own = await ctx.db
      .select({ region: droplets.region, size: droplets.size })
      .from(droplets)
      .where(and(eq(droplets.userId, ctx.actor.userId), ne(droplets.state, 'deleted')))
    return {
      region: new Set([...slugs.regions, ...own.map(({ region }) => region)]),
      size: new Set([...slugs.sizes, ...own.map(({ size }) => size)]),
    }
  } catch (err) {
    ctx.log.warn({ err }, 'regions and sizes of placement settings were not checked: the catalogue could not be read')
    return null
  }
}
