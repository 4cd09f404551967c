/** What a validation leaves behind: its own row, and what the version and the head take from it. */
import { and, eq, isNull, sql } from 'drizzle-orm'
import { v7 } from 'uuid'
import type { Tx } from '#db/client.ts'
import { templateValidations, templateVersions, toolCatalog } from '#db/schema/templates.ts'
import type { PackageLock } from '#db/template-content.ts'
import type { Check, CheckId, ValidationTrigger } from '#db/template-validation.ts'
import type { Base } from '#server/context.ts'
import { housekeepingTx } from '#server/tx.ts'
import { securityOf } from '../security.ts'
import { NO_FACTS, overall, waiting } from './checks.ts'
import type { Report } from './report.ts'
import type { Subject } from './subject.ts'
import { VALIDATIONS_CHANNEL } from './watch.ts'

export async function openValidation(
  base: Base,
  o: {
    versionId: string
    trigger: ValidationTrigger
    userId: string | null
    workerId: string
    ids: readonly CheckId[]
  },
): Promise<string> {
  const id = v7()
  await base.db.insert(templateValidations).values({
    ...{ id, templateVersionId: o.versionId, trigger: o.trigger, requestedBy: o.userId, workerId: o.workerId },
    ...{ checks: o.ids.map(waiting), facts: NO_FACTS },
  })
  return id
}

/** A lock is resolved once: the first one stays. */
export async function rememberLock(base: Base, versionId: string, lock: PackageLock): Promise<void> {
  await base.db
    .update(templateVersions)
    .set({ packageLock: lock })
    .where(and(eq(templateVersions.id, versionId), isNull(templateVersions.packageLock)))
}

/** The first look pins at once, so that a dry run tries what was looked at; later ones only when nothing fails. */
export async function rememberDigest(base: Base, versionId: string, digest: string): Promise<void> {
  await base.db
    .update(templateVersions)
    .set({ imageDigest: digest })
    .where(and(eq(templateVersions.id, versionId), isNull(templateVersions.imageDigest)))
}

/** Ends it with its verdict; the version and the head follow, unless somebody else ended it meanwhile. */
export async function closeValidation(
  base: Base,
  validationId: string,
  subject: Subject,
  report: Report,
): Promise<void> {
  const { checks, facts } = report
  const endedAt = new Date()
  const of = (id: CheckId) => checks.find((check) => check.id === id)?.verdict
  const guarded = overall(checks.filter(({ group }) => group === 'image' || group === 'security'))
  const pins = of('image-manifest') === 'pass' && of('image-platform') === 'pass' && guarded !== 'fail'
  const security = securityOf([...checks], endedAt)
  await housekeepingTx(base.db, async (tx) => {
    // The head first, as everything that changes a template does.
    const [head] = await tx
      .select({ version: toolCatalog.version })
      .from(toolCatalog)
      .where(eq(toolCatalog.id, subject.templateId))
      .for('update')
    const [closed] = await tx
      .update(templateValidations)
      .set({ checks, facts, verdict: overall(checks), endedAt })
      .where(and(eq(templateValidations.id, validationId), isNull(templateValidations.endedAt)))
      .returning({ id: templateValidations.id })
    if (!closed) return
    if (pins)
      await tx
        .update(templateVersions)
        .set({ imageDigest: report.pinned })
        .where(eq(templateVersions.id, subject.versionId))
    // A registry that was down says nothing, so what was known stays.
    if (head?.version === subject.version && of('image-manifest') !== 'skipped')
      await tx.update(toolCatalog).set({ security }).where(eq(toolCatalog.id, subject.templateId))
    await forgetOld(tx, subject.versionId)
    await tx.execute(sql`select pg_notify(${VALIDATIONS_CHANNEL}, ${validationId})`)
  })
}

/** A month of days: who looks further back finds what was accepted in the audit trail. */
const KEPT = 30

const forgetOld = (tx: Tx, versionId: string) =>
  tx.execute(sql`
    delete from template_validations where id in (
      select id from template_validations where template_version_id = ${versionId} and ended_at is not null
      order by started_at desc offset ${KEPT})`)

const INTERRUPTED = 'It was not reached: the run was interrupted.'

/** Ends what nobody runs any more. Checks that had not ended stay open, so that nobody takes them for looked at. */
export async function interruptValidation(base: Base, validationId: string, workerId: string): Promise<void> {
  await housekeepingTx(base.db, async (tx) => {
    const mine = and(
      eq(templateValidations.id, validationId),
      eq(templateValidations.workerId, workerId),
      isNull(templateValidations.endedAt),
    )
    const [row] = await tx
      .select({ checks: templateValidations.checks })
      .from(templateValidations)
      .where(mine)
      .for('update')
    if (!row) return
    const checks = row.checks.map(
      (check): Check => (check.state === 'done' ? check : { ...waiting(check.id), summary: INTERRUPTED }),
    )
    await tx.update(templateValidations).set({ checks, verdict: 'skipped', endedAt: new Date() }).where(mine)
    await tx.execute(sql`select pg_notify(${VALIDATIONS_CHANNEL}, ${validationId})`)
  })
}

/** Failing checks of this version that an admin took upon themselves when publishing it: the audit trail holds them. */
export async function acceptedChecks(base: Base, subject: Subject): Promise<Set<CheckId>> {
  const rows = await base.db.execute<{ accepted: CheckId }>(sql`
    select distinct jsonb_array_elements_text(data->'accepted') as accepted from audit_log
    where action = 'template.publish' and resource = ${`template:${subject.slug}`}
      and (data->>'version')::int = ${subject.version} and jsonb_typeof(data->'accepted') = 'array'`)
  return new Set(rows.map(({ accepted }) => accepted))
}
