/** What was seen of every droplet that runs, in four queries for all of them. */
import { inArray, sql } from 'drizzle-orm'
import type { Db } from '#db/client.ts'
import { droplets } from '#db/schema/fleet.ts'
import { dropletHolds } from '#db/schema/placement.ts'
import { capacityOf } from '#server/placement/index.ts'
import { faultsBy } from '../measured.ts'
import type { Droplet } from '../types.ts'
import { type Evidence, FAULT_WINDOW_MS, type Held, LOST_WINDOW_MS, SAMPLES_IN_A_ROW } from './rule.ts'

export interface Seen {
  droplet: Droplet
  evidence: Evidence
  held: Held | null
}

const ms = (value: number) => sql`${value} * interval '1 millisecond'`

export async function lookAtAll(db: Db): Promise<Seen[]> {
  const rows = await db
    .select()
    .from(droplets)
    .where(inArray(droplets.state, ['active', 'unreachable']))
  const [used, faults, lost, holds] = await Promise.all([usedOf(db), faultsOf(db), lostOf(db), heldOf(db)])
  return rows.map((droplet) => {
    const capacity = capacityOf(droplet).memoryBytes
    const samples = used.get(droplet.id) ?? []
    return {
      droplet,
      held: holds.get(droplet.id) ?? null,
      evidence: {
        faults: faults.get(droplet.id) ?? 0,
        lost: lost.get(droplet.id) ?? 0,
        reachable: droplet.state === 'active',
        memoryShares: capacity > 0 ? samples.map(({ used: bytes }) => bytes / capacity) : [],
        reservedShares: samples.flatMap(({ used: bytes, reserved }) => (reserved > 0 ? [bytes / reserved] : [])),
      },
    }
  })
}

/** The newest samples of each container, summed rank by rank, newest first; a rank that nobody has is missing. */
async function usedOf(db: Db): Promise<Map<string, { used: number; reserved: number }[]>> {
  const rows = await db.execute<{ dropletId: string; used: number; reserved: number }>(sql`
    with ranked as (
      select d.droplet_id, u.memory_bytes, row_number() over (partition by u.deployment_id order by u.at desc) as rank
      from usage_samples u join deployments d on d.id = u.deployment_id
      where u.at > now() - interval '10 minutes' and d.droplet_id is not null and d.state in ('healthy', 'unhealthy')
    )
    select ranked.droplet_id as "dropletId", sum(ranked.memory_bytes)::float8 as used,
      coalesce((select sum(r.memory_bytes) from reservations r where r.droplet_id = ranked.droplet_id), 0)::float8
        as reserved
    from ranked where ranked.rank <= ${SAMPLES_IN_A_ROW}
    group by ranked.droplet_id, ranked.rank
    order by ranked.rank`)
  return grouped(rows)
}

const faultsOf = async (db: Db): Promise<Map<string, number>> => {
  const rows = await db.execute<{ dropletId: string; faults: number }>(faultsBy(ms(FAULT_WINDOW_MS), sql`true`))
  return new Map([...rows].map(({ dropletId, faults }) => [dropletId, faults]))
}

const lostOf = async (db: Db): Promise<Map<string, number>> => {
  const rows = await db.execute<{ dropletId: string; lost: number }>(sql`
    select substr(a.resource, ${'droplet:'.length + 1}) as "dropletId", count(*)::int as lost
    from audit_log a left join droplet_holds h on 'droplet:' || h.droplet_id = a.resource
    where a.action = 'droplet.unreachable' and a.at > now() - ${ms(LOST_WINDOW_MS)}
      and a.at > coalesce(h.released_at, '-infinity')
    group by 1`)
  return new Map([...rows].map(({ dropletId, lost }) => [dropletId, lost]))
}

/** Of holds in force, with what became of their trial. */
async function heldOf(db: Db): Promise<Map<string, Held>> {
  const rows = await db
    .select({
      dropletId: dropletHolds.dropletId,
      reason: dropletHolds.reason,
      until: dropletHolds.until,
      trips: dropletHolds.trips,
      trial: sql<Held['trial']>`case
        when trial_deployment_id is null then 'none'
        when exists (select 1 from deployment_steps s where s.deployment_id = trial_deployment_id
          and s.attempt = trial_attempt and s.step = 'health-check' and s.status = 'succeeded') then 'healthy'
        when (select f.faults from (${faultsBy(
          ms(LOST_WINDOW_MS),
          sql`d.id = droplet_holds.trial_deployment_id and e.attempt = droplet_holds.trial_attempt`,
        )}) f) > 0 then 'failed'
        when exists (select 1 from reservations r where r.deployment_id = trial_deployment_id
          and r.attempt = trial_attempt) then 'running'
        else 'over' end`,
    })
    .from(dropletHolds)
    .where(sql`released_at is null`)
  return new Map(rows.map(({ dropletId, ...held }) => [dropletId, held]))
}

function grouped<T extends { dropletId: string }>(rows: Iterable<T>): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) groups.set(row.dropletId, [...(groups.get(row.dropletId) ?? []), row])
  return groups
}
