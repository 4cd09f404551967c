/**
 * Which images are there? A list never waits for a registry on the internet: what is not known yet is `null`, is asked
 * behind the reader's back, and stands in the next list. The local cloud's own registry answers at once. A package is
 * asked nobody: its version is locked, or it is not.
 */
import { sql } from 'drizzle-orm'
import type { TemplateConfig } from '#db/template-config.ts'
import type { UserCtx } from '#server/context.ts'
import type { Resolver } from '#server/registry/index.ts'

interface Template {
  id: string
  config: TemplateConfig
}
export type RunnableOf = (template: Template) => { runnable: boolean | null; runnableReason: string | null }

/** The registry of this machine answers in a few milliseconds, or something is wrong with it. */
const LOCAL_WAIT_MS = 300

/** @param patienceMs how long a page about one image may wait for its registry; absent: not at all */
export async function runnableOf(
  ctx: UserCtx & { services: { registry: Resolver } },
  templates: Template[],
  patienceMs = 0,
): Promise<RunnableOf> {
  const { registry } = ctx.services
  const { demoRegistry } = ctx.config
  const isLocal = (image: string) => demoRegistry !== null && image.startsWith(`${demoRegistry}/`)
  const awaited = [...new Set(templates.map(({ config }) => config.image))].filter(
    (image) => patienceMs > 0 || isLocal(image),
  )
  const [obstacles] = await Promise.all([
    packageObstacles(ctx, templates),
    ...awaited.map((image) => registry.resolveWithin(image, Math.max(patienceMs, LOCAL_WAIT_MS))),
  ])
  return ({ id, config: { image } }) => {
    const obstacle = obstacles.get(id)
    if (obstacle !== undefined) return { runnable: false, runnableReason: obstacle }
    const known = registry.peek(image)
    if (known === null) return { runnable: null, runnableReason: null }
    if (known.resolves) return { runnable: true, runnableReason: null }
    // R20: a registry that is down is no reason to refuse a deployment; it may be back by then.
    return { runnable: known.unknown ? null : false, runnableReason: known.reason }
  }
}

/** Why the current version's package can't be installed, of those whose can't. */
async function packageObstacles(ctx: UserCtx, templates: Template[]): Promise<Map<string, string>> {
  const packaged = templates.filter(({ config }) => config.package !== undefined)
  if (packaged.length === 0) return new Map()
  const rows = await ctx.db.execute<{ id: string; isLocked: boolean; failed: string | null }>(sql`
    select v.template_id as id, v.package_lock is not null as "isLocked", (
      select case when c->>'verdict' = 'fail' then c->>'summary' end
      from template_validations r, jsonb_array_elements(r.checks) c
      where r.template_version_id = v.id and r.ended_at is not null
        and c->>'id' = 'package-lock' and c->>'verdict' in ('pass', 'warn', 'fail')
      order by r.started_at desc limit 1) as failed
    from template_versions v join tool_catalog t on t.id = v.template_id and t.version = v.version
    where t.id = any(${sql.param(`{${packaged.map(({ id }) => id).join(',')}}`)}::uuid[])`)
  return new Map(
    rows.flatMap(({ id, isLocked, failed }) => {
      const obstacle = failed ?? (isLocked ? null : 'Its package has not been resolved yet.')
      return obstacle === null ? [] : [[id, obstacle] as const]
    }),
  )
}
