/** The lease: only its holder may cause effects or write outcomes. Checked with the row, in the writer's transaction. */
import { and, eq, sql } from 'drizzle-orm'
import type { Db, Tx } from '#db/client.ts'
import { type compensations, deployments } from '#db/schema/deployments.ts'
import type { DeploymentRow } from '../own.ts'
import { Parked } from './halt.ts'
import type { Compensation } from './step.ts'

export interface Lease {
  deploymentId: string
  workerId: string
  epoch: number
}

const held = (lease: Lease) =>
  and(
    eq(deployments.id, lease.deploymentId),
    eq(deployments.leaseOwner, lease.workerId),
    eq(deployments.leaseEpoch, lease.epoch),
  )

/** @throws Parked when another took over */
export async function lockOwned(tx: Tx, lease: Lease): Promise<DeploymentRow> {
  const [row] = await tx.select().from(deployments).where(held(lease)).for('update')
  if (!row) throw new Parked('the lease is lost')
  return row
}

/** @throws Parked when another took over */
export async function readOwned(db: Db, lease: Lease): Promise<DeploymentRow> {
  const [row] = await db.select().from(deployments).where(held(lease))
  if (!row) throw new Parked('the lease is lost')
  return row
}

/** The lease as this worker holds it now; null when it does not. */
export async function findLease(db: Db, deploymentId: string, workerId: string): Promise<Lease | null> {
  const [row] = await db
    .select({ epoch: deployments.leaseEpoch })
    .from(deployments)
    .where(and(eq(deployments.id, deploymentId), eq(deployments.leaseOwner, workerId)))
  return row ? { deploymentId, workerId, epoch: row.epoch } : null
}

export type CompensationRow = typeof compensations.$inferSelect

/** Appends what is not yet there, and proves the lease, in one statement. @throws Parked when another took over */
export async function planUndo(db: Db, lease: Lease, attempt: number, lines: Compensation[]): Promise<void> {
  const rows = await db.execute(sql`
    with owned as (
      select id from deployments
      where id = ${lease.deploymentId} and lease_owner = ${lease.workerId} and lease_epoch = ${lease.epoch}
    ), last as (
      select coalesce(max(seq), 0) as seq from compensations
      where deployment_id = ${lease.deploymentId} and attempt = ${attempt}
    ), fresh as (
      select l.value->>'name' as name, l.value->'args' as args, row_number() over (order by l.place) as nth
      from jsonb_array_elements(${JSON.stringify(lines)}::jsonb) with ordinality as l(value, place)
      where not exists (
        select 1 from compensations c
        where c.deployment_id = ${lease.deploymentId} and c.attempt = ${attempt}
          and c.name = l.value->>'name' and c.args = l.value->'args'
      )
    ), planned as (
      insert into compensations (deployment_id, attempt, seq, name, args)
      select owned.id, ${attempt}, last.seq + fresh.nth, fresh.name, fresh.args from owned, last, fresh
    )
    select id from owned`)
  if (rows.length === 0) throw new Parked('the lease is lost')
}
