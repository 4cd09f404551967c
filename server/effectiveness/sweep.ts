/**
 * Brings `placement_outcomes` up to what happened since: healthy, failed, left; what it really used (samples are kept
 * for a week only); its share of what its droplet cost. A row is done when it has left and is costed up to then.
 */
import { type SQL, sql } from 'drizzle-orm'
import type { Base } from '#server/context.ts'
import { type Rounds, startRounds } from '#server/rounds.ts'
import { housekeepingTx } from '#server/tx.ts'

const ROUND_MS = 10 * 60_000
/** Hours of an average month, at which a monthly price is spread. */
export const MONTH_HOURS = 730.5

export const startOutcomeSweep = ({ base, elected }: { base: Base; elected: () => Promise<boolean> }): Rounds =>
  startRounds(() => sweepOutcomes(base), {
    ...{ everyMs: ROUND_MS, elected },
    onError: (err) => base.log.warn({ err }, 'what became of placements could not be swept'),
  })

const OPEN = sql`(o.left_at is null or o.costed_at < o.left_at)`

/**
 * Also the reservation of a later attempt that took this one's room over: it made no placement of its own.
 * @param o alias of placement_outcomes
 */
const HELD = sql`exists (
  select 1 from reservations r
  where r.deployment_id = o.deployment_id and r.droplet_id = o.droplet_id and r.attempt >= o.attempt
    and not exists (select 1 from placements p where p.deployment_id = o.deployment_id
      and p.attempt > o.attempt and p.attempt <= r.attempt))`

/** The largest share of a droplet `w` that a row takes of any resource. */
const dominant = (memory: SQL, cpu: SQL, disk: SQL) => sql`greatest(
  ${memory}::float8 / greatest(w.memory_bytes, 1),
  ${cpu}::float8 / greatest(w.vcpus * 1000, 1),
  ${disk}::float8 / greatest(w.disk_bytes, 1))`

export const sweepOutcomes = ({ db }: Pick<Base, 'db'>): Promise<void> =>
  housekeepingTx(db, async (tx) => {
    await tx.execute(sql`
      with seen as (
        select o.deployment_id, o.attempt, ${HELD} as held, d.deleted_at,
          (select min(e.at) from deployment_events e
            where e.deployment_id = o.deployment_id and e.attempt = o.attempt and e.type = 'state'
              and e.data->>'from' = 'deploying' and e.data->>'to' = 'healthy') as healthy_at,
          (select json_build_object('at', e.at, 'code', e.data->'error'->>'code', 'step', e.data->>'step')
            from deployment_events e
            where e.deployment_id = o.deployment_id and e.attempt = o.attempt and e.type = 'step.failed'
            order by e.n desc limit 1) as failure
        from placement_outcomes o join deployments d on d.id = o.deployment_id
        where ${OPEN}
      )
      update placement_outcomes o set
        healthy_at = coalesce(o.healthy_at, seen.healthy_at),
        failed_at = coalesce(o.failed_at, (seen.failure->>'at')::timestamptz),
        failure_code = coalesce(o.failure_code, seen.failure->>'code'),
        left_at = case when not seen.held then coalesce(o.left_at, seen.deleted_at, now()) end
      from seen where seen.deployment_id = o.deployment_id and seen.attempt = o.attempt`)
    await tx.execute(sql`
      with used as (
        select o.deployment_id, o.attempt, count(*)::int as samples,
          percentile_disc(0.95) within group (order by u.memory_bytes) as memory,
          percentile_disc(0.95) within group (order by u.cpu_millis) as cpu
        from placement_outcomes o
        join usage_samples u on u.deployment_id = o.deployment_id
          and u.at >= coalesce(o.healthy_at, o.decided_at) and u.at < coalesce(o.left_at, 'infinity')
        where ${OPEN}
        group by 1, 2
      )
      update placement_outcomes o
      set samples = used.samples, p95_memory_bytes = used.memory, p95_cpu_millis = used.cpu
      from used where used.deployment_id = o.deployment_id and used.attempt = o.attempt`)
    // What nobody uses of a droplet is borne by those on it, each by its largest share.
    await tx.execute(sql`
      with shares as (
        select o.deployment_id, o.attempt, w.price_monthly_micros as price, coalesce(o.left_at, now()) as until,
          ${dominant(sql`o.reserved_memory_bytes`, sql`o.reserved_cpu_millis`, sql`o.reserved_disk_bytes`)} as mine,
          coalesce((select sum(${dominant(sql`r.memory_bytes`, sql`r.cpu_millis`, sql`r.disk_bytes`)})
            from reservations r where r.droplet_id = o.droplet_id and r.deployment_id <> o.deployment_id), 0) as others
        from placement_outcomes o join droplets w on w.id = o.droplet_id
        where ${OPEN}
      )
      update placement_outcomes o set
        cost_micros = o.cost_micros + round(s.price * s.mine / greatest(s.mine + s.others, 1e-9)
          * greatest(extract(epoch from s.until - o.costed_at), 0) / ${MONTH_HOURS * 3600}::float8),
        costed_at = greatest(s.until, o.costed_at)
      from shares s where s.deployment_id = o.deployment_id and s.attempt = o.attempt`)
  })
