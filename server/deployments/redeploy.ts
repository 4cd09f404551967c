import { eq } from 'drizzle-orm'
import type { DeploymentState } from '#db/schema/states.ts'
import { templateVersions } from '#db/schema/templates.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { ownedTx } from '#server/tx.ts'
import { queueNextAttempt } from './begin.ts'
import { refuseUnlessVersionDeployable } from './gate.ts'
import { findOwn } from './own.ts'
import { openVariables, resolveVariables, sealVariables } from './variables.ts'

const REDEPLOYABLE: readonly DeploymentState[] = ['healthy', 'unhealthy', 'failed', 'cancelled', 'stopped']

/**
 * The next attempt, blue-green: what serves goes on serving until the new container passed its health check.
 * @param input.variables replace the stored ones by name; the others stay, since nobody can read them back
 */
export async function redeployDeployment(
  ctx: UserCtx,
  input: { deploymentId: string; variables?: Record<string, string> },
): Promise<{ state: DeploymentState }> {
  return ownedTx(ctx, findOwn(input.deploymentId), async (work) => {
    const { tx, row } = work
    if (!REDEPLOYABLE.includes(row.state))
      throw new BerthError('CONFLICT', `It can't be redeployed while it is ${row.state}.`)
    await refuseUnlessVersionDeployable(tx, row)
    let variables: ReturnType<typeof sealVariables> | undefined
    if (input.variables) {
      const [version] = await tx
        .select({ config: templateVersions.config })
        .from(templateVersions)
        .where(eq(templateVersions.id, row.templateVersionId))
      if (!version) throw new BerthError('NOT_FOUND', 'Its template version is gone.')
      const merged = { ...openVariables(ctx.vault, row.id, row.variables), ...input.variables }
      variables = sealVariables(ctx.vault, row.id, resolveVariables(version.config.environmentVariables, merged))
    }
    await queueNextAttempt(work, { variables, reason: 'redeploy' })
    return { state: 'queued' }
  })
}
