import { and, desc, eq, inArray, lt } from 'drizzle-orm'
import { droplets, reservations } from '#db/schema/fleet.ts'
import type { StepContext } from './step.ts'

/** The newest earlier attempt that still holds room: it serves (a redeploy) or is stopped (a start). */
export async function earlierAttempt(c: StepContext) {
  const [row] = await c.ctx.db
    .select({
      attempt: reservations.attempt,
      dropletId: droplets.id,
      dropletName: droplets.name,
      dropletState: droplets.state,
    })
    .from(reservations)
    .innerJoin(droplets, eq(droplets.id, reservations.dropletId))
    .where(
      and(
        eq(reservations.deploymentId, c.row.id),
        lt(reservations.attempt, c.row.attempt),
        // Also one that does not answer now: what the deployment stored is still there.
        inArray(droplets.state, ['active', 'unreachable']),
      ),
    )
    .orderBy(desc(reservations.attempt))
    .limit(1)
  return row
}
