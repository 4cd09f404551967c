/** What the catalogue holds, by category: for chips that say how much stands behind them. */
import { asc, count, eq } from 'drizzle-orm'
import { toolCatalog } from '#db/schema/templates.ts'
import type { CategoryView } from '#server/api/views-templates.ts'
import type { UserCtx } from '#server/context.ts'

/** Of what people find in lists; one index answers. */
export const listCategories = (ctx: UserCtx): Promise<CategoryView[]> =>
  ctx.db
    .select({ category: toolCatalog.category, templates: count() })
    .from(toolCatalog)
    .where(eq(toolCatalog.status, 'published'))
    .groupBy(toolCatalog.category)
    .orderBy(asc(toolCatalog.category))
