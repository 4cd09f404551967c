/** The admin verbs of templates check the role themselves: routers are not the only callers. */
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'

export function requireAdmin(ctx: UserCtx): void {
  if (ctx.actor.role !== 'admin') throw new BerthError('NOT_ALLOWED', 'Only an admin may do this.')
}
