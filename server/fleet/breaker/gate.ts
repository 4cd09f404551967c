/** What a hold means for those who want to place: nothing goes there but one trial after the cool-down. */
import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Db, Tx } from '#db/client.ts'
import { dropletHolds } from '#db/schema/placement.ts'
import { BerthError } from '#server/errors.ts'

export type HoldRow = typeof dropletHolds.$inferSelect & { cooling: boolean }

/** Holds in force, by droplet. */
export async function holdsInForce(db: Db | Tx, only?: string): Promise<Map<string, HoldRow>> {
  const rows = await db
    .select({ hold: dropletHolds, cooling: sql<boolean>`${dropletHolds.until} > now()` })
    .from(dropletHolds)
    .where(and(isNull(dropletHolds.releasedAt), only === undefined ? undefined : eq(dropletHolds.dropletId, only)))
  return new Map(rows.map(({ hold, cooling }) => [hold.dropletId, { ...hold, cooling }]))
}

/** @returns whether this deployment must stay away; its own trial need not. */
export const keepsAway = (hold: HoldRow, deploymentId: string | undefined): boolean =>
  hold.trialDeploymentId === null ? hold.cooling : hold.trialDeploymentId !== deploymentId

/** The caller holds the droplet's row lock. @throws NO_PLACEMENT while it is held; else takes the one trial */
export async function passBreaker(
  tx: Tx,
  droplet: { id: string; name: string },
  who: { deploymentId: string; attempt: number },
): Promise<void> {
  const hold = (await holdsInForce(tx, droplet.id)).get(droplet.id)
  if (!hold) return
  if (keepsAway(hold, who.deploymentId)) throw new BerthError('NO_PLACEMENT', `${droplet.name} is ${hold.detail}.`)
  const { deploymentId: trialDeploymentId, attempt: trialAttempt } = who
  await tx.update(dropletHolds).set({ trialDeploymentId, trialAttempt }).where(eq(dropletHolds.dropletId, droplet.id))
}
