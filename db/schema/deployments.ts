/** Deployments: the row, its saga (steps, undo log, lease), its events, and its gateway tokens. */
import { sql } from 'drizzle-orm'
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import type { PLACEMENT_STRATEGIES } from '../placement-preferences.ts'
import { users } from './auth.ts'
import type { Sealed } from './cloud.ts'
import { at, id, int8, now } from './columns.ts'
import type { DeploymentState, Era, StepId, StepStatus } from './states.ts'
import { templateVersions, toolCatalog } from './templates.ts'

/** Why an attempt ended badly; `leftovers` is what could not be undone and belongs to the reconciler. */
export interface DeploymentError {
  code: string
  message: string
  action: string
  step: StepId | null
  leftovers: string[]
}

export interface ToolSummary {
  name: string
  title?: string
  description?: string
  inputSchema?: Record<string, unknown>
}

export const deployments = pgTable(
  'deployments',
  {
    id: id(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    templateId: uuid('template_id')
      .notNull()
      .references(() => toolCatalog.id),
    templateVersionId: uuid('template_version_id')
      .notNull()
      .references(() => templateVersions.id),
    /** `dry-run`: a validation's own; it ends with its undo, and no list shows it. */
    purpose: text('purpose').$type<'serve' | 'dry-run'>().notNull().default('serve'),
    name: text('name').notNull(),
    state: text('state').$type<DeploymentState>().notNull().default('queued'),
    /** Copied from the template: 0-9, higher first. */
    priority: integer('priority').notNull(),
    /** Counts from 1; a redeploy is the next attempt, and names of containers carry it. */
    attempt: integer('attempt').notNull().default(1),
    idempotencyKey: text('idempotency_key'),
    /** What the user asked placement for; null means "Berth chooses". */
    requestedRegion: text('requested_region'),
    requestedDropletId: uuid('requested_droplet_id'),
    requestedNewDroplet: jsonb('requested_new_droplet').$type<{ size: string; region: string }>(),
    /** In place of the strategy of the user's preferences. */
    requestedStrategy: text('requested_strategy').$type<(typeof PLACEMENT_STRATEGIES)[number]>(),
    /** In place of the template's own figures; null: those. */
    resources: jsonb('resources').$type<{ memoryBytes?: number; cpuMillis?: number }>(),
    /** False: only where there is room already. */
    allowNewDroplet: boolean('allow_new_droplet').notNull().default(true),
    /** Encrypted JSON object name → value. */
    variables: jsonb('variables').$type<Sealed>().notNull(),
    /** What serves now (set by `agent-integration`, cleared by undo, stop and delete). */
    dropletId: uuid('droplet_id'),
    containerId: text('container_id'),
    servingAttempt: integer('serving_attempt'),
    imageDigest: text('image_digest'),
    /** Host port on the droplet's 127.0.0.1 for streamable HTTP; null for stdio. */
    hostPort: integer('host_port'),
    era: text('era').$type<Era>(),
    protocolVersion: text('protocol_version'),
    serverInfo: jsonb('server_info').$type<{ name: string; version: string; title?: string }>(),
    tools: jsonb('tools').$type<ToolSummary[]>(),
    error: jsonb('error').$type<DeploymentError>(),
    /** Number of the newest event; the next is this plus one, under the row's lock (I5). */
    lastEvent: integer('last_event').notNull().default(0),
    cancelRequestedAt: at('cancel_requested_at'),
    deleteRequestedAt: at('delete_requested_at'),
    /** Worker lease: only its holder may cause effects. */
    leaseOwner: text('lease_owner'),
    leaseEpoch: integer('lease_epoch').notNull().default(0),
    /** The durable workflow that moves this deployment on; null while it waits to be claimed or rests. */
    workflowId: text('workflow_id'),
    /** Steps of this attempt as its runner stored them, so that newer code replays older sagas. */
    sagaSteps: text('saga_steps').array(),
    deadlineAt: at('deadline_at'),
    createdAt: now('created_at'),
    updatedAt: now('updated_at'),
    startedAt: at('started_at'),
    healthyAt: at('healthy_at'),
    deletedAt: at('deleted_at'),
  },
  (t) => [
    index('deployments_user_idx').on(t.userId, t.createdAt),
    uniqueIndex('deployments_idempotency_key').on(t.userId, t.idempotencyKey),
    // How many of somebody's servers ended lately, asked at every placement.
    index('deployments_ended_idx')
      .on(t.userId, t.deletedAt)
      .where(sql`${t.purpose} = 'serve' and ${t.healthyAt} is not null and ${t.deletedAt} is not null`),
    index('deployments_lease_idx').on(t.leaseOwner).where(sql`${t.leaseOwner} is not null`),
    // The tools that a template's newest deployment listed.
    index('deployments_tools_idx').on(t.templateId, t.createdAt).where(sql`${t.tools} is not null`),
    // The queue, the health round and take-over look at what is alive, which stays small.
    index('deployments_moving_idx')
      .on(t.state)
      .where(sql`${t.state} not in ('deleted', 'failed', 'cancelled', 'stopped')`),
  ],
)

export const deploymentSteps = pgTable(
  'deployment_steps',
  {
    deploymentId: uuid('deployment_id')
      .notNull()
      .references(() => deployments.id, { onDelete: 'cascade' }),
    attempt: integer('attempt').notNull(),
    step: text('step').$type<StepId>().notNull(),
    position: integer('position').notNull(),
    status: text('status').$type<StepStatus>().notNull().default('pending'),
    message: text('message').notNull().default(''),
    startedAt: at('started_at'),
    endedAt: at('ended_at'),
    /** What later steps need (container id, digest); never a secret. */
    output: jsonb('output').$type<Record<string, unknown>>(),
  },
  (t) => [primaryKey({ columns: [t.deploymentId, t.attempt, t.step] })],
)

/** The undo log: a row stands before its effect and is run in reverse (I4). */
export const compensations = pgTable(
  'compensations',
  {
    deploymentId: uuid('deployment_id')
      .notNull()
      .references(() => deployments.id, { onDelete: 'cascade' }),
    attempt: integer('attempt').notNull(),
    seq: integer('seq').notNull(),
    name: text('name').notNull(),
    args: jsonb('args').$type<Record<string, unknown>>().notNull(),
    doneAt: at('done_at'),
    error: text('error'),
  },
  (t) => [primaryKey({ columns: [t.deploymentId, t.attempt, t.seq] })],
)

/** Append-only and gapless per deployment (I5). */
export const deploymentEvents = pgTable(
  'deployment_events',
  {
    deploymentId: uuid('deployment_id')
      .notNull()
      .references(() => deployments.id, { onDelete: 'cascade' }),
    n: integer('n').notNull(),
    attempt: integer('attempt').notNull(),
    at: now('at'),
    type: text('type').notNull(),
    data: jsonb('data').$type<Record<string, unknown>>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.deploymentId, t.n] }),
    // Failures of late, which the circuit breaker and placement look at.
    index('deployment_events_failed_idx').on(t.at).where(sql`${t.type} = 'step.failed'`),
  ],
)

/** Bearer tokens of the gateway, SHA-256 at rest. */
export const deploymentTokens = pgTable(
  'deployment_tokens',
  {
    id: id(),
    deploymentId: uuid('deployment_id')
      .notNull()
      .references(() => deployments.id, { onDelete: 'cascade' }),
    prefix: text('prefix').notNull(),
    tokenHash: text('token_hash').notNull().unique(),
    /** Berth's own token for the health check: never shown, never listed. */
    internal: boolean('internal').notNull().default(false),
    createdAt: now('created_at'),
    lastUsedAt: at('last_used_at'),
    revokedAt: at('revoked_at'),
  },
  (t) => [index('deployment_tokens_deployment_idx').on(t.deploymentId)],
)

/** What serving containers really used, one row a minute, kept for a week: limits and forecasts are sized by it. */
export const usageSamples = pgTable(
  'usage_samples',
  {
    deploymentId: uuid('deployment_id')
      .notNull()
      .references(() => deployments.id, { onDelete: 'cascade' }),
    at: at('at').notNull(),
    memoryBytes: int8('memory_bytes').notNull(),
    cpuMillis: integer('cpu_millis').notNull(),
  },
  (t) => [primaryKey({ columns: [t.deploymentId, t.at] }), index('usage_samples_at_idx').on(t.at)],
)

/** Processes that run sagas and gateways; a stale heartbeat lets another take over. */
export const workers = pgTable('workers', {
  /** executorID of this boot */
  id: text('id').primaryKey(),
  role: text('role').notNull(),
  /** Where other Berth processes reach this one (stdio sessions are forwarded); null when it listens on nothing. */
  internalUrl: text('internal_url'),
  startedAt: now('started_at'),
  heartbeatAt: now('heartbeat_at'),
})

/** Which process holds a stdio container's sessions. */
export const gatewayLeases = pgTable('gateway_leases', {
  deploymentId: uuid('deployment_id')
    .primaryKey()
    .references(() => deployments.id, { onDelete: 'cascade' }),
  workerId: text('worker_id').notNull(),
  leaseUntil: at('lease_until').notNull(),
})
