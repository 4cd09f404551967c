/** One round of the circuit breaker over all droplets: what `judge` says of each becomes a row and an audit line. */
import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { droplets } from '#db/schema/fleet.ts'
import { dropletAlarms, dropletHolds } from '#db/schema/placement.ts'
import { type Recorder, recordedTx } from '#server/tx.ts'
import { type FleetBase, systemCtx } from '../types.ts'
import { lookAtAll, type Seen } from './evidence.ts'
import { alarmsOf, judge, type Verdict } from './rule.ts'

/** Only the process that reconciles calls it, so no other round is under way. */
export async function breakerRound(base: FleetBase, now: Date): Promise<void> {
  const known = await base.db.select().from(dropletAlarms)
  for (const seen of await lookAtAll(base.db)) {
    const verdict = judge(seen.held, seen.evidence, now)
    const alarms = alarmsOf(seen.evidence)
    const mine = known.filter(({ dropletId }) => dropletId === seen.droplet.id)
    const raised = alarms.filter(({ kind }) => mine.every((alarm) => alarm.kind !== kind))
    const over = mine.filter(({ kind }) => alarms.every((alarm) => alarm.kind !== kind))
    if (verdict.kind === 'keep' && raised.length === 0 && over.length === 0) continue
    await recordedTx(systemCtx(base), seen.droplet.userId, async (tx, record) => {
      const { id, name } = seen.droplet
      // The lock that reservations take: a trial begins before or after, never meanwhile.
      await tx.select({ id: droplets.id }).from(droplets).where(eq(droplets.id, id)).for('update')
      for (const alarm of raised) {
        await tx.insert(dropletAlarms).values({ dropletId: id, ...alarm, since: now })
        await record.audit('droplet.alarm', `droplet:${id}`, { name, ...alarm })
      }
      for (const { kind } of over) {
        await tx.delete(dropletAlarms).where(and(eq(dropletAlarms.dropletId, id), eq(dropletAlarms.kind, kind)))
        await record.audit('droplet.alarm-over', `droplet:${id}`, { name, kind })
      }
      await apply(tx, record, seen, verdict, now)
    })
  }
}

async function apply(tx: Tx, record: Recorder, seen: Seen, verdict: Verdict, now: Date): Promise<void> {
  const { id: dropletId, name } = seen.droplet
  if (verdict.kind === 'keep') return
  if (verdict.kind === 'release') return releaseHold(tx, record, { dropletId, name, why: 'its trial is healthy' })
  if (verdict.kind === 'another-trial') {
    await tx.update(dropletHolds).set({ trialDeploymentId: null, trialAttempt: null }).where(inForce(dropletId))
    return record.audit('droplet.another-trial', `droplet:${dropletId}`, { name })
  }
  const { kind: _, ...hold } = verdict
  const row = { ...hold, trialDeploymentId: null, trialAttempt: null, releasedAt: null }
  await tx
    .insert(dropletHolds)
    .values({ dropletId, since: now, ...row })
    // Held again: since when stays as it was.
    .onConflictDoUpdate({ target: dropletHolds.dropletId, set: { ...row, ...(!seen.held && { since: now }) } })
  await record.audit('droplet.held', `droplet:${dropletId}`, { name, ...hold, until: hold.until.toISOString() })
}

const inForce = (dropletId: string) => and(eq(dropletHolds.dropletId, dropletId), isNull(dropletHolds.releasedAt))

/** Nothing held is success: the audit trail says who asked. */
export async function releaseHold(
  tx: Tx,
  record: Recorder,
  o: { dropletId: string; name: string; why: string },
): Promise<void> {
  await tx.update(dropletHolds).set({ releasedAt: sql`now()` }).where(inForce(o.dropletId))
  await record.audit('droplet.released', `droplet:${o.dropletId}`, { name: o.name, why: o.why })
}
