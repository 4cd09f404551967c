/** Writes a deployment, its pending steps and its first event in one statement; the workers are woken behind its commit. */
import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '#db/client.ts'
import type { Sealed } from '#db/schema/cloud.ts'
import type { deployments } from '#db/schema/deployments.ts'
import type { NewDropletWish, Strategy } from '#server/placement/types.ts'
import { eventNote, recordedStatement } from '#server/tx.ts'
import type { EventInput } from './event-types.ts'
import { type Purpose, stepsFor } from './purpose.ts'
import { QUEUE_DEADLINE_MS, WORK_CHANNEL } from './queue/limits.ts'

export interface NewDeployment {
  id: string
  userId: string
  templateId: string
  templateVersionId: string
  purpose: Purpose
  name: string
  /** Nobody chose it: the second of a template gets a 2 behind it. */
  isNameNumbered: boolean
  priority: number
  idempotencyKey: string | null
  region: string | null
  dropletId: string | null
  newDroplet: NewDropletWish | null
  strategy: Strategy | null
  resources: (typeof deployments.$inferSelect)['resources']
  allowNewDroplet: boolean
  variables: Sealed
}

/** @returns false when the idempotency key is taken */
export async function insertDeployment(db: Db, row: NewDeployment): Promise<boolean> {
  const queued: EventInput = { type: 'state', data: { from: null, to: 'queued' } }
  return recordedStatement(
    db,
    sql`
      with made as (
        insert into deployments (id, user_id, template_id, template_version_id, purpose, name, priority,
          idempotency_key, requested_region, requested_droplet_id, requested_new_droplet, requested_strategy, resources,
          allow_new_droplet, variables, deadline_at, last_event)
        values (${row.id}, ${row.userId}, ${row.templateId}, ${row.templateVersionId}, ${row.purpose}, ${nameOf(row)},
          ${row.priority}, ${row.idempotencyKey}, ${row.region}, ${row.dropletId},
          ${row.newDroplet && JSON.stringify(row.newDroplet)}::jsonb, ${row.strategy},
          ${row.resources && JSON.stringify(row.resources)}::jsonb, ${row.allowNewDroplet},
          ${JSON.stringify(row.variables)}::jsonb, now() + ${QUEUE_DEADLINE_MS} * interval '1 millisecond', 1)
        on conflict (user_id, idempotency_key) do nothing
        returning id, attempt, last_event
      ), steps as (
        insert into deployment_steps (deployment_id, attempt, step, position)
        select made.id, made.attempt, s.step, s.position - 1
        from made, unnest(${sql.param(`{${stepsFor(row.purpose).join(',')}}`)}::text[]) with ordinality as s(step, position)
      ), event as (
        insert into deployment_events (deployment_id, n, attempt, type, data)
        select id, last_event, attempt, ${queued.type}, ${JSON.stringify(queued.data)}::jsonb from made
      )
      select id from made`,
    [eventNote(row.id, 1, row.userId), { channel: WORK_CHANNEL, payload: '' }],
  )
}

/** More than anybody gives names of this form to by hand; with a bound, a thousand deployments slow none down. */
const NUMBERED_AFTER_NEWEST = 50

/** One more than the highest number among this person's newest deployments of the template; the plain name counts as 1. */
function nameOf({ name, isNameNumbered, userId, templateId }: NewDeployment): SQL {
  if (!isNameNumbered) return sql`${name}`
  const rest = sql`substr(name, length(${name}) + 2)`
  return sql`(
    select ${name}::text || coalesce(' ' || max(case
      when name = ${name} then 1
      when starts_with(name, ${name} || ' ') and ${rest} ~ '^[1-9][0-9]{0,5}$' then ${rest}::int end) + 1, '')
    from (
      select name from deployments
      where user_id = ${userId} and template_id = ${templateId} and purpose = 'serve' and state <> 'deleted'
      order by created_at desc limit ${NUMBERED_AFTER_NEWEST}
    ) newest)`
}
