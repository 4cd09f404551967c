import { templateVersions, toolCatalog } from '#db/schema/templates.ts'
import type { TemplateContent } from '#db/template-content.ts'
import { headOf } from '#db/template-head.ts'
import { BerthError } from '#server/errors.ts'
import { recordedTx } from '#server/tx.ts'
import { requireAdmin } from '../admin.ts'
import { OWN_NAMESPACE } from '../server-json/index.ts'
import { registryOfEntry } from '../upstream/origin.ts'
import { type CheckingCtx, startChecks } from './validate.ts'

export interface NewTemplate {
  slug: string
  content: TemplateContent
  serverJson?: Record<string, unknown> | undefined
  /** The entry of a followed registry that it was read from. */
  upstreamServerId?: string | undefined
  note?: string | undefined
}

/** A template nobody sees yet: version 1 is a draft, and its checks run. @throws CONFLICT when the slug is taken */
export async function createTemplate(
  ctx: CheckingCtx,
  input: NewTemplate,
): Promise<{ slug: string; version: number; validationId: string }> {
  requireAdmin(ctx)
  const { slug, content, serverJson = null, upstreamServerId, note = '' } = input
  const versionId = await recordedTx(ctx, null, async (tx, record) => {
    const registryName = registryNameOf(serverJson)
    const upstreamRegistryId = upstreamServerId ? await registryOfEntry(tx, upstreamServerId, registryName) : null
    const [head] = await tx
      .insert(toolCatalog)
      .values({ slug, ...headOf(slug, content), status: 'draft', version: 1, registryName, upstreamRegistryId })
      .onConflictDoNothing()
      .returning({ id: toolCatalog.id })
    if (!head)
      throw new BerthError('CONFLICT', `There is a template with the name ${slug} already.`, {
        field: 'slug',
        action: 'Choose another name, or save a new version of that template.',
      })
    const [version] = await tx
      .insert(templateVersions)
      .values({
        ...{ templateId: head.id, version: 1, status: 'draft', content, config: content.config, serverJson, note },
        createdBy: ctx.actor.userId,
      })
      .returning({ id: templateVersions.id })
    if (!version) throw new Error('insert returned no row')
    await record.audit('template.create', `template:${slug}`, {
      ...{ version: 1, image: content.config.image },
      ...(upstreamRegistryId && { registry: upstreamRegistryId }),
    })
    return version.id
  })
  return { slug, version: 1, ...(await startChecks(ctx, { versionId, trigger: 'save' })) }
}

/** `server.json`'s reverse-DNS name; null for a document that only this installation wrote. */
export function registryNameOf(serverJson: Record<string, unknown> | null): string | null {
  const name = serverJson?.name
  return typeof name === 'string' && !name.startsWith(OWN_NAMESPACE) ? name : null
}
