import type { UserCtx } from '#server/context.ts'
import { toBerthError } from '#server/errors.ts'
import { requireAdmin } from '../admin.ts'
import { readVersion } from './get.ts'
import { publishTemplate } from './publish.ts'
import { deprecateTemplate, withdrawTemplate } from './retire.ts'
import { type CheckingCtx, validateTemplate } from './validate.ts'

export const BULK_ACTIONS = ['validate', 'publish', 'deprecate', 'withdraw'] as const
export type BulkAction = (typeof BULK_ACTIONS)[number]

export interface BulkResult {
  slug: string
  ok: boolean
  error?: string
}

/** `validate` and `publish` mean the newest version, `deprecate` and `withdraw` every version that people can get. */
const ACTIONS: Record<BulkAction, (ctx: CheckingCtx, slug: string, message?: string) => Promise<unknown>> = {
  validate: async (ctx, slug) => validateTemplate(ctx, { slug, version: await newest(ctx, slug) }),
  publish: async (ctx, slug) => publishTemplate(ctx, { slug, version: await newest(ctx, slug) }),
  deprecate: (ctx, slug, message) => deprecateTemplate(ctx, { slug, message }),
  withdraw: (ctx, slug, message) => withdrawTemplate(ctx, { slug, message }),
}

const newest = async (ctx: UserCtx, slug: string) => (await readVersion(ctx, { slug })).version.version

/** One after the other, each in a transaction of its own: one that is refused does not hold up the rest. */
export async function bulkTemplates(
  ctx: CheckingCtx,
  /** `message`: to whoever runs what is deprecated or withdrawn. */
  input: { slugs: string[]; action: BulkAction; message?: string | undefined },
): Promise<BulkResult[]> {
  requireAdmin(ctx)
  const results: BulkResult[] = []
  for (const slug of new Set(input.slugs)) {
    try {
      await ACTIONS[input.action](ctx, slug, input.message)
      results.push({ slug, ok: true })
    } catch (error) {
      const known = toBerthError(error)
      if (known.code === 'INTERNAL') ctx.log.error({ err: error, slug, action: input.action }, 'a bulk action failed')
      results.push({ slug, ok: false, error: `${known.message} ${known.action}` })
    }
  }
  return results
}
