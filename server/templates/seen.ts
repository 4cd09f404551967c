/** What was seen of templates when they ran: the person's own deployments, and the tools that servers listed. */
import { type SQL, sql } from 'drizzle-orm'
import type { ToolSummary } from '#db/schema/deployments.ts'
import type { DeploymentState } from '#db/schema/states.ts'
import type { UserCtx } from '#server/context.ts'

export interface Seen {
  deployment: { id: string; state: DeploymentState } | null
  toolsCount: number | null
}

/**
 * Of the current version's newest dry run; else of the person's own newest deployment. Never of another's: servers name
 * folders, tables and APIs in their tools, as their owner's values say (I7, R8).
 */
const toolsOf = (ctx: UserCtx, take: (tools: SQL) => SQL): SQL => sql`coalesce(
  (select ${take(sql`r.facts->'tools'`)}
   from template_versions v join template_validations r on r.template_version_id = v.id
   where v.template_id = t.id and v.version = t.version and jsonb_typeof(r.facts->'tools') = 'array'
   order by r.started_at desc limit 1),
  (select ${take(sql`d.tools`)} from deployments d
   where d.template_id = t.id and d.user_id = ${ctx.actor.userId} and d.purpose = 'serve' and d.tools is not null
   order by d.created_at desc limit 1))`

/** One query for a whole list. Templates without anything to say are not in the map. */
export async function seenOf(ctx: UserCtx, templateIds: string[]): Promise<Map<string, Seen>> {
  if (templateIds.length === 0) return new Map()
  const ids = sql.param(`{${templateIds.join(',')}}`)
  const rows = await ctx.db.execute<{ id: string } & { [K in keyof Seen]: Seen[K] }>(sql`
    with own as (
      -- The newest that is not over; a failed one counts, so that its card says so.
      select distinct on (template_id) template_id, json_build_object('id', id, 'state', state) as deployment
      from deployments
      where user_id = ${ctx.actor.userId} and purpose = 'serve' and state not in ('deleting', 'deleted', 'cancelled')
      order by template_id, created_at desc
    )
    select t.id, own.deployment, ${toolsOf(ctx, (tools) => sql`jsonb_array_length(${tools})`)} as "toolsCount"
    from tool_catalog t left join own on own.template_id = t.id
    where t.id = any(${ids}::uuid[])`)
  return new Map(rows.map(({ id, ...seen }) => [id, seen]))
}

export async function toolsSeen(ctx: UserCtx, templateId: string): Promise<ToolSummary[] | null> {
  const [row] = await ctx.db.execute<{ tools: ToolSummary[] | null }>(
    sql`select ${toolsOf(ctx, (tools) => tools)} as tools from tool_catalog t where t.id = ${templateId}`,
  )
  return row?.tools ?? null
}
