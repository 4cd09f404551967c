/** Writes to step rows that several writers share. All are conditional: a step's end is written once (I3). */
import { and, eq, inArray } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { deploymentSteps } from '#db/schema/deployments.ts'

/** What was never started is skipped. */
export async function skipSteps(tx: Tx, row: { id: string; attempt: number }): Promise<void> {
  await tx
    .update(deploymentSteps)
    .set({ status: 'skipped' })
    .where(
      and(
        eq(deploymentSteps.deploymentId, row.id),
        eq(deploymentSteps.attempt, row.attempt),
        inArray(deploymentSteps.status, ['pending']),
      ),
    )
}
