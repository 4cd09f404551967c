/** What was measured and what failed on droplets, as placement and the circuit breaker see it. */
import { type SQL, sql } from 'drizzle-orm'
import type { Db, Tx } from '#db/client.ts'
import type { ErrorCode } from '#server/errors.ts'
import type { Resources } from '#server/placement/types.ts'

/** Older samples say nothing about now. */
const FRESH = sql`interval '5 minutes'`
const FAILURES_OF = sql`interval '24 hours'`

/** Errors that no template can cause. */
export const DROPLET_FAULTS = [
  'SSH_UNREACHABLE',
  'SSH_HOST_KEY_MISMATCH',
  'ENGINE_UNAVAILABLE',
] as const satisfies ErrorCode[]

/**
 * Failures that speak against the droplet. What the template may be to blame for (a pull, a refused container, a step
 * that took too long) counts once a template: a broken template must not close a droplet by itself.
 * @param e alias of deployment_events @param d alias of deployments
 */
export const faultCount = sql<number>`(
  count(*) filter (where e.data->'error'->>'code' in ${[...DROPLET_FAULTS]})
  + count(distinct d.template_id) filter (where
      e.data->'error'->>'code' in ('IMAGE_PULL_FAILED', 'ENGINE_REJECTED')
      or (e.data->'error'->>'code' = 'STEP_TIMEOUT' and e.data->>'step' in ('image-pull', 'container-deploy')))
  )::int`

/** Of each droplet that `which` admits; `p` is where the attempt stood, `h` the droplet's last hold. */
export const faultsBy = (within: SQL, which: SQL) => sql`
  select coalesce(p.droplet_id, d.droplet_id) as "dropletId", ${faultCount} as faults
  from deployment_events e
  join deployments d on d.id = e.deployment_id
  left join placements p on p.deployment_id = e.deployment_id and p.attempt = e.attempt
  left join droplet_holds h on h.droplet_id = coalesce(p.droplet_id, d.droplet_id)
  where e.type = 'step.failed' and e.at > now() - ${within} and e.at > coalesce(h.released_at, '-infinity')
    and coalesce(p.droplet_id, d.droplet_id) is not null and ${which}
  group by 1`

export interface Measured {
  /** Disk is not measured. */
  used: Pick<Resources, 'memoryBytes' | 'cpuMillis'> | null
  failures: number
}

/** Newest sample of each container, summed by droplet. @param userId null: everybody's */
export async function usedNow(
  db: Db | Tx,
  userId: string | null,
): Promise<Map<string, Pick<Resources, 'memoryBytes' | 'cpuMillis'>>> {
  const rows = await db.execute<{ dropletId: string; memoryBytes: number; cpuMillis: number }>(sql`
    select d.droplet_id as "dropletId", sum(u.memory_bytes)::float8 as "memoryBytes",
      sum(u.cpu_millis)::float8 as "cpuMillis"
    from deployments d
    join lateral (
      select memory_bytes, cpu_millis from usage_samples
      where deployment_id = d.id and at > now() - ${FRESH} order by at desc limit 1
    ) u on true
    where ${userId === null ? sql`true` : sql`d.user_id = ${userId}`} and d.state in ('healthy', 'unhealthy')
      and d.droplet_id is not null
    group by 1`)
  return new Map([...rows].map(({ dropletId, ...used }) => [dropletId, used]))
}

/** Of one person's droplets, by id; what nobody looked at is absent. */
export async function measuredOf(db: Db | Tx, userId: string): Promise<Map<string, Measured>> {
  const [used, failed] = await Promise.all([
    usedNow(db, userId),
    db.execute<{ dropletId: string; faults: number }>(faultsBy(FAILURES_OF, sql`d.user_id = ${userId}`)),
  ])
  const measured = new Map<string, Measured>([...used].map(([id, one]) => [id, { used: one, failures: 0 }]))
  for (const { dropletId, faults } of failed)
    measured.set(dropletId, { used: used.get(dropletId) ?? null, failures: faults })
  return measured
}
