import { and, desc, eq, isNotNull } from 'drizzle-orm'
import { placements } from '#db/schema/placement.ts'
import type { UserCtx } from '#server/context.ts'
import type { Decision } from '#server/placement/types.ts'
import { getOwnDeployment } from './own.ts'

/** Why this droplet: the newest attempt's stored decision (I10); null before droplet selection. */
export async function deploymentPlacement(ctx: UserCtx, input: { deploymentId: string }): Promise<Decision | null> {
  await getOwnDeployment(ctx, input.deploymentId)
  const [row] = await ctx.db
    .select({ decision: placements.decision })
    .from(placements)
    // What was decided before decisions had six factors can't be drawn.
    .where(and(eq(placements.deploymentId, input.deploymentId), isNotNull(placements.policyVersion)))
    .orderBy(desc(placements.attempt))
    .limit(1)
  // Written only by the droplet-selection step, from a Decision.
  return (row?.decision as unknown as Decision | undefined) ?? null
}
