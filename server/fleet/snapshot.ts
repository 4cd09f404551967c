/** What placement sees: the user's droplets with what is free on them, and what their cloud account can still buy. */
import { and, eq, getTableColumns, ne, sql } from 'drizzle-orm'
import { droplets, reservations } from '#db/schema/fleet.ts'
import { capacityOf, type PlacementDroplet, type Snapshot } from '#server/placement/index.ts'
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
    demand: rows.reduce(
      (sum, { used, others }) => ({
        memoryBytes: sum.memoryBytes + used.memoryBytes,
        cpuMillis: sum.cpuMillis + used.cpuMillis,
        diskBytes: sum.diskBytes + used.diskBytes,
        containers: sum.containers + others.holders,
      }),
      { memoryBytes: 0, cpuMillis: 0, diskBytes: 0, containers: 0 },
    ),
    monthlyCostMicros: rows.reduce((sum, { droplet }) => sum + droplet.priceMonthlyMicros, 0),
    latencyMs: {},
  }
}

function seen(droplet: Droplet, used: Parameters<typeof freeCapacity>[1], others: Others): PlacementDroplet {
  const templates: Record<string, number> = {}
  for (const id of others.templates) templates[id] = (templates[id] ?? 0) + 1
  return {
    id: droplet.id,
    name: droplet.name,
    region: droplet.region,
    size: droplet.size,
    capacity: capacityOf(droplet),
    free: freeCapacity(droplet, used),
    used: null,
    containers: others.holders,
    templates,
    exclusiveHeld: others.exclusiveHeld,
    ...stateOf(droplet.state),
    failures: 0,
    priceMonthlyMicros: droplet.priceMonthlyMicros,
  }
}

function stateOf(state: Droplet['state']): Pick<PlacementDroplet, 'state' | 'reason'> {
  if (state === 'active') return { state: 'ok' }
  return { state: state === 'creating' || state === 'booting' ? 'coming' : 'unusable', reason: UNUSABLE[state] }
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
