/** One step's view of its deployment: row, template and the outputs of the steps before it. */
import { and, eq, sql } from 'drizzle-orm'
import { deploymentSteps, deployments } from '#db/schema/deployments.ts'
import type { StepId, StepStatus } from '#db/schema/states.ts'
import { templateVersions, toolCatalog } from '#db/schema/templates.ts'
import type { AutoDeployCriteria } from '#db/template-config.ts'
import type { Ctx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { standingColumns } from '../gate.ts'
import { Parked } from './halt.ts'
import type { Lease } from './lease.ts'
import type { StepOutputs, TemplateVersion } from './step.ts'

export interface Loaded {
  row: typeof deployments.$inferSelect
  config: (typeof templateVersions.$inferSelect)['config']
  version: TemplateVersion
  criteria: AutoDeployCriteria
  statusOf(step: StepId): StepStatus | undefined
  output<S extends StepId>(step: S): StepOutputs[S]
}

/** A deployment keeps the version that it was made from; rows of the first release have only the template's. */
const criteriaOfVersion = sql<AutoDeployCriteria>`coalesce(
  ${templateVersions.content}->'criteria', ${toolCatalog.autoDeployCriteria})`

/** @throws Parked when another took over */
export async function load(ctx: Ctx, lease: Lease): Promise<Loaded> {
  const [[found], steps] = await Promise.all([
    ctx.db
      .select({
        row: deployments,
        config: templateVersions.config,
        version: {
          id: templateVersions.id,
          imageDigest: templateVersions.imageDigest,
          packageLock: templateVersions.packageLock,
          ...standingColumns,
        },
        criteria: criteriaOfVersion,
      })
      .from(deployments)
      .innerJoin(templateVersions, eq(templateVersions.id, deployments.templateVersionId))
      .innerJoin(toolCatalog, eq(toolCatalog.id, deployments.templateId))
      .where(
        and(
          eq(deployments.id, lease.deploymentId),
          eq(deployments.leaseOwner, lease.workerId),
          eq(deployments.leaseEpoch, lease.epoch),
        ),
      ),
    ctx.db
      .select({ step: deploymentSteps.step, status: deploymentSteps.status, output: deploymentSteps.output })
      .from(deploymentSteps)
      .innerJoin(
        deployments,
        and(eq(deployments.id, deploymentSteps.deploymentId), eq(deployments.attempt, deploymentSteps.attempt)),
      )
      .where(eq(deploymentSteps.deploymentId, lease.deploymentId)),
  ])
  if (!found) throw new Parked('the lease is lost')
  const byStep = new Map(steps.map((step) => [step.step, step]))
  const { config, row } = found
  return {
    ...found,
    // What this deployment was given in place of the template's figures holds for placement, reservation and limits.
    config: row.resources ? { ...config, resources: { ...config.resources, ...row.resources } } : config,
    statusOf: (step) => byStep.get(step)?.status,
    output<S extends StepId>(step: S) {
      const stored = byStep.get(step)
      if (stored?.status !== 'succeeded') throw new BerthError('INTERNAL', `The step ${step} has no result yet.`)
      // Written by the runner from that step's own `output`, whose type this is.
      return stored.output as unknown as StepOutputs[S]
    },
  }
}
