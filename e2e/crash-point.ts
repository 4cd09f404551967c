/**
 * Stops Berth at an exact instant without a hook in its code: a trigger in its database makes the transaction that
 * would write a chosen event wait for an advisory lock that the test holds. While it waits, the effect of the step has
 * happened (or not yet begun) and its record is not committed: the worst moment for `kill -9`.
 */
import postgres from 'postgres'

const LOCK = 772_001

export interface CrashPoint {
  /** Resolves when Berth stands at the point. */
  reached(timeoutMs?: number): Promise<void>
  /** Takes the trap away and ends the database sessions of the dead process. */
  disarm(): Promise<void>
}

/** @param at the event whose commit never comes, e.g. `step.started` of `image-pull` */
export async function armCrashPoint(databaseUrl: string, at: { type: string; step: string }): Promise<CrashPoint> {
  const sql = postgres(databaseUrl, { max: 2, onnotice: () => {} })
  const holder = await sql.reserve()
  await holder`select pg_advisory_lock(${LOCK})`
  await sql.unsafe(`
    create or replace function crash_point() returns trigger language plpgsql as $$
    begin
      perform pg_advisory_xact_lock(${LOCK});
      return new;
    end $$;
    create or replace trigger crash_point before insert on deployment_events for each row
      when (new.type = '${at.type}' and new.data->>'step' = '${at.step}') execute function crash_point();
  `)
  const waiting = () =>
    sql<{ pid: number }[]>`select pid from pg_locks where locktype = 'advisory' and objid = ${LOCK} and not granted`
  return {
    async reached(timeoutMs = 60_000) {
      const deadline = Date.now() + timeoutMs
      while ((await waiting()).length === 0) {
        if (Date.now() > deadline) throw new Error(`Berth never came to ${at.type} of ${at.step}`)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
    async disarm() {
      // The dead process's backend still waits for the lock: end it first, so that it can't commit.
      for (const { pid } of await waiting()) await sql`select pg_terminate_backend(${pid})`
      await sql`drop trigger crash_point on deployment_events`
      await holder`select pg_advisory_unlock(${LOCK})`
      holder.release()
      await sql.end()
    },
  }
}
