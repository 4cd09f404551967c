/** How a version gets its checks: they run by themselves, the verb answers at once with the validation's id. */
import type { ValidationTrigger } from '#db/template-validation.ts'
import { recordedTx } from '#server/tx.ts'
import { requireAdmin } from '../admin.ts'
import { startValidation, type ValidatingCtx } from '../validation/index.ts'
import { lockTemplate, versionOf } from './rows.ts'

export type CheckingCtx = ValidatingCtx

interface Checks {
  versionId: string
  trigger: ValidationTrigger
  /** The dry run may make a droplet, which costs money. */
  allowNewDroplet?: boolean | undefined
}

export const startChecks = (ctx: CheckingCtx, checks: Checks): Promise<{ validationId: string }> =>
  startValidation(ctx, { ...checks, dryRun: true })

/** Runs the checks of one version again. @throws NOT_FOUND */
export async function validateTemplate(
  ctx: CheckingCtx,
  input: { slug: string; version: number; allowNewDroplet?: boolean | undefined },
): Promise<{ validationId: string }> {
  requireAdmin(ctx)
  const { slug, version, allowNewDroplet } = input
  const versionId = await recordedTx(ctx, null, async (tx, record) => {
    const row = await versionOf(tx, await lockTemplate(tx, slug), version)
    await record.audit('template.validate', `template:${slug}`, { version })
    return row.id
  })
  return startChecks(ctx, { versionId, trigger: 'manual', allowNewDroplet })
}
