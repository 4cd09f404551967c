/** Placement's own rows: what people want, what is kept off a droplet, and what became of each decision. */
import { customType, index, integer, jsonb, pgTable, primaryKey, real, text, uuid } from 'drizzle-orm/pg-core'
import type { StoredPlacementSettings } from '../placement-preferences.ts'
import { users } from './auth.ts'
import { at, int8, now } from './columns.ts'
import { deployments } from './deployments.ts'
import { droplets } from './fleet.ts'

export const placementPreferences = pgTable('placement_preferences', {
  userId: uuid('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  preferences: jsonb('preferences').$type<StoredPlacementSettings>().notNull(),
  updatedAt: now('updated_at'),
})

export const HOLD_REASONS = ['unreachable', 'over-memory', 'failing'] as const
export type HoldReason = (typeof HOLD_REASONS)[number]

/** The circuit breaker of a droplet: while `releasedAt` is null nothing new goes there, but one trial after `until`. */
export const dropletHolds = pgTable('droplet_holds', {
  dropletId: uuid('droplet_id')
    .primaryKey()
    .references(() => droplets.id, { onDelete: 'cascade' }),
  reason: text('reason').$type<HoldReason>().notNull(),
  /** To go on after "It is". */
  detail: text('detail').notNull(),
  since: at('since').notNull(),
  until: at('until').notNull(),
  /** Times in a row that the cool-down was begun anew; each doubles it. */
  trips: integer('trips').notNull().default(1),
  /** The one deployment that tries the droplet after the cool-down. */
  trialDeploymentId: uuid('trial_deployment_id'),
  trialAttempt: integer('trial_attempt'),
  /** Kept afterwards: what went wrong before it counts no more. */
  releasedAt: at('released_at'),
})

export const ALARM_KINDS = ['over-memory', 'over-reserved'] as const
export type AlarmKind = (typeof ALARM_KINDS)[number]

/** What the owner should know of a droplet; the row goes when it is over. */
export const dropletAlarms = pgTable(
  'droplet_alarms',
  {
    dropletId: uuid('droplet_id')
      .notNull()
      .references(() => droplets.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<AlarmKind>().notNull(),
    message: text('message').notNull(),
    since: now('since'),
  },
  (t) => [primaryKey({ columns: [t.dropletId, t.kind] })],
)

/** Round trips from this installation to its droplets, smoothed, by region. */
export const regionLatency = pgTable('region_latency', {
  region: text('region').primaryKey(),
  rttMs: real('rtt_ms').notNull(),
  samples: integer('samples').notNull().default(1),
  measuredAt: now('measured_at'),
})

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/** Why this droplet: the decision with its reasons, and what it was made from (I10). */
export const placements = pgTable(
  'placements',
  {
    deploymentId: uuid('deployment_id')
      .notNull()
      .references(() => deployments.id, { onDelete: 'cascade' }),
    attempt: integer('attempt').notNull(),
    at: now('at'),
    decision: jsonb('decision').$type<Record<string, unknown>>().notNull(),
    /** Gzipped JSON of snapshot and request: they recompute the decision. Null: from before both were kept. */
    input: bytea('input'),
    /** Of the rules that decided; another version may decide otherwise. */
    policyVersion: integer('policy_version'),
    /** Where it came to stand; null until it did. */
    dropletId: uuid('droplet_id'),
  },
  (t) => [primaryKey({ columns: [t.deploymentId, t.attempt] }), index('placements_at_idx').on(t.at)],
)

/** What became of a decision: filled by a sweep, since samples of use are kept for a week only. */
export const placementOutcomes = pgTable(
  'placement_outcomes',
  {
    deploymentId: uuid('deployment_id').notNull(),
    attempt: integer('attempt').notNull(),
    userId: uuid('user_id').notNull(),
    dropletId: uuid('droplet_id').notNull(),
    decidedAt: at('decided_at').notNull(),
    healthyAt: at('healthy_at'),
    failedAt: at('failed_at'),
    failureCode: text('failure_code'),
    /** When it no longer held room there. */
    leftAt: at('left_at'),
    reservedMemoryBytes: int8('reserved_memory_bytes').notNull(),
    reservedCpuMillis: integer('reserved_cpu_millis').notNull(),
    reservedDiskBytes: int8('reserved_disk_bytes').notNull(),
    p95MemoryBytes: int8('p95_memory_bytes'),
    p95CpuMillis: integer('p95_cpu_millis'),
    samples: integer('samples').notNull().default(0),
    /** Its share of what the droplet cost while it held room there, up to `costedAt`. */
    costMicros: int8('cost_micros').notNull().default(0),
    costedAt: at('costed_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.deploymentId, t.attempt] }),
    index('placement_outcomes_user_idx').on(t.userId, t.decidedAt),
    index('placement_outcomes_decided_idx').on(t.decidedAt),
  ],
)
