/** Look-ups of a template and its versions under the head's lock, and the head's copy of the current one. */
import { and, desc, eq } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { templateValidations, templateVersions, toolCatalog } from '#db/schema/templates.ts'
import { contentOf, headOf } from '#db/template-head.ts'
import { BerthError } from '#server/errors.ts'
import { securityOf } from '../security.ts'

export type Head = typeof toolCatalog.$inferSelect
export type Version = typeof templateVersions.$inferSelect

/** Serialises everything that changes one template. @throws NOT_FOUND */
export async function lockTemplate(tx: Tx, slug: string): Promise<Head> {
  const [head] = await tx.select().from(toolCatalog).where(eq(toolCatalog.slug, slug)).for('update')
  if (!head) throw new BerthError('NOT_FOUND', 'There is no such template.', { field: 'slug' })
  return head
}

/** Newest first. */
export const versionsOf = (tx: Tx, templateId: string): Promise<Version[]> =>
  tx
    .select()
    .from(templateVersions)
    .where(eq(templateVersions.templateId, templateId))
    .orderBy(desc(templateVersions.version))

/** @throws NOT_FOUND */
export async function versionOf(tx: Tx, head: Head, version: number): Promise<Version> {
  const [row] = await tx
    .select()
    .from(templateVersions)
    .where(and(eq(templateVersions.templateId, head.id), eq(templateVersions.version, version)))
  if (!row) throw new BerthError('NOT_FOUND', 'There is no such version of this template.', { field: 'version' })
  return row
}

/** What people get: the newest published version, else what was once public, else the newest draft. */
const CURRENT_FIRST = ['published', 'deprecated', 'withdrawn', 'draft'] as const

export function currentOf(versions: Version[]): Version | undefined {
  for (const status of CURRENT_FIRST) {
    const newest = versions.filter((v) => v.status === status).sort((a, b) => b.version - a.version)[0]
    if (newest) return newest
  }
  return undefined
}

/** Copies the current version into the head; called after every change of a version's status. */
export async function refreshHead(tx: Tx, head: Head): Promise<void> {
  const current = currentOf(await versionsOf(tx, head.id))
  if (!current) throw new Error('a template without a version')
  await tx
    .update(toolCatalog)
    .set({
      ...headOf(head.slug, contentOf(head, current)),
      ...{ status: current.status, version: current.version, updatedAt: new Date() },
      security: await newestSecurity(tx, current.id),
    })
    .where(eq(toolCatalog.id, head.id))
}

async function newestSecurity(tx: Tx, versionId: string) {
  const [validation] = await tx
    .select()
    .from(templateValidations)
    .where(eq(templateValidations.templateVersionId, versionId))
    .orderBy(desc(templateValidations.startedAt))
    .limit(1)
  return validation?.endedAt ? securityOf(validation.checks, validation.endedAt) : null
}
