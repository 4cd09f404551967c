/** What `GET /api/health` says: whether this process answers, its database does, and some worker moves deployments. */
import { sql } from 'drizzle-orm'
import type { Db } from '#db/client.ts'
import { VERSION } from '#server/version.ts'

export type Phase = 'starting' | 'ready' | 'stopping'

export interface HealthView {
  status: 'ok' | 'starting' | 'degraded' | 'stopping'
  version: string
  database: 'ok' | 'down' | 'unknown'
  worker: 'ok' | 'down' | 'unknown'
}

const DATABASE_TIMEOUT_MS = 2000
/** Anybody may ask: they share one answer for this long. */
const MAX_AGE_MS = 250
/** As `server/workflows` counts a heartbeat as missed. */
const HEARTBEAT_MAX_AGE = '10 seconds'

export interface Health {
  view(phase: Phase, db: Db | null): Promise<HealthView>
}

type Facts = Pick<HealthView, 'database' | 'worker'>

export function createHealth(now: () => number = Date.now): Health {
  let asked: { at: number; facts: Promise<Facts> } | null = null
  return {
    async view(phase, db) {
      if (phase !== 'ready' || !db)
        return {
          status: phase === 'stopping' ? 'stopping' : 'starting',
          version: VERSION,
          database: 'unknown',
          worker: 'unknown',
        }
      if (!asked || now() - asked.at > MAX_AGE_MS) asked = { at: now(), facts: readFacts(db) }
      const facts = await asked.facts
      const status = facts.database === 'ok' && facts.worker === 'ok' ? 'ok' : 'degraded'
      return { status, version: VERSION, ...facts }
    },
  }
}

async function readFacts(db: Db): Promise<Facts> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the database did not answer in time')), DATABASE_TIMEOUT_MS)
  })
  try {
    const query = db.execute<{ alive: boolean }>(sql`
      select exists (select 1 from workers where role <> 'web' and heartbeat_at > now() - ${HEARTBEAT_MAX_AGE}::interval) as alive`)
    const [row] = await Promise.race([query, late])
    return { database: 'ok', worker: row?.alive ? 'ok' : 'down' }
  } catch {
    return { database: 'down', worker: 'unknown' }
  } finally {
    clearTimeout(timer)
  }
}
