import { z } from 'zod'
import { DEPLOYMENT_STATES, type DeploymentState } from '#db/schema/states.ts'
import {
  deploymentId,
  idempotencyKey,
  label,
  onePlace,
  place,
  resources,
  reuse,
  rowNumber,
  slug,
  strategy,
  variables,
} from '#server/api/inputs.ts'
import { watchDeployment } from '#server/api/live/watch.ts'
import { router, userProcedure } from '#server/api/trpc.ts'
import type { DeploymentSummary, DeploymentView, LogLineView } from '#server/api/views.ts'
import {
  cancelDeployment,
  createDeployment,
  createToken,
  type DeploymentEvent,
  deleteDeployment,
  deploymentLogs,
  deploymentPlacement,
  getDeployment,
  listDeployments,
  listEvents,
  redeployDeployment,
  revokeToken,
  startDeployment,
  stopDeployment,
} from '#server/deployments/index.ts'
import type { Decision } from '#server/placement/types.ts'

const one = z.strictObject({ deploymentId })
const after = rowNumber.default(0)
const state = z.enum(DEPLOYMENT_STATES)
type StateAnswer = Promise<{ state: DeploymentState }>

export const deploymentsRouter = router({
  create: userProcedure('deploy')
    .input(
      z
        .strictObject({
          template: slug,
          idempotencyKey: idempotencyKey.optional(),
          version: rowNumber.min(1).optional(),
          variables: variables.optional(),
          name: label.optional(),
          ...place,
          strategy: strategy.optional(),
          reuse: reuse.optional(),
          resources: resources.optional(),
        })
        .superRefine(onePlace),
    )
    .mutation(({ ctx, input }): Promise<{ deploymentId: string }> => createDeployment(ctx.user, input)),
  get: userProcedure('read')
    .input(one)
    .query(({ ctx, input }): Promise<DeploymentView> => getDeployment(ctx.user, input)),
  list: userProcedure('read')
    .input(
      z
        .object({ state: z.array(state).max(DEPLOYMENT_STATES.length).optional(), template: slug.optional() })
        .optional(),
    )
    .query(({ ctx, input }): Promise<DeploymentSummary[]> => listDeployments(ctx.user, input ?? {})),
  events: userProcedure('read')
    .input(one.extend({ after }))
    .query(({ ctx, input }): Promise<{ events: DeploymentEvent[] }> => listEvents(ctx.user, input)),
  watch: userProcedure('read')
    .input(
      one.extend({
        after,
        lastEventId: z
          .string()
          .regex(/^\d{1,9}$/)
          .optional(),
      }),
    )
    .subscription(({ ctx, input, signal }) => watchDeployment(ctx.user, input, signal)),
  cancel: userProcedure('deploy')
    .input(one)
    .mutation(({ ctx, input }): StateAnswer => cancelDeployment(ctx.user, input)),
  stop: userProcedure('deploy')
    .input(one)
    .mutation(({ ctx, input }): StateAnswer => stopDeployment(ctx.user, input)),
  start: userProcedure('deploy')
    .input(one)
    .mutation(({ ctx, input }): StateAnswer => startDeployment(ctx.user, input)),
  delete: userProcedure('deploy')
    .input(one)
    .mutation(({ ctx, input }): StateAnswer => deleteDeployment(ctx.user, input)),
  redeploy: userProcedure('deploy')
    .input(one.extend({ variables: variables.optional() }))
    .mutation(({ ctx, input }): StateAnswer => redeployDeployment(ctx.user, input)),
  createToken: userProcedure('deploy')
    .input(one)
    .mutation(({ ctx, input }): Promise<{ token: string }> => createToken(ctx.user, input)),
  revokeToken: userProcedure('deploy')
    .input(one.extend({ tokenId: z.uuid() }))
    .mutation(({ ctx, input }): Promise<void> => revokeToken(ctx.user, input)),
  placement: userProcedure('read')
    .input(one)
    .query(({ ctx, input }): Promise<Decision | null> => deploymentPlacement(ctx.user, input)),
  logs: userProcedure('read')
    .input(one.extend({ tail: z.int().min(1).max(5000).default(500) }))
    .query(({ ctx, input }): Promise<LogLineView[]> => deploymentLogs(ctx.user, input)),
})
