import { placements } from '#db/schema/placement.ts'
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
