import { z } from 'zod'
import { router, userProcedure } from '#server/api/trpc.ts'
import type { CategoryView, DefaultsView, TemplateCard, TemplateView } from '#server/api/views-templates.ts'
import { templateDefaults } from '#server/deployments/index.ts'
import { getTemplate, LIST_MAX, listCategories, listTemplates, SORTS } from '#server/templates/index.ts'
import { searchText, slug } from '../inputs.ts'

export const templatesRouter = router({
  list: userProcedure('read')
    .input(
      z
        .object({
          search: searchText(200).optional(),
          category: searchText(100).optional(),
          tags: z.array(searchText(40)).max(20).optional(),
          official: z.boolean().optional(),
          sort: z.enum(SORTS).optional(),
          limit: z.int().min(1).max(LIST_MAX).optional(),
        })
        .optional(),
    )
    .query(({ ctx, input }): Promise<TemplateCard[]> => listTemplates(ctx.user, input ?? {})),
  categories: userProcedure('read').query(({ ctx }): Promise<CategoryView[]> => listCategories(ctx.user)),
  get: userProcedure('read')
    .input(z.strictObject({ slug }))
    .query(({ ctx, input }): Promise<TemplateView> => getTemplate(ctx.user, input)),
  defaults: userProcedure('read')
    .input(z.strictObject({ template: slug }))
    .query(({ ctx, input }): Promise<DefaultsView> => templateDefaults(ctx.user, input)),
})
