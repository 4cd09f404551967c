/** What placement sees: the user's droplets with what is free on them, and what their cloud account can still buy. */
import { and, eq, getTableColumns, gt, isNotNull, ne, sql } from 'drizzle-orm'
import type { Db } from '#db/client.ts'
import { deployments } from '#db/schema/deployments.ts'
import { droplets, reservations } from '#db/schema/fleet.ts'
import { type Capacity, capacityOf, type PlacementDroplet, type Snapshot } from '#server/placement/index.ts'
import { accountOf } from './accounts.ts'
import { holdsInForce, keepsAway } from './breaker/gate.ts'
import { type CloudAccount, cloudFor } from './cloud-client.ts'
import type { Catalogue } from './clouds.ts'
import { measuredLatency } from './latency.ts'
import { type Measured, measuredOf } from './measured.ts'
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
  const [rows, left, measured, holds, latencyMs] = await Promise.all([
    withReservations(base.db, account.id, o.deploymentId),
    leftLately(base.db, userId),
    measuredOf(base.db, userId),
    holdsInForce(base.db),
    measuredLatency(base.db, userId),
  ])
  const { sizes, regions } = await catalogueFor(
    base,
    account,
    rows.some((r) => r.droplet.state === 'active'),
    o.signal,
  )
  return {
    droplets: rows.map(({ droplet, used, others }) => {
      const hold = holds.get(droplet.id)
      const heldBack = hold && keepsAway(hold, o.deploymentId) ? hold.detail : null
      return seen(droplet, { reserved: used, others, measured: measured.get(droplet.id), heldBack })
    }),
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
        left,
      }),
      { memoryBytes: 0, cpuMillis: 0, diskBytes: 0, containers: 0, left },
    ),
    monthlyCostMicros: rows.reduce((sum, { droplet }) => sum + droplet.priceMonthlyMicros, 0),
    latencyMs,
  }
}

/** How many of the user's deployments that once served were deleted in the last two weeks. */
const leftLately = (db: Db, userId: string): Promise<number> =>
  db.$count(
    deployments,
    and(
      eq(deployments.userId, userId),
      eq(deployments.purpose, 'serve'),
      isNotNull(deployments.healthyAt),
      gt(deployments.deletedAt, sql`now() - interval '14 days'`),
    ),
  )

const withReservations = (db: Db, cloudAccountId: string, but: string | undefined) =>
  db
    .select({
      droplet: getTableColumns(droplets),
      used: reservedSums,
      others: othersOf(sql`"droplets"."id"`, but ?? null),
    })
    .from(droplets)
    .leftJoin(reservations, eq(reservations.dropletId, droplets.id))
    .where(and(eq(droplets.cloudAccountId, cloudAccountId), ne(droplets.state, 'deleted')))
    .groupBy(droplets.id)
    .orderBy(droplets.name)

interface Known {
  reserved: Capacity
  others: Others
  measured: Measured | undefined
  /** Why the circuit breaker lets nothing on it. */
  heldBack: string | null
}

function seen(droplet: Droplet, { reserved, others, measured, heldBack }: Known): PlacementDroplet {
  const templates: Record<string, number> = {}
  for (const id of others.templates) templates[id] = (templates[id] ?? 0) + 1
  return {
    id: droplet.id,
    name: droplet.name,
    region: droplet.region,
    size: droplet.size,
    capacity: capacityOf(droplet),
    free: freeCapacity(droplet, reserved),
    // Nobody measures disks: what is reserved counts.
    used: measured?.used ? { ...measured.used, diskBytes: reserved.diskBytes } : null,
    containers: others.holders,
    templates,
    exclusiveHeld: others.exclusiveHeld,
    ...stateOf(droplet.state, heldBack),
    failures: measured?.failures ?? 0,
    priceMonthlyMicros: droplet.priceMonthlyMicros,
  }
}

function stateOf(state: Droplet['state'], heldBack: string | null): Pick<PlacementDroplet, 'state' | 'reason'> {
  if (state === 'active') return heldBack === null ? { state: 'ok' } : { state: 'held', reason: heldBack }
  return { state: state === 'creating' || state === 'booting' ? 'coming' : 'unusable', reason: UNUSABLE[state] }
}

/** R20: while the cloud is down, what already runs can still take deployments. */
async function catalogueFor(
  base: FleetBase,
  account: CloudAccount,
  canDoWithout: boolean,
  signal?: AbortSignal,
): Promise<Pick<Catalogue, 'sizes' | 'regions'>> {
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
