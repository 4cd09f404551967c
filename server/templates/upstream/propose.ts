import { eq } from 'drizzle-orm'
import { toolCatalog, upstreamServers } from '#db/schema/templates.ts'
import type { TemplateProposal } from '#server/api/views-templates.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { recordedTx } from '#server/tx.ts'
import { requireAdmin } from '../admin.ts'
import { proposeDocument } from '../propose/proposal.ts'

/** A template as an entry of a registry tells it; nothing is saved. @throws NOT_FOUND, IMPORT_REFUSED */
export async function proposeFromUpstream(
  ctx: UserCtx,
  input: { serverId: string; packageIndex?: number | undefined },
): Promise<TemplateProposal> {
  requireAdmin(ctx)
  const { name, registryId, document, status, statusMessage } = upstreamServers
  const row = await recordedTx(ctx, null, async (tx, record) => {
    const [found] = await tx
      .select({ name, registryId, document, status, statusMessage })
      .from(upstreamServers)
      .where(eq(upstreamServers.id, input.serverId))
    if (!found)
      throw new BerthError('NOT_FOUND', 'There is no such server in the copy of a registry.', { field: 'serverId' })
    await record.audit('template.propose', `upstream:${found.name}`)
    return found
  })
  const { packageIndex } = input
  const proposal = await proposeDocument(ctx, { document: row.document, packageIndex, stranger: true })
  const notes = [...proposal.notes]
  if (proposal.existing && (await isOfAnother(ctx, proposal.existing.slug, row.registryId)))
    notes.unshift({
      path: 'name',
      text: `${proposal.existing.slug} came from another registry, whose server of this name may be another program.`,
    })
  if (row.status !== 'active')
    notes.unshift({
      path: 'status',
      text: `Its registry calls it ${row.status}${row.statusMessage ? `: ${row.statusMessage}` : '.'}`,
    })
  return { ...proposal, notes }
}

async function isOfAnother(ctx: UserCtx, slug: string, registryId: string): Promise<boolean> {
  const [head] = await ctx.db
    .select({ of: toolCatalog.upstreamRegistryId })
    .from(toolCatalog)
    .where(eq(toolCatalog.slug, slug))
  return !!head?.of && head.of !== registryId
}
