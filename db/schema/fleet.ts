/** Droplets that Berth manages and the capacity that deployments hold on them. */
import { index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { users } from './auth.ts'
import { cloudAccounts, type Sealed } from './cloud.ts'
import { at, id, int8, now } from './columns.ts'
import type { DROPLET_STATES } from './states.ts'

export type DropletState = (typeof DROPLET_STATES)[number]

export const droplets = pgTable(
  'droplets',
  {
    id: id(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    cloudAccountId: uuid('cloud_account_id')
      .notNull()
      .references(() => cloudAccounts.id),
    /** DigitalOcean's id; null between "about to create" and "created" (I1, I3). */
    providerId: int8('provider_id'),
    /** Unique tag of this creation attempt, searched for after a lost answer. */
    attemptTag: text('attempt_tag').notNull().unique(),
    name: text('name').notNull(),
    state: text('state').$type<DropletState>().notNull(),
    region: text('region').notNull(),
    size: text('size').notNull(),
    vcpus: integer('vcpus').notNull(),
    memoryBytes: int8('memory_bytes').notNull(),
    diskBytes: int8('disk_bytes').notNull(),
    priceMonthlyMicros: int8('price_monthly_micros').notNull(),
    priceHourlyMicros: int8('price_hourly_micros').notNull(),
    publicIp: text('public_ip'),
    sshPort: integer('ssh_port').notNull().default(22),
    /** Deployment for which it was created; its failure removes the droplet (I4). */
    createdFor: uuid('created_for'),
    /** OpenSSH public key lines. While `pending` is set, either is accepted. */
    hostKey: text('host_key').notNull(),
    hostKeyPending: text('host_key_pending'),
    /** Private half of `hostKeyPending`, kept until the rotation is proven. */
    hostKeyPendingPrivate: jsonb('host_key_pending_private').$type<Sealed>(),
    hostKeyRotatedAt: at('host_key_rotated_at'),
    /** What `GET /info` lists as missing in this droplet's engine (empty on a real Docker Engine). */
    engineLacks: text('engine_lacks').array().notNull().default([]),
    engineVersion: text('engine_version'),
    lastSeenAt: at('last_seen_at'),
    createdAt: now('created_at'),
    readyAt: at('ready_at'),
    /** Every non-terminal state has a deadline (I9). */
    deadlineAt: at('deadline_at'),
    deletedAt: at('deleted_at'),
  },
  (t) => [index('droplets_user_idx').on(t.userId), index('droplets_account_idx').on(t.cloudAccountId)],
)

/** Capacity held from placement until the deployment's attempt is gone (I2). */
export const reservations = pgTable(
  'reservations',
  {
    deploymentId: uuid('deployment_id').notNull(),
    attempt: integer('attempt').notNull(),
    dropletId: uuid('droplet_id')
      .notNull()
      .references(() => droplets.id),
    memoryBytes: int8('memory_bytes').notNull(),
    cpuMillis: integer('cpu_millis').notNull(),
    diskBytes: int8('disk_bytes').notNull(),
    createdAt: now('created_at'),
  },
  (t) => [primaryKey({ columns: [t.deploymentId, t.attempt] }), index('reservations_droplet_idx').on(t.dropletId)],
)
