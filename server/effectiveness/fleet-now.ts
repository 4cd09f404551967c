/** The fleets as they stand, for their use: one person's, or everybody's summed. */
import { and, eq, inArray } from 'drizzle-orm'
import type { Db } from '#db/client.ts'
import { droplets, reservations } from '#db/schema/fleet.ts'
import { usedNow } from '#server/fleet/index.ts'
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
    usedNow(db, userId),
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
