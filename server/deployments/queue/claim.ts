/** What a worker takes next. One claimer at a time in the whole installation, so that the limits hold exactly. */
import { sql } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import type { StepId } from '#db/schema/states.ts'
import type { Ctx } from '#server/context.ts'
import { housekeepingTx, recordedTx } from '#server/tx.ts'
import { DELETE_DEADLINE_MS, DEPLOY_DEADLINE_MS, STOP_DEADLINE_MS } from '../lifecycle/deadlines.ts'
import { type Purpose, stepsFor } from '../purpose.ts'
import { expireQueued } from './expire.ts'
import { ENDINGS_PER_CLAIM_MAX, RUNNING_PER_USER_MAX, RUNNING_TOTAL_MAX } from './limits.ts'

export type WorkKind = 'deploy' | 'stop' | 'delete'

/** What a workflow is started with, and what its replay sees again. */
export type Work = {
  kind: WorkKind | 'undo'
  deploymentId: string
  attempt: number
  /** Steps in the order that this saga began with, for newer code to follow. */
  steps: StepId[]
}

export interface Claimed {
  workflowId: string
  work: Work
}

/** Any number that no other use of transaction-level advisory locks in Berth has. */
const CLAIM_LOCK = 0x62720001

interface Row extends Record<string, unknown> {
  id: string
  user_id: string
  attempt: number
  purpose: Purpose
  state: string
  lease_epoch: number
}

export async function claim(ctx: Ctx, workerId: string): Promise<Claimed[]> {
  const waiting = await ctx.db.execute<{ state: string }>(
    sql`select distinct state from deployments
        where lease_owner is null and state in ('queued', 'stopping', 'deleting')`,
  )
  const sagas = waiting.some((row) => row.state === 'queued') ? await claimSagas(ctx, workerId) : []
  const ends = waiting.some((row) => row.state !== 'queued') ? await claimEndings(ctx, workerId) : []
  return [...sagas, ...ends]
}

/** Nothing may start now: the transaction has nothing to record and is rolled back. */
class NothingToStart extends Error {}

async function claimSagas(ctx: Ctx, workerId: string): Promise<Claimed[]> {
  try {
    return await recordedTx(ctx, null, async (tx, record) => {
      await tx.execute(sql`select pg_advisory_xact_lock(${CLAIM_LOCK})`)
      const expired = await expireQueued(tx, record)
      const rows = await startable(tx)
      if (rows.length + expired === 0) throw new NothingToStart()
      const claimed: Claimed[] = []
      for (const row of rows) {
        const epoch = row.lease_epoch + 1
        const workflowId = `${row.id}:${row.attempt}:deploy:${epoch}`
        const steps = stepsFor(row.purpose)
        await tx.execute(sql`
          update deployments set state = 'deploying', lease_owner = ${workerId}, lease_epoch = ${epoch},
            workflow_id = ${workflowId}, saga_steps = ${sql.param(`{${steps.join(',')}}`)}::text[],
            started_at = now(), deadline_at = now() + ${DEPLOY_DEADLINE_MS} * interval '1 millisecond'
          where id = ${row.id}`)
        await record.event(row.id, { type: 'state', data: { from: 'queued', to: 'deploying' } })
        claimed.push({
          workflowId,
          work: { kind: 'deploy', deploymentId: row.id, attempt: row.attempt, steps: [...steps] },
        })
      }
      return claimed
    })
  } catch (error) {
    if (error instanceof NothingToStart) return []
    throw error
  }
}

/** Stops and deletions: only a lease, their verb has written the state and its event. */
const claimEndings = (ctx: Ctx, workerId: string): Promise<Claimed[]> =>
  housekeepingTx(ctx.db, async (tx) => {
    const claimed: Claimed[] = []
    for (const row of await endings(tx)) {
      const kind = row.state === 'stopping' ? 'stop' : 'delete'
      const epoch = row.lease_epoch + 1
      const workflowId = `${row.id}:${row.attempt}:${kind}:${epoch}`
      const deadlineMs = kind === 'stop' ? STOP_DEADLINE_MS : DELETE_DEADLINE_MS
      await tx.execute(sql`
        update deployments set lease_owner = ${workerId}, lease_epoch = ${epoch}, workflow_id = ${workflowId},
          saga_steps = null, deadline_at = now() + ${deadlineMs} * interval '1 millisecond'
        where id = ${row.id}`)
      claimed.push({ workflowId, work: { kind, deploymentId: row.id, attempt: row.attempt, steps: [] } })
    }
    return claimed
  })

/** By priority, then fewest running of that user (counting those taken before it), then how long it waits. */
const startable = (tx: Tx) =>
  tx.execute<Row>(sql`
    with running as (
      select user_id, count(*)::int as n from deployments
      where state in ('deploying', 'undoing') group by user_id
    ), waiting as (
      select d.id, d.priority, d.deadline_at, coalesce(r.n, 0)
        + row_number() over (partition by d.user_id order by d.priority desc, d.deadline_at) as nth
      from deployments d left join running r using (user_id)
      where d.state = 'queued'
    ), chosen as (
      -- Every queued row got the same time to its deadline, so the nearest deadline has waited longest.
      select id, row_number() over (order by priority desc, nth, deadline_at) as place from waiting
      where nth <= ${RUNNING_PER_USER_MAX}
      order by priority desc, nth, deadline_at
      limit greatest(0, ${RUNNING_TOTAL_MAX} - (select coalesce(sum(n), 0) from running))
    )
    select d.id, d.user_id, d.attempt, d.purpose, d.state, d.lease_epoch
    from deployments d join chosen c using (id)
    where d.state = 'queued'
    order by c.place
    for update of d skip locked`)

const endings = (tx: Tx) =>
  tx.execute<Row>(sql`
    select id, user_id, attempt, purpose, state, lease_epoch from deployments
    where state in ('stopping', 'deleting') and lease_owner is null
    order by updated_at limit ${ENDINGS_PER_CLAIM_MAX}
    for update skip locked`)
