import { type TrackedEnvelope, tracked } from '@trpc/server'
import type { ApiCtx } from '#server/api/trpc.ts'
import { type DeploymentEvent, watchEvents } from '#server/deployments/index.ts'
import { whileSignedIn } from './signed-in.ts'

/** The streaming twin of `deployments.events`: every event after `after` (or the last one received), then new ones. */
export async function* watchDeployment(
  ctx: ApiCtx,
  input: { deploymentId: string; after: number; lastEventId?: string },
  signal: AbortSignal | undefined,
): AsyncGenerator<TrackedEnvelope<DeploymentEvent>, void> {
  const after = Math.max(input.after, Number(input.lastEventId ?? 0))
  const { deploymentId } = input
  const batches = whileSignedIn(ctx, signal, (ended) =>
    watchEvents(ctx, ctx.services.events, { deploymentId, after, signal: ended }),
  )
  for await (const batch of batches) for (const event of batch) yield tracked(String(event.n), event)
}
