/**
 * What was validated yesterday may be wrong today: a tag moved, a vulnerability became known, a signature was revoked.
 * One process in the installation renews published versions day by day, a few a turn, and ends what dead ones left.
 */
import { sql } from 'drizzle-orm'
import type { Base } from '#server/context.ts'
import { type Rounds, startRounds } from '#server/rounds.ts'
import { deadWorkers } from '#server/workflows/index.ts'
import { interruptValidation } from './store.ts'
import { FRESH_MS, type Validator } from './validator.ts'

/** Spread over the day, so that a registry sees a trickle: Docker Hub counts what one address asks in six hours. */
const TURN_MS = 3 * 60_000
const TURNS_A_DAY = FRESH_MS / TURN_MS
/** The first turn waits until what a start brings with it is over. */
const FIRST_MS = 15_000

export function startValidationSchedule(parts: {
  base: Base
  validator: Validator
  /** Is this the process that looks? Asked each turn. */
  elected: () => Promise<boolean>
}): Rounds {
  const { base, validator, elected } = parts
  async function turn(): Promise<void> {
    await endOrphans(base)
    for (const versionId of await due(base))
      await validator.start({ versionId, trigger: 'schedule', userId: null, dryRun: false })
  }

  return startRounds(turn, {
    ...{ everyMs: TURN_MS, firstAfterMs: FIRST_MS, elected },
    onError: (err) => base.log.warn({ err }, 'a turn of scheduled validations did not work'),
  })
}

/**
 * Current versions that people can get, oldest look first: as many as make all of them once a day, and whatever the
 * local cloud's own registry has, which nobody counts.
 */
async function due(base: Base): Promise<string[]> {
  const { demoRegistry } = base.config
  const rows = await base.db.execute<{ id: string }>(sql`
    with current as (
      select v.id, t.popularity, coalesce(starts_with(v.config->>'image', ${demoRegistry}), false) as own,
        (select max(r.ended_at) from template_validations r where r.template_version_id = v.id) as last,
        exists (select from template_validations r where r.template_version_id = v.id and r.ended_at is null) as running
      from tool_catalog t join template_versions v on v.template_id = t.id and v.version = t.version
      where v.status = 'published'
    ), due as (
      select id, own, row_number() over (partition by own order by last nulls first, popularity desc, id) as nth
      from current where not running and (last is null or last < now() - ${FRESH_MS} * interval '1 millisecond')
    )
    select id from due
    where own or nth <= (select ceil(count(*) / ${TURNS_A_DAY}::numeric) from current)
    order by nth`)
  return rows.map(({ id }) => id)
}

/** The rows of processes that died or hang. */
async function endOrphans(base: Base): Promise<void> {
  const open = await base.db.execute<{ id: string; worker: string }>(
    sql`select id, worker_id as worker from template_validations where ended_at is null`,
  )
  const dead = new Set(await deadWorkers(base.db, [...new Set(open.map(({ worker }) => worker))]))
  for (const { id, worker } of open) if (dead.has(worker)) await interruptValidation(base, id, worker)
}
