import type { FieldChange } from '#server/api/views-templates.ts'
import type { UserCtx } from '#server/context.ts'
import { requireAdmin } from '../admin.ts'
import { compareContents } from '../compare.ts'
import { readVersion } from './get.ts'

/** What changed between two versions, field by field. @throws NOT_FOUND */
export async function compareVersions(
  ctx: UserCtx,
  input: { slug: string; from: number; to: number },
): Promise<FieldChange[]> {
  requireAdmin(ctx)
  const [from, to] = await Promise.all([
    readVersion(ctx, { slug: input.slug, version: input.from }),
    readVersion(ctx, { slug: input.slug, version: input.to }),
  ])
  return compareContents(from.content, to.content)
}
