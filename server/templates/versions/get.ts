/** One template as admins see it: a version's content, all versions, and what the checks say. */
import { and, desc, eq, sql } from 'drizzle-orm'
import { users } from '#db/schema/auth.ts'
import { templateVersions, toolCatalog } from '#db/schema/templates.ts'
import type { TemplateContent } from '#db/template-content.ts'
import { contentOf } from '#db/template-head.ts'
import type { AdminTemplateView, AdminVersionRow } from '#server/api/views-templates.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { requireAdmin } from '../admin.ts'
import { listValidations } from '../validation/index.ts'
import type { Head, Version } from './rows.ts'

interface Read {
  head: Head
  version: Version
  content: TemplateContent
}

/** @param input.version absent: the newest. @throws NOT_FOUND */
export async function readVersion(ctx: UserCtx, input: { slug: string; version?: number | undefined }): Promise<Read> {
  const { slug, version } = input
  const [row] = await ctx.db
    .select({ head: toolCatalog, version: templateVersions })
    .from(toolCatalog)
    .innerJoin(templateVersions, eq(templateVersions.templateId, toolCatalog.id))
    .where(and(eq(toolCatalog.slug, slug), version === undefined ? undefined : eq(templateVersions.version, version)))
    .orderBy(desc(templateVersions.version))
    .limit(1)
  if (!row)
    throw new BerthError('NOT_FOUND', 'There is no such template or version.', {
      field: version === undefined ? 'slug' : 'version',
    })
  return { ...row, content: contentOf(row.head, row.version) }
}

export async function getAdminTemplate(
  ctx: UserCtx,
  input: { slug: string; version?: number | undefined },
): Promise<AdminTemplateView> {
  requireAdmin(ctx)
  const { head, version, content } = await readVersion(ctx, input)
  const [versions, validations] = await Promise.all([
    versionRows(ctx, head.id),
    listValidations(ctx, { slug: head.slug, version: version.version, limit: 1 }),
  ])
  return {
    slug: head.slug,
    status: head.status,
    version: head.version,
    shown: version.version,
    shownStatus: version.status,
    content,
    imageDigest: version.imageDigest,
    packages: version.packageLock?.packages ?? null,
    registryName: head.registryName,
    upstream: head.upstreamStatus ? { status: head.upstreamStatus, message: head.upstreamMessage } : null,
    versions,
    validation: validations[0] ?? null,
  }
}

/** Of the newest validation that ended. */
const verdict = sql<AdminVersionRow['verdict']>`(
  select v.verdict from template_validations v
  where v.template_version_id = ${templateVersions.id} and v.ended_at is not null
  order by v.started_at desc limit 1)`

const deploymentsOf = sql<number>`(
  select count(*)::int from deployments d
  where d.template_version_id = ${templateVersions.id} and d.purpose = 'serve' and d.state <> 'deleted')`

/** Newest first. */
function versionRows(ctx: UserCtx, templateId: string): Promise<AdminVersionRow[]> {
  const { version, status, note, createdAt, publishedAt } = templateVersions
  const author = sql<string | null>`coalesce(nullif(${users.name}, ''), ${users.email})`
  return ctx.db
    .select({ version, status, note, createdAt, publishedAt, author, verdict, deployments: deploymentsOf })
    .from(templateVersions)
    .leftJoin(users, eq(users.id, templateVersions.createdBy))
    .where(eq(templateVersions.templateId, templateId))
    .orderBy(desc(version))
}
