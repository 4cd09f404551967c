/** The fleets as they stand, for their use: one person's, or everybody's summed. */
import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Db } from '#db/client.ts'
import { droplets, reservations } from '#db/schema/fleet.ts'
import { capacityOf } from '#server/placement/index.ts'
import type { Resources } from '#server/placement/types.ts'
import { addUse, type DropletUse, type FleetUse, fleetUse } from './fleet-use.ts'

interface Owned {
  droplets: Map<string, DropletUse>
  /** Shapes of what the owner runs, each once. */
  mix: Map<string, Resources>
}

export async function fleetNow(db: Db, userId: string | null): Promise<FleetUse> {
  const [rows, used] = await Promise.all([
    db
      .select({ droplet: droplets, held: reservations })
      .from(droplets)
      .leftJoin(reservations, eq(reservations.dropletId, droplets.id))
      .where(and(inArray(droplets.state, ['active', 'unreachable']), userId ? eq(droplets.userId, userId) : undefined)),
    usedNow(db),
  ])
  const owners = new Map<string, Owned>()
  for (const { droplet, held } of rows) {
    const owned = owners.get(droplet.userId) ?? { droplets: new Map(), mix: new Map() }
    owners.set(droplet.userId, owned)
    const use = owned.droplets.get(droplet.id) ?? {
      capacity: capacityOf(droplet),
      reserved: { memoryBytes: 0, cpuMillis: 0, diskBytes: 0 },
      used: used.get(droplet.id) ?? null,
      priceMonthlyMicros: droplet.priceMonthlyMicros,
    }
    owned.droplets.set(droplet.id, use)
    if (!held) continue
    const { memoryBytes, cpuMillis, diskBytes } = held
    use.reserved.memoryBytes += memoryBytes
    use.reserved.cpuMillis += cpuMillis
    use.reserved.diskBytes += diskBytes
    owned.mix.set(`${memoryBytes}/${cpuMillis}/${diskBytes}`, { memoryBytes, cpuMillis, diskBytes })
  }
  const uses = [...owners.values()].map((owned) => fleetUse([...owned.droplets.values()], [...owned.mix.values()]))
  return uses.reduce(addUse, fleetUse([], []))
}

async function usedNow(db: Db): Promise<Map<string, { memoryBytes: number; cpuMillis: number }>> {
  const rows = await db.execute<{ dropletId: string; memoryBytes: number; cpuMillis: number }>(sql`
    select d.droplet_id as "dropletId", sum(u.memory_bytes)::float8 as "memoryBytes",
      sum(u.cpu_millis)::float8 as "cpuMillis"
    from deployments d join lateral (
      select memory_bytes, cpu_millis from usage_samples
      where deployment_id = d.id and at > now() - interval '5 minutes' order by at desc limit 1
    ) u on true
    where d.state in ('healthy', 'unhealthy') and d.droplet_id is not null
    group by 1`)
  return new Map([...rows].map(({ dropletId, ...used }) => [dropletId, used]))
}
