/** MCP Registries that this installation follows, and what they list. */
import { z } from 'zod'
import { httpUrl, label, rowNumber, searchText } from '#server/api/inputs.ts'
import { adminProcedure, router } from '#server/api/trpc.ts'
import type { TemplateProposal, UpstreamRegistryView, UpstreamServerView } from '#server/api/views-templates.ts'
import {
  addUpstreamRegistry,
  listUpstreamRegistries,
  proposeFromUpstream,
  removeUpstreamRegistry,
  searchUpstreamServers,
  syncUpstreamRegistry,
} from '#server/templates/index.ts'

const one = z.strictObject({ registryId: z.uuid() })
const found = z.strictObject({
  registryId: z.uuid().optional(),
  search: searchText(200).optional(),
  limit: z.int().min(1).max(200).optional(),
})

export const adminUpstreamRouter = router({
  list: adminProcedure.query(({ ctx }): Promise<UpstreamRegistryView[]> => listUpstreamRegistries(ctx.user)),
  add: adminProcedure
    .input(z.strictObject({ name: label, url: httpUrl }))
    .mutation(({ ctx, input }): Promise<UpstreamRegistryView> => addUpstreamRegistry(ctx.user, input)),
  remove: adminProcedure
    .input(one)
    .mutation(({ ctx, input }): Promise<void> => removeUpstreamRegistry(ctx.user, input)),
  sync: adminProcedure
    .input(one)
    .mutation(({ ctx, input }): ReturnType<typeof syncUpstreamRegistry> => syncUpstreamRegistry(ctx.user, input)),
  search: adminProcedure
    .input(found.optional())
    .query(({ ctx, input }): Promise<UpstreamServerView[]> => searchUpstreamServers(ctx.user, input ?? {})),
  propose: adminProcedure
    .input(z.strictObject({ serverId: z.uuid(), packageIndex: rowNumber.optional() }))
    .mutation(({ ctx, input }): Promise<TemplateProposal> => proposeFromUpstream(ctx.user, input)),
})
