/** Takes over what a dead process left under way: one worker wins the lease, then resumes the workflow (I3, I9). */
import { sql } from 'drizzle-orm'
import type { StepId } from '#db/schema/states.ts'
import { STEPS } from '#db/schema/states.ts'
import type { Ctx } from '#server/context.ts'
import { deadWorkers, type Workflows } from '#server/workflows/index.ts'
import type { Work, WorkKind } from './claim.ts'

interface Orphan extends Record<string, unknown> {
  id: string
  attempt: number
  lease_owner: string
  lease_epoch: number
  workflow_id: string
  saga_steps: StepId[] | null
}

/**
 * @param running is this workflow known to run in this very process?
 * @param expect told before a workflow is started or resumed here
 */
export async function takeOver(
  ctx: Ctx,
  workerId: string,
  workflows: Workflows<Work>,
  running: (workflowId: string) => boolean,
  expect: (workflowId: string) => void,
): Promise<string[]> {
  const owners = await ctx.db.execute<{ lease_owner: string }>(
    sql`select distinct lease_owner from deployments where lease_owner is not null`,
  )
  const others = owners.map((row) => row.lease_owner).filter((owner) => owner !== workerId)
  const dead = await deadWorkers(ctx.db, others)
  const mine = owners.length > others.length ? [workerId] : []
  if (dead.length + mine.length === 0) return []
  const orphans = await ctx.db.execute<Orphan>(sql`
    select id, attempt, lease_owner, lease_epoch, workflow_id, saga_steps from deployments
    where lease_owner = any(${sql.param(`{${[...dead, ...mine].map((id) => JSON.stringify(id)).join(',')}}`)}::text[])`)
  const taken: string[] = []
  for (const orphan of orphans) {
    if (orphan.lease_owner === workerId && running(orphan.workflow_id)) continue
    if (await win(ctx, workerId, orphan, workflows, expect)) taken.push(orphan.id)
  }
  return taken
}

async function win(
  ctx: Ctx,
  workerId: string,
  orphan: Orphan,
  workflows: Workflows<Work>,
  expect: (workflowId: string) => void,
): Promise<boolean> {
  const found = await workflows.find(orphan.workflow_id)
  const epoch = orphan.lease_epoch + 1
  // A finished workflow that still holds a lease ended by a defect of ours, and one of another step order can't be
  // replayed: both go on under a new id, from the rows.
  const renew = found !== null && (found.finished || !found.replayable)
  const kind = kindOf(orphan.workflow_id)
  const work: Work = {
    kind: renew && !found.replayable && kind === 'deploy' ? 'undo' : kind,
    deploymentId: orphan.id,
    attempt: orphan.attempt,
    steps: orphan.saga_steps ?? [...STEPS],
  }
  const workflowId = renew ? `${orphan.id}:${orphan.attempt}:${work.kind}:${epoch}` : orphan.workflow_id
  const won = await ctx.db.execute(sql`
    update deployments set lease_owner = ${workerId}, lease_epoch = ${epoch}, workflow_id = ${workflowId}
    where id = ${orphan.id} and lease_owner = ${orphan.lease_owner} and lease_epoch = ${orphan.lease_epoch}
    returning id`)
  if (won.length === 0) return false
  expect(workflowId)
  ctx.log.info({ deployment: orphan.id, from: orphan.lease_owner, workflow: workflowId }, 'taken over')
  if (found === null || renew) await workflows.start(workflowId, work)
  else await workflows.resume(workflowId)
  return true
}

/** The id is `<deployment>:<attempt>:<kind>:<epoch>`, made in `claim` and above. */
const kindOf = (workflowId: string): WorkKind | 'undo' => (workflowId.split(':')[2] ?? 'deploy') as WorkKind | 'undo'
