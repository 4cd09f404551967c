/** What admins do with templates; each mutation leaves an audit row. */
import { z } from 'zod'
import { VERSION_STATUSES } from '#db/template-content.ts'
import { CHECK_IDS } from '#db/template-validation.ts'
import {
  content,
  httpUrl,
  jsonDocument,
  jsonText,
  rowNumber,
  searchText,
  slug,
  versionNumber,
} from '#server/api/inputs.ts'
import { adminProcedure, router } from '#server/api/trpc.ts'
import type {
  AdminTemplateRow,
  AdminTemplateView,
  FieldChange,
  TemplateProposal,
  ValidationView,
} from '#server/api/views-templates.ts'
import {
  BULK_ACTIONS,
  type BulkResult,
  bulkTemplates,
  compareVersions,
  createTemplate,
  deprecateTemplate,
  exportTemplate,
  getAdminTemplate,
  listAdminTemplates,
  proposeFromImage,
  proposeFromServerJson,
  proposeFromUrl,
  publishTemplate,
  saveTemplate,
  validateTemplate,
  withdrawTemplate,
} from '#server/templates/index.ts'
import { getValidation, listValidations } from '#server/templates/validation/index.ts'

const message = searchText(1000)
const one = z.strictObject({ slug, version: versionNumber })
const perhaps = z.strictObject({ slug, version: versionNumber.optional() })
const what = z.strictObject({
  slug,
  content,
  serverJson: jsonDocument.optional(),
  upstreamServerId: z.uuid().optional(),
  note: message.optional(),
})

export const adminTemplatesRouter = router({
  list: adminProcedure
    .input(
      z.strictObject({ search: searchText(200).optional(), status: z.enum(VERSION_STATUSES).optional() }).optional(),
    )
    .query(({ ctx, input }): Promise<AdminTemplateRow[]> => listAdminTemplates(ctx.user, input ?? {})),
  get: adminProcedure
    .input(perhaps)
    .query(({ ctx, input }): Promise<AdminTemplateView> => getAdminTemplate(ctx.user, input)),
  fromImage: adminProcedure
    .input(z.strictObject({ reference: searchText(512).min(1) }))
    .mutation(({ ctx, input }): Promise<TemplateProposal> => proposeFromImage(ctx.user, input)),
  fromServerJson: adminProcedure
    .input(z.strictObject({ document: z.union([jsonDocument, jsonText]), packageIndex: rowNumber.optional() }))
    .mutation(({ ctx, input }): Promise<TemplateProposal> => proposeFromServerJson(ctx.user, input)),
  fromUrl: adminProcedure
    .input(z.strictObject({ url: httpUrl, packageIndex: rowNumber.optional() }))
    .mutation(({ ctx, input }): Promise<TemplateProposal> => proposeFromUrl(ctx.user, input)),
  create: adminProcedure
    .input(what)
    .mutation(({ ctx, input }): ReturnType<typeof createTemplate> => createTemplate(ctx.user, input)),
  save: adminProcedure
    .input(what.extend({ base: versionNumber }))
    .mutation(({ ctx, input }): ReturnType<typeof saveTemplate> => saveTemplate(ctx.user, input)),
  publish: adminProcedure
    .input(
      one.extend({
        accept: z
          .object({ checks: z.array(z.enum(CHECK_IDS)).min(1).max(CHECK_IDS.length), reason: message.trim().min(1) })
          .optional(),
      }),
    )
    .mutation(({ ctx, input }): Promise<void> => publishTemplate(ctx.user, input)),
  deprecate: adminProcedure
    .input(one.extend({ message: message.optional() }))
    .mutation(({ ctx, input }): Promise<void> => deprecateTemplate(ctx.user, input)),
  withdraw: adminProcedure
    .input(one.extend({ message: message.optional() }))
    .mutation(({ ctx, input }): Promise<void> => withdrawTemplate(ctx.user, input)),
  compare: adminProcedure
    .input(z.strictObject({ slug, from: versionNumber, to: versionNumber }))
    .query(({ ctx, input }): Promise<FieldChange[]> => compareVersions(ctx.user, input)),
  validate: adminProcedure
    .input(one.extend({ allowNewDroplet: z.boolean().optional() }))
    .mutation(({ ctx, input }): Promise<{ validationId: string }> => validateTemplate(ctx.user, input)),
  validations: adminProcedure
    .input(perhaps)
    .query(({ ctx, input }): Promise<ValidationView[]> => listValidations(ctx.user, input)),
  validation: adminProcedure
    .input(z.strictObject({ validationId: z.uuid() }))
    .query(({ ctx, input }): Promise<ValidationView> => getValidation(ctx.user, input)),
  export: adminProcedure
    .input(perhaps)
    .query(({ ctx, input }): ReturnType<typeof exportTemplate> => exportTemplate(ctx.user, input)),
  bulk: adminProcedure
    .input(
      z.strictObject({
        slugs: z.array(slug).min(1).max(500),
        action: z.enum(BULK_ACTIONS),
        message: message.optional(),
      }),
    )
    .mutation(({ ctx, input }): Promise<BulkResult[]> => bulkTemplates(ctx.user, input)),
})
