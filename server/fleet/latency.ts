/**
 * Round trips from this Berth to its droplets, by region. All that agents send passes through Berth, so for somebody who
 * sits beside it these are the truth, and only for them: from anywhere else placement estimates by distance.
 */
import { sql } from 'drizzle-orm'
import type { Db } from '#db/client.ts'
import { regionLatency } from '#db/schema/placement.ts'
import type { Engine } from '#server/engine/port.ts'
import { wantsMeasured } from './preferences.ts'
import type { Droplet, FleetBase } from './types.ts'

/** Nothing has this name: the answer costs the engine nothing, so that the time is the way's. */
const NOTHING = 'berth-round-trip'
/** Of the newest measure; one slow answer must not move a region. */
const NEW_SHARE = 0.2
/** A region without a droplet that answers is estimated again. */
const FRESH = sql`interval '1 day'`

/** Over a connection that stands already, so that no handshake is timed. */
export async function measureLatency(
  base: FleetBase,
  droplet: Droplet,
  engine: Engine,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = performance.now()
  await engine.container(NOTHING, { signal })
  const rttMs = performance.now() - startedAt
  await base.db
    .insert(regionLatency)
    .values({ region: droplet.region, rttMs })
    .onConflictDoUpdate({
      target: regionLatency.region,
      set: {
        rttMs: sql`region_latency.rtt_ms * ${1 - NEW_SHARE}::real + ${rttMs}::real * ${NEW_SHARE}::real`,
        samples: sql`region_latency.samples + 1`,
        measuredAt: sql`now()`,
      },
    })
}

/** Empty unless the person says that they sit beside this Berth. */
export async function measuredLatency(db: Db, userId: string): Promise<Record<string, number>> {
  if (!(await wantsMeasured(db, userId))) return {}
  const rows = await db
    .select({ region: regionLatency.region, rttMs: regionLatency.rttMs })
    .from(regionLatency)
    .where(sql`measured_at > now() - ${FRESH}`)
    .orderBy(regionLatency.region)
  return Object.fromEntries(rows.map(({ region, rttMs }) => [region, Math.round(rttMs * 10) / 10]))
}
