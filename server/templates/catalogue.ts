/** Reads of the catalogue's rows. Templates belong to the installation: every signed-in person sees all of them. */
import { and, asc, desc, eq, ilike, or, sql } from 'drizzle-orm'
import type { DeploymentState } from '#db/schema/states.ts'
import { toolCatalog } from '#db/schema/templates.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'

/** More than anybody scrolls through; search narrows it. */
const LIST_MAX = 500
const SEARCH_WORDS_MAX = 8

/** Every word must occur in the name, the description, the slug or a tag. */
function matches(search: string) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean).slice(0, SEARCH_WORDS_MAX)
  const tags = sql<string>`array_to_string(${toolCatalog.tags}, ' ')`
  return and(
    ...words.map((word) => {
      const pattern = `%${word.replace(/[\\%_]/g, '\\$&')}%`
      return or(
        ilike(toolCatalog.displayName, pattern),
        ilike(toolCatalog.description, pattern),
        ilike(toolCatalog.slug, pattern),
        ilike(toolCatalog.category, pattern),
        sql`${tags} ilike ${pattern}`,
      )
    }),
  )
}

/** The number of tools that the newest deployment of it (anybody's) listed: a fact about the server, not about people. */
const toolsCount = sql<number | null>`(
  select jsonb_array_length(d.tools) from deployments d
  where d.template_id = "tool_catalog"."id" and d.tools is not null order by d.created_at desc limit 1)`

/** The person's newest one that is not over; a failed one counts, so that its card says so. */
const ownDeployment = (userId: string) => sql<{ id: string; state: DeploymentState } | null>`(
  select json_build_object('id', d.id, 'state', d.state) from deployments d
  where d.template_id = "tool_catalog"."id" and d.user_id = ${userId}
    and d.state not in ('deleting', 'deleted', 'cancelled') order by d.created_at desc limit 1)`

const fields = (userId: string) => ({
  slug: toolCatalog.slug,
  name: toolCatalog.displayName,
  description: toolCatalog.description,
  category: toolCatalog.category,
  tags: toolCatalog.tags,
  isOfficial: toolCatalog.isOfficial,
  githubUrl: toolCatalog.githubUrl,
  documentationUrl: toolCatalog.documentationUrl,
  config: toolCatalog.mcpTemplateConfig,
  criteria: toolCatalog.autoDeployCriteria,
  version: toolCatalog.version,
  popularity: toolCatalog.popularity,
  updatedAt: toolCatalog.updatedAt,
  toolsCount,
  deployment: ownDeployment(userId),
})

export type CatalogueRow = Awaited<ReturnType<typeof findTemplate>>

export function findTemplates(ctx: UserCtx, input: { search?: string; category?: string }): Promise<CatalogueRow[]> {
  return ctx.db
    .select(fields(ctx.actor.userId))
    .from(toolCatalog)
    .where(
      and(
        input.search ? matches(input.search) : undefined,
        input.category ? eq(toolCatalog.category, input.category) : undefined,
      ),
    )
    .orderBy(desc(toolCatalog.isOfficial), desc(toolCatalog.popularity), asc(toolCatalog.displayName))
    .limit(LIST_MAX)
}

/** @throws NOT_FOUND */
export async function findTemplate(ctx: UserCtx, slug: string) {
  const [row] = await ctx.db.select(fields(ctx.actor.userId)).from(toolCatalog).where(eq(toolCatalog.slug, slug))
  if (!row) throw new BerthError('NOT_FOUND', 'There is no such template.')
  return row
}
