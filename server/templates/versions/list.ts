/** The catalogue as admins see it: every template in every state. */
import { and, asc, eq, sql } from 'drizzle-orm'
import { toolCatalog } from '#db/schema/templates.ts'
import type { VersionStatus } from '#db/template-content.ts'
import type { Verdict } from '#db/template-validation.ts'
import type { AdminTemplateRow } from '#server/api/views-templates.ts'
import type { UserCtx } from '#server/context.ts'
import { requireAdmin } from '../admin.ts'
import { containsWords } from '../search.ts'

/** More than anybody scrolls through; search and status narrow it. */
const LIST_MAX = 1000

const head = sql.raw('"tool_catalog"')

const draftVersion = sql<number | null>`(
  select max(v.version) from template_versions v
  where v.template_id = ${head}.id and v.status = 'draft' and v.version > ${head}.version)`

const deployments = sql<number>`(
  select count(*)::int from deployments d
  where d.template_id = ${head}.id and d.purpose = 'serve' and d.state <> 'deleted')`

/** Of the current version's newest ended validation. */
const validated = sql<{ verdict: Verdict | null; at: string } | null>`(
  select json_build_object('verdict', r.verdict, 'at', r.ended_at)
  from template_versions v join template_validations r on r.template_version_id = v.id
  where v.template_id = ${head}.id and v.version = ${head}.version and r.ended_at is not null
  order by r.started_at desc limit 1)`

/** Any version of it. */
const validating = sql<boolean>`exists (
  select from template_versions v join template_validations r on r.template_version_id = v.id
  where v.template_id = ${head}.id and r.ended_at is null)`

export async function listAdminTemplates(
  ctx: UserCtx,
  input: { search?: string | undefined; status?: VersionStatus | undefined },
): Promise<AdminTemplateRow[]> {
  requireAdmin(ctx)
  const { search, status } = input
  const rows = await ctx.db
    .select({
      ...{ slug: toolCatalog.slug, name: toolCatalog.displayName, category: toolCatalog.category },
      image: sql<string>`${toolCatalog.mcpTemplateConfig}->>'image'`,
      ...{ status: toolCatalog.status, version: toolCatalog.version, isOfficial: toolCatalog.isOfficial },
      ...{ draftVersion, deployments, validated, validating },
      ...{ upstreamStatus: toolCatalog.upstreamStatus, upstreamMessage: toolCatalog.upstreamMessage },
      updatedAt: toolCatalog.updatedAt,
    })
    .from(toolCatalog)
    .where(and(search ? containsWords(search) : undefined, status ? eq(toolCatalog.status, status) : undefined))
    .orderBy(asc(toolCatalog.displayName), asc(toolCatalog.slug))
    .limit(LIST_MAX)
  return rows.map(({ validated: last, upstreamStatus, upstreamMessage, ...row }) => ({
    ...row,
    verdict: last?.verdict ?? null,
    validatedAt: last ? new Date(last.at) : null,
    upstream: upstreamStatus ? { status: upstreamStatus, message: upstreamMessage } : null,
  }))
}
