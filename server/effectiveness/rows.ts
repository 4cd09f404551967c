/** Stored decisions, newest first, page by page. */
import { and, desc, eq, gt, isNotNull, type SQL, sql } from 'drizzle-orm'
import type { Db } from '#db/client.ts'
import { deployments } from '#db/schema/deployments.ts'
import { placementOutcomes, placements } from '#db/schema/placement.ts'
import type { Choice, Factor } from '#server/placement/types.ts'
import type { Outcome } from './verdict.ts'

/** Of one look; a whole month of an installation with two hundred decisions a day. */
export const DECISIONS_MAX = 5000
const PAGE = 200
/** Of usage, a sample a minute: less says nothing of a container's needs. */
const SAMPLES_MIN = 30

const choice = sql<Choice>`${placements.decision}->'choice'`
/** Of what was chosen: the best candidate is the choice. */
const factors = sql<Factor[] | null>`${placements.decision}->'candidates'->0->'factors'`

const since = (days: number) => sql`now() - ${days} * interval '1 day'`

/** Keyset pages: what is decided meanwhile moves nothing. */
async function* paged<Row extends { at: Date; deploymentId: string }>(
  read: (before: SQL | undefined, limit: number) => Promise<Row[]>,
): AsyncGenerator<Row, void> {
  let before: SQL | undefined
  for (let read_ = 0; read_ < DECISIONS_MAX; ) {
    const rows = await read(before, Math.min(PAGE, DECISIONS_MAX - read_))
    yield* rows
    read_ += rows.length
    const last = rows.at(-1)
    if (!last || rows.length < PAGE) return
    const key = sql`${last.at.toISOString()}::timestamptz`
    before = sql`(date_trunc('milliseconds', ${placements.at}), ${placements.deploymentId}) < (${key}, ${last.deploymentId}::uuid)`
  }
}

const ORDER = [sql`date_trunc('milliseconds', ${placements.at}) desc`, desc(placements.deploymentId)]

export interface JudgedRow {
  deploymentId: string
  at: Date
  userId: string
  choice: Choice
  factors: Factor[] | null
  input: Buffer | null
  /** The person asked for this droplet, or for a new one of this size: it was not Berth's choice. */
  wished: boolean
  outcome: Outcome
}

/** @param userId null: everybody's */
export const decisionsWithOutcome = (db: Db, o: { userId: string | null; days: number }) =>
  paged<JudgedRow>(async (before, limit) => {
    const out = placementOutcomes
    const rows = await db
      .select({
        deploymentId: placements.deploymentId,
        at: placements.at,
        choice,
        factors,
        out,
        input: placements.input,
        wished: sql<boolean>`coalesce(${deployments.requestedDropletId}::text, ${deployments.requestedNewDroplet}::text) is not null`,
      })
      .from(placements)
      .innerJoin(out, and(eq(out.deploymentId, placements.deploymentId), eq(out.attempt, placements.attempt)))
      .leftJoin(deployments, eq(deployments.id, placements.deploymentId))
      .where(and(gt(placements.at, since(o.days)), o.userId ? eq(out.userId, o.userId) : undefined, before))
      .orderBy(...ORDER)
      .limit(limit)
    return rows.map(({ out: row, ...rest }) => ({
      ...rest,
      userId: row.userId,
      outcome: {
        decidedAt: row.decidedAt,
        healthyAt: row.healthyAt,
        failureCode: row.failureCode,
        leftAt: row.leftAt,
        reserved: {
          memoryBytes: row.reservedMemoryBytes,
          cpuMillis: row.reservedCpuMillis,
          diskBytes: row.reservedDiskBytes,
        },
        p95:
          row.samples >= SAMPLES_MIN && row.p95MemoryBytes !== null && row.p95CpuMillis !== null
            ? { memoryBytes: row.p95MemoryBytes, cpuMillis: row.p95CpuMillis }
            : null,
        costMicros: row.costMicros,
        costedAt: row.costedAt,
      },
    }))
  })

export interface ReplayRow {
  deploymentId: string
  at: Date
  choice: Choice
  input: Buffer | null
  policyVersion: number | null
}

export const storedDecisions = (db: Db, o: { days: number }) =>
  paged<ReplayRow>((before, limit) =>
    db
      .select({
        deploymentId: placements.deploymentId,
        at: placements.at,
        choice,
        input: placements.input,
        policyVersion: placements.policyVersion,
      })
      .from(placements)
      .innerJoin(deployments, eq(deployments.id, placements.deploymentId))
      .where(
        and(gt(placements.at, since(o.days)), isNotNull(placements.input), eq(deployments.purpose, 'serve'), before),
      )
      .orderBy(...ORDER)
      .limit(limit),
  )
