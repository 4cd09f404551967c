/** Which Berth process holds a deployment's sessions: one at a time, by a lease in Postgres that it renews. */
import { and, eq, inArray, lt, or, sql } from 'drizzle-orm'
import type { Db } from '#db/client.ts'
import { gatewayLeases, workers } from '#db/schema/deployments.ts'

export type Holder = { mine: true } | { mine: false; workerId: string; internalUrl: string | null }

export interface Leases {
  /** Takes the lease if it is free, expired or ours. */
  hold(deploymentId: string): Promise<Holder>
  /** Renews what is in use and gives back the rest. @returns deployments that another process took over */
  renew(inUse: (deploymentId: string) => boolean): Promise<string[]>
  close(): Promise<void>
}

export function createLeases(o: { db: Db; workerId: string; leaseMs: number }): Leases {
  /** Until when (performance.now) this process may act without asking again; before the database's own end. */
  const held = new Map<string, number>()
  const until = sql`now() + make_interval(secs => ${o.leaseMs / 1000})`
  const mine = eq(gatewayLeases.workerId, o.workerId)
  /** Another process cannot answer at our own address: that holder died, and this one took its port. */
  const isPredecessor = sql`${gatewayLeases.workerId} in (select w.id from ${workers} w where w.internal_url =
    (select me.internal_url from ${workers} me where me.id = ${o.workerId}))`
  const safeUntil = (askedAt: number) => askedAt + o.leaseMs / 2

  async function take(deploymentId: string): Promise<boolean> {
    const askedAt = performance.now()
    const rows = await o.db
      .insert(gatewayLeases)
      .values({ deploymentId, workerId: o.workerId, leaseUntil: until })
      .onConflictDoUpdate({
        target: gatewayLeases.deploymentId,
        set: { workerId: o.workerId, leaseUntil: until },
        setWhere: or(mine, lt(gatewayLeases.leaseUntil, sql`now()`), isPredecessor),
      })
      .returning({ id: gatewayLeases.deploymentId })
    if (rows.length > 0) held.set(deploymentId, safeUntil(askedAt))
    return rows.length > 0
  }

  return {
    async hold(deploymentId) {
      if ((held.get(deploymentId) ?? 0) > performance.now()) return { mine: true }
      // The holder may give it back between the two queries: then it is ours at the second try.
      for (let attempt = 0; attempt < 2; attempt++) {
        if (await take(deploymentId)) return { mine: true }
        const [row] = await o.db
          .select({ workerId: gatewayLeases.workerId, internalUrl: workers.internalUrl })
          .from(gatewayLeases)
          .leftJoin(workers, eq(workers.id, gatewayLeases.workerId))
          .where(eq(gatewayLeases.deploymentId, deploymentId))
        if (row) return { mine: false, ...row }
      }
      return { mine: false, workerId: '', internalUrl: null }
    },
    async renew(inUse) {
      const all = [...held.keys()]
      const keep = all.filter(inUse)
      const leave = all.filter((id) => !keep.includes(id))
      for (const id of leave) held.delete(id)
      if (leave.length > 0)
        await o.db.delete(gatewayLeases).where(and(mine, inArray(gatewayLeases.deploymentId, leave)))
      if (keep.length === 0) return []
      const askedAt = performance.now()
      const rows = await o.db
        .update(gatewayLeases)
        .set({ leaseUntil: until })
        .where(and(mine, inArray(gatewayLeases.deploymentId, keep)))
        .returning({ id: gatewayLeases.deploymentId })
      const renewed = new Set(rows.map((row) => row.id))
      for (const id of keep) {
        if (renewed.has(id)) held.set(id, safeUntil(askedAt))
        else held.delete(id)
      }
      return keep.filter((id) => !renewed.has(id))
    },
    async close() {
      held.clear()
      await o.db.delete(gatewayLeases).where(mine)
    },
  }
}
