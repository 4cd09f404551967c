/** How a version gets its checks: they run by themselves, the verb answers at once with the validation's id. */
import { templateValidations } from '#db/schema/templates.ts'
import type { ValidationTrigger } from '#db/template-validation.ts'
import type { UserCtx } from '#server/context.ts'
import { recordedTx } from '#server/tx.ts'
import { requireAdmin } from '../admin.ts'
import { lockTemplate, versionOf } from './rows.ts'

export type CheckingCtx = UserCtx

interface Checks {
  versionId: string
  trigger: ValidationTrigger
  /** The dry run may make a droplet, which costs money. */
  allowNewDroplet?: boolean | undefined
}

export async function startChecks(ctx: CheckingCtx, { versionId, trigger }: Checks): Promise<{ validationId: string }> {
  const facts = {
    ...{ digest: null, compressedBytes: null, layers: null, platforms: [], user: null, exposedPorts: [] },
    ...{ createdAt: null, tools: null, protocolVersion: null, startMs: null },
  }
  const [row] = await ctx.db
    .insert(templateValidations)
    .values({
      ...{ templateVersionId: versionId, trigger, requestedBy: ctx.actor.userId, checks: [], facts, workerId: '' },
      ...{ verdict: 'skipped', endedAt: new Date() },
    })
    .returning({ validationId: templateValidations.id })
  if (!row) throw new Error('insert returned no row')
  return row
}

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
