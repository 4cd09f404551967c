import type { UserCtx } from '#server/context.ts'
import type { DeploymentEvent } from '../event-types.ts'
import { getOwnDeployment } from '../own.ts'
import type { EventHub } from './hub.ts'

/** The streaming twin of `listEvents`. @throws NOT_FOUND before the first event */
export async function* watchEvents(
  ctx: UserCtx,
  hub: EventHub,
  input: { deploymentId: string; after?: number; signal: AbortSignal },
): AsyncGenerator<DeploymentEvent[], void> {
  await getOwnDeployment(ctx, input.deploymentId)
  yield* hub.watch(input.deploymentId, input.after ?? 0, input.signal)
}
