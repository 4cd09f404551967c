import { and, eq, sql } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { placementOutcomes, placements } from '#db/schema/placement.ts'
import { type DecisionInput, packInput } from '#server/effectiveness/index.ts'
import { type Decision, POLICY_VERSION } from '#server/placement/index.ts'
import { apartOf } from './placement-request.ts'
import type { StepContext } from './step.ts'

/**
 * The decision with what it was made from (I10), and the reservation it led to, in one transaction (I2).
 * @throws NO_PLACEMENT when the room is gone meanwhile: choose again
 */
export async function storeDecision(
  c: StepContext,
  made: DecisionInput,
  decision: Decision,
  reserveOn?: string,
): Promise<void> {
  const input = await packInput(made)
  await c.commit(async (tx, record) => {
    const { memoryBytes, cpuMillis, diskBytes } = c.config.resources
    const id = { deploymentId: c.row.id, attempt: c.row.attempt }
    const wanted = { memoryBytes, cpuMillis, diskBytes, ...apartOf(c) }
    if (reserveOn) await c.deps.fleet.reserve(tx, { ...id, ...wanted, dropletId: reserveOn })
    const stored = {
      decision: { ...decision },
      input,
      policyVersion: POLICY_VERSION,
      dropletId: reserveOn ?? null,
      at: new Date(),
    }
    await tx
      .insert(placements)
      .values({ ...id, ...stored })
      .onConflictDoUpdate({ target: [placements.deploymentId, placements.attempt], set: stored })
    await record.event(c.row.id, {
      type: 'step.progress',
      data: { step: 'droplet-selection', message: decision.summary },
    })
  })
}

/** Where it came to stand, and the row in which its outcome will be gathered; nothing when no decision led there. */
export async function storePlace(tx: Tx, { row, config }: StepContext, dropletId: string): Promise<void> {
  const id = { deploymentId: row.id, attempt: row.attempt }
  const [placed] = await tx
    .update(placements)
    .set({ dropletId })
    .where(and(eq(placements.deploymentId, id.deploymentId), eq(placements.attempt, id.attempt)))
    .returning({ at: placements.at })
  if (!placed || row.purpose !== 'serve') return
  const { memoryBytes, cpuMillis, diskBytes } = config.resources
  const reserved = { reservedMemoryBytes: memoryBytes, reservedCpuMillis: cpuMillis, reservedDiskBytes: diskBytes }
  await tx
    .insert(placementOutcomes)
    .values({ ...id, userId: row.userId, dropletId, decidedAt: placed.at, ...reserved, costedAt: sql`now()` })
    .onConflictDoNothing()
}
