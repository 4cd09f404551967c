/** What the checks look at: a version's content, and what registries, clouds and earlier runs say about it. */
import { and, desc, eq, isNotNull, ne, sql } from 'drizzle-orm'
import { droplets } from '#db/schema/fleet.ts'
import { templateValidations, templateVersions, toolCatalog } from '#db/schema/templates.ts'
import type { PackageLock, TemplateContent, VersionStatus } from '#db/template-content.ts'
import { contentOf } from '#db/template-head.ts'
import type { Check, ValidationFacts } from '#db/template-validation.ts'
import type { Base } from '#server/context.ts'
import { BerthError, type ErrorCode } from '#server/errors.ts'
import type { InspectedImage } from '#server/registry/port.ts'

export interface Subject {
  templateId: string
  versionId: string
  slug: string
  version: number
  status: VersionStatus
  content: TemplateContent
  imageDigest: string | null
  packageLock: PackageLock | null
  publishedAt: Date | null
}

/** What the registry answered. */
export type Inspection =
  | { kind: 'image'; image: InspectedImage }
  /** The registry says no: an answer about the image. */
  | { kind: 'refused'; code: ErrorCode; message: string }
  /** No answer, which says nothing about the image (R20). */
  | { kind: 'silent'; message: string }

/** @throws NOT_FOUND */
export async function loadSubject(base: Base, versionId: string): Promise<Subject> {
  const [row] = await base.db
    .select({ head: toolCatalog, version: templateVersions })
    .from(templateVersions)
    .innerJoin(toolCatalog, eq(toolCatalog.id, templateVersions.templateId))
    .where(eq(templateVersions.id, versionId))
  if (!row) throw new BerthError('NOT_FOUND', 'There is no such version of a template.')
  const { head, version } = row
  const { status, imageDigest, packageLock, publishedAt } = version
  return {
    ...{ templateId: head.id, versionId, slug: head.slug, version: version.version },
    ...{ status, imageDigest, packageLock, publishedAt },
    content: contentOf(head, version),
  }
}

export interface Previous {
  checks: Check[]
  facts: ValidationFacts
  startedAt: Date
  endedAt: Date
}

const { checks, facts, startedAt, endedAt, templateVersionId } = templateValidations

/** Newest ended first. */
export async function endedValidations(base: Base, versionId: string, limit: number): Promise<Previous[]> {
  const rows = await base.db
    .select({ checks, facts, startedAt, endedAt })
    .from(templateValidations)
    .where(and(eq(templateVersionId, versionId), isNotNull(endedAt)))
    .orderBy(desc(startedAt), desc(templateValidations.id))
    .limit(limit)
  return rows.flatMap(ended)
}

/** @returns null while it runs, and for one that is gone */
export async function endedValidation(base: Base, validationId: string): Promise<Previous | null> {
  const rows = await base.db
    .select({ checks, facts, startedAt, endedAt })
    .from(templateValidations)
    .where(eq(templateValidations.id, validationId))
  return rows.flatMap(ended)[0] ?? null
}

const ended = (row: Omit<Previous, 'endedAt'> & { endedAt: Date | null }): Previous[] =>
  row.endedAt ? [{ ...row, endedAt: row.endedAt }] : []

/** The digest that the newest validation of any version with the same image reference saw. */
export async function digestSeenBefore(base: Base, subject: Subject): Promise<{ digest: string; at: Date } | null> {
  const [row] = await base.db.execute<{ digest: string; at: string }>(sql`
    select v.facts->>'digest' as digest, v.ended_at as at
    from template_validations v join template_versions t on t.id = v.template_version_id
    where t.template_id = ${subject.templateId} and t.config->>'image' = ${subject.content.config.image}
      and v.ended_at is not null and v.facts->>'digest' is not null
    order by v.ended_at desc limit 1`)
  return row ? { digest: row.digest, at: new Date(row.at) } : null
}

export interface Usage {
  deployments: number
  p95MemoryBytes: number
}

/** What containers of this template really used, whoever ran them; null: nothing was measured yet. */
export async function usageOf(base: Base, templateId: string): Promise<Usage | null> {
  const [row] = await base.db.execute<{ deployments: number; p95: number | null }>(sql`
    select count(distinct d.id)::int as deployments,
      percentile_cont(0.95) within group (order by u.memory_bytes) as p95
    from usage_samples u join deployments d on d.id = u.deployment_id
    where d.template_id = ${templateId} and d.purpose = 'serve'`)
  return row?.p95 ? { deployments: row.deployments, p95MemoryBytes: Math.ceil(Number(row.p95)) } : null
}

export const hasDroplet = async (base: Base, userId: string): Promise<boolean> =>
  (await base.db.$count(droplets, and(eq(droplets.userId, userId), ne(droplets.state, 'deleted')))) > 0
