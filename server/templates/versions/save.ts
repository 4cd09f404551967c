import { eq } from 'drizzle-orm'
import { templateVersions, toolCatalog } from '#db/schema/templates.ts'
import type { TemplateContent } from '#db/template-content.ts'
import { contentOf } from '#db/template-head.ts'
import { BerthError } from '#server/errors.ts'
import { recordedTx } from '#server/tx.ts'
import { requireAdmin } from '../admin.ts'
import { compareContents } from '../compare.ts'
import { registryOfEntry } from '../upstream/origin.ts'
import { registryNameOf } from './create.ts'
import { lockTemplate, refreshHead, versionsOf } from './rows.ts'
import { type CheckingCtx, startChecks } from './validate.ts'

export interface SavedTemplate {
  slug: string
  /** Number of the version that was edited. */
  base: number
  content: TemplateContent
  serverJson?: Record<string, unknown> | undefined
  /** The entry of a followed registry that it was read from. */
  upstreamServerId?: string | undefined
  note?: string | undefined
}

/**
 * A new draft version; what people get stays as it is until the draft is published.
 *
 * @throws CONFLICT when somebody else saved since `base`
 */
export async function saveTemplate(
  ctx: CheckingCtx,
  input: SavedTemplate,
): Promise<{ version: number; validationId: string }> {
  requireAdmin(ctx)
  const { slug, base, content, note = '' } = input
  const saved = await recordedTx(ctx, null, async (tx, record) => {
    const head = await lockTemplate(tx, slug)
    const [newest] = await versionsOf(tx, head.id)
    if (!newest) throw new Error('a template without a version')
    if (newest.version !== base)
      throw new BerthError('CONFLICT', `Version ${newest.version} was saved while you edited version ${base}.`, {
        field: 'base',
      })
    const version = newest.version + 1
    // A template keeps the document that it came from: an edit in the form changes the content, not the origin.
    const serverJson = input.serverJson ?? newest.serverJson
    const [row] = await tx
      .insert(templateVersions)
      .values({
        ...{ templateId: head.id, version, status: 'draft', content, config: content.config, serverJson, note },
        createdBy: ctx.actor.userId,
      })
      .returning({ id: templateVersions.id })
    if (!row) throw new Error('insert returned no row')
    const registryName = registryNameOf(serverJson)
    const { upstreamServerId } = input
    // While it stays the same server, its registry's word counts, wherever a newer document was read from.
    const kept = registryName === head.registryName ? head.upstreamRegistryId : null
    const upstreamRegistryId = upstreamServerId ? await registryOfEntry(tx, upstreamServerId, registryName) : kept
    if (registryName !== head.registryName || upstreamRegistryId !== head.upstreamRegistryId)
      await tx.update(toolCatalog).set({ registryName, upstreamRegistryId }).where(eq(toolCatalog.id, head.id))
    await refreshHead(tx, head)
    const changes = compareContents(contentOf(head, newest), content)
    await record.audit('template.save', `template:${slug}`, {
      ...{ version, changed: changes.map(({ path }) => path) },
      ...(upstreamServerId && { registry: upstreamRegistryId }),
    })
    return { version, versionId: row.id }
  })
  return { version: saved.version, ...(await startChecks(ctx, { versionId: saved.versionId, trigger: 'save' })) }
}
