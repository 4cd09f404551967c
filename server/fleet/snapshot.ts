/** What placement sees: the user's droplets with what is free on them, and what their cloud account can still buy. */
import { and, eq, getTableColumns, ne, sql } from 'drizzle-orm'
import { droplets, reservations } from '#db/schema/fleet.ts'
import type { PlacementDroplet, Snapshot } from '#server/placement/types.ts'
import { accountOf } from './accounts.ts'
import { type CloudAccount, cloudFor } from './cloud-client.ts'
import type { Catalogue } from './clouds.ts'
import { freeCapacity, type Others, othersOf, reservedSums } from './reservations.ts'
import type { Droplet, FleetBase } from './types.ts'

const UNUSABLE: Record<Exclude<Droplet['state'], 'active'>, string> = {
  creating: 'still being created',
  booting: 'still starting',
  unreachable: 'unreachable',
  deleting: 'being deleted',
  deleted: 'deleted',
}

/**
 * @param o.deploymentId who asks: what it holds itself is no neighbour
 * @throws CLOUD_ACCOUNT_MISSING, and CLOUD_* when prices can't be read and no droplet is there to fall back on */
export async function snapshotFor(
  base: FleetBase,
  userId: string,
  o: { signal?: AbortSignal; deploymentId?: string } = {},
): Promise<Snapshot> {
  const account = await accountOf(base, userId)
  const rows = await base.db
    .select({
      droplet: getTableColumns(droplets),
      used: reservedSums,
      others: othersOf(sql`"droplets"."id"`, o.deploymentId ?? null),
    })
    .from(droplets)
    .leftJoin(reservations, eq(reservations.dropletId, droplets.id))
    .where(and(eq(droplets.cloudAccountId, account.id), ne(droplets.state, 'deleted')))
    .groupBy(droplets.id)
    .orderBy(droplets.name)
  const { sizes, regions } = await catalogueFor(
    base,
    account,
    rows.some((r) => r.droplet.state === 'active'),
    o.signal,
  )
  return {
    droplets: rows.map(({ droplet, used, others }) => seen(droplet, used, others)),
    sizes: sizes.map(({ slug, vcpus, memoryBytes, diskBytes, priceMonthlyMicros, regions: sold }) => ({
      slug,
      vcpus,
      memoryBytes,
      diskBytes,
      priceMonthlyMicros,
      regions: sold,
    })),
    regions: regions.map((r) => r.slug),
    dropletsLeft: Math.max(0, account.dropletLimit - rows.length),
  }
}

function seen(droplet: Droplet, used: Parameters<typeof freeCapacity>[1], others: Others): PlacementDroplet {
  const free = freeCapacity(droplet, used)
  return {
    id: droplet.id,
    name: droplet.name,
    region: droplet.region,
    size: droplet.size,
    freeMemoryBytes: free.memoryBytes,
    freeCpuMillis: free.cpuMillis,
    freeDiskBytes: free.diskBytes,
    memoryBytes: droplet.memoryBytes,
    deployments: others.holders,
    templates: others.templates,
    exclusiveHeld: others.exclusiveHeld,
    ...(droplet.state === 'active' ? { usable: true } : { usable: false, unusableReason: UNUSABLE[droplet.state] }),
    ...((droplet.state === 'creating' || droplet.state === 'booting') && { coming: true }),
  }
}

/** R20: while the cloud is down, what already runs can still take deployments. */
async function catalogueFor(
  base: FleetBase,
  account: CloudAccount,
  canDoWithout: boolean,
  signal?: AbortSignal,
): Promise<Catalogue> {
  try {
    cloudFor(base, account)
    return await base.fleet.clouds.catalogue(account.id, signal)
  } catch (err) {
    signal?.throwIfAborted()
    if (!canDoWithout) throw err
    base.log.warn({ err, cloudAccount: account.id }, 'prices could not be read: only droplets that run are offered')
    return { sizes: [], regions: [] }
  }
}
