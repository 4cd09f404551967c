import { z } from 'zod'
import { router, userProcedure } from '#server/api/trpc.ts'
import type { TemplateCard, TemplateView } from '#server/api/views.ts'
import { getTemplate, listTemplates } from '#server/templates/index.ts'
import { searchText, slug } from '../inputs.ts'

export const templatesRouter = router({
  list: userProcedure('read')
    .input(z.object({ search: searchText(200).optional(), category: searchText(100).optional() }).optional())
    .query(({ ctx, input }): Promise<TemplateCard[]> => listTemplates(ctx.user, input ?? {})),
  get: userProcedure('read')
    .input(z.object({ slug }))
    .query(({ ctx, input }): Promise<TemplateView> => getTemplate(ctx.user, input)),
})
