import { desc, eq } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { templateValidations, templateVersions } from '#db/schema/templates.ts'
import { type CheckId, isAcceptable } from '#db/template-validation.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { recordedTx } from '#server/tx.ts'
import { requireAdmin } from '../admin.ts'
import { lockTemplate, refreshHead, type Version, versionOf } from './rows.ts'

export interface Publication {
  slug: string
  version: number
  /** Failing checks that the admin takes upon themselves, and why; both are in the audit trail. */
  accept?: { checks: CheckId[]; reason: string } | undefined
}

/**
 * People get this version from now on. Nothing unchecked is published: the newest validation must have ended, and what
 * failed in it must be accepted by name.
 *
 * @throws TEMPLATE_NOT_PUBLISHABLE
 */
export async function publishTemplate(ctx: UserCtx, input: Publication): Promise<void> {
  requireAdmin(ctx)
  const { slug, version: number, accept } = input
  await recordedTx(ctx, null, async (tx, record) => {
    const head = await lockTemplate(tx, slug)
    const version = await versionOf(tx, head, number)
    if (version.status === 'withdrawn')
      throw new BerthError('TEMPLATE_NOT_PUBLISHABLE', `Version ${number} was withdrawn, which is final.`, {
        field: 'version',
        action: 'Save a new version and publish that one.',
      })
    requireLocked(version)
    const accepted = await requireChecked(tx, version, accept?.checks ?? [])
    await tx
      .update(templateVersions)
      .set({ status: 'published', publishedAt: version.publishedAt ?? new Date() })
      .where(eq(templateVersions.id, version.id))
    await refreshHead(tx, head)
    await record.audit('template.publish', `template:${slug}`, {
      version: number,
      ...(accepted.length > 0 && { accepted, reason: accept?.reason }),
    })
  })
}

/** What can't be installed runs nowhere, whoever answers for it. */
function requireLocked({ version, config, packageLock }: Version): void {
  if (!config.package || packageLock) return
  const { identifier, version: wanted } = config.package
  throw new BerthError(
    'TEMPLATE_NOT_PUBLISHABLE',
    `Version ${version} can’t run: ${identifier} ${wanted} has not been resolved yet.`,
    { field: 'version', action: 'Validate it while you have a droplet that runs: packages are resolved there.' },
  )
}

/** @returns the failing checks that were accepted */
async function requireChecked(tx: Tx, version: Version, accepted: CheckId[]): Promise<CheckId[]> {
  const [newest] = await tx
    .select()
    .from(templateValidations)
    .where(eq(templateValidations.templateVersionId, version.id))
    .orderBy(desc(templateValidations.startedAt), desc(templateValidations.id))
    .limit(1)
  const refuse = (message: string, action?: string): never => {
    throw new BerthError('TEMPLATE_NOT_PUBLISHABLE', message, { field: 'version', ...(action && { action }) })
  }
  if (!newest) return refuse(`Version ${version.version} was never validated.`, 'Validate it first.')
  if (!newest.endedAt) return refuse(`Version ${version.version} is being validated.`, 'Wait until its checks ended.')
  const failing = newest.checks.filter((check) => check.verdict === 'fail')
  const open = failing.filter((check) => !accepted.includes(check.id) || !isAcceptable(check.id))
  if (open.length > 0) refuse(`These checks fail: ${open.map((check) => check.title).join(', ')}.`)
  // A run that was cut short says nothing about the checks that it did not reach.
  const missed = newest.checks.some((check) => check.state !== 'done')
  if (missed || newest.verdict === null)
    refuse(`The validation of version ${version.version} was interrupted.`, 'Validate it again.')
  return failing.map((check) => check.id)
}
