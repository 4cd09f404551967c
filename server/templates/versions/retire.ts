/**
 * Taking a version back. `deprecated`: nobody finds it any more, who runs it goes on, and it may be published again.
 * `withdrawn`: nobody deploys or redeploys it ever again; who runs it is warned.
 */
import { eq } from 'drizzle-orm'
import { templateVersions } from '#db/schema/templates.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { recordedTx } from '#server/tx.ts'
import { requireAdmin } from '../admin.ts'
import { lockTemplate, refreshHead, type Version, versionsOf } from './rows.ts'

export interface Retirement {
  slug: string
  /** Absent: every version that people can get. */
  version?: number | undefined
  /** Why; people who run it read it. */
  message?: string | undefined
}

type Retired = 'deprecated' | 'withdrawn'

/** What each may be made of; a version that has the status already stays and takes the new message. */
const FROM: Record<Retired, readonly Version['status'][]> = {
  deprecated: ['published', 'deprecated'],
  withdrawn: ['draft', 'published', 'deprecated', 'withdrawn'],
}
const PUBLIC: readonly Version['status'][] = ['published', 'deprecated']

export const deprecateTemplate = (ctx: UserCtx, input: Retirement): Promise<void> => retire(ctx, 'deprecated', input)
export const withdrawTemplate = (ctx: UserCtx, input: Retirement): Promise<void> => retire(ctx, 'withdrawn', input)

async function retire(ctx: UserCtx, status: Retired, { slug, version, message }: Retirement): Promise<void> {
  requireAdmin(ctx)
  await recordedTx(ctx, null, async (tx, record) => {
    const head = await lockTemplate(tx, slug)
    const all = await versionsOf(tx, head.id)
    const chosen = all.filter((v) => (version === undefined ? PUBLIC.includes(v.status) : v.version === version))
    if (chosen.length === 0 && version !== undefined)
      throw new BerthError('NOT_FOUND', 'There is no such version of this template.', { field: 'version' })
    const refused = chosen.find((v) => !FROM[status].includes(v.status))
    if (refused || chosen.length === 0)
      throw new BerthError('CONFLICT', `Only a published version can be ${status}.`, {
        field: 'version',
        action: refused?.status === 'draft' ? 'Withdraw the draft instead.' : 'Choose another version.',
      })
    for (const { id } of chosen)
      await tx
        .update(templateVersions)
        .set({ status, ...(message !== undefined && { note: message }) })
        .where(eq(templateVersions.id, id))
    await refreshHead(tx, head)
    const versions = chosen.map((v) => v.version)
    await record.audit(`template.${status === 'deprecated' ? 'deprecate' : 'withdraw'}`, `template:${slug}`, {
      versions,
      ...(message && { message }),
    })
  })
}
