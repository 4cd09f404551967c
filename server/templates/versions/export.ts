import type { UserCtx } from '#server/context.ts'
import { requireAdmin } from '../admin.ts'
import { runnersOf } from '../propose/proposal.ts'
import { exportServerJson } from '../server-json/index.ts'
import { readVersion } from './get.ts'

/** A version as a `server.json`; an import of it gives the same content. @throws NOT_FOUND */
export async function exportTemplate(
  ctx: UserCtx,
  input: { slug: string; version?: number | undefined },
): Promise<{ document: Record<string, unknown> }> {
  requireAdmin(ctx)
  const { head, version, content } = await readVersion(ctx, input)
  const { slug, registryName } = head
  const document = exportServerJson({
    ...{ slug, registryName, content, version: version.version, serverJson: version.serverJson },
    runners: runnersOf(ctx),
  })
  return { document: { ...document } }
}
