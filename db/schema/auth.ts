/** People: accounts, sessions, API tokens, one-time links, sign-in throttling, and the audit trail. */
import { sql } from 'drizzle-orm'
import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { at, id, now } from './columns.ts'

export const ROLES = ['user', 'admin'] as const
export type Role = (typeof ROLES)[number]

export const users = pgTable(
  'users',
  {
    id: id(),
    email: text('email').notNull(),
    name: text('name').notNull().default(''),
    role: text('role').$type<Role>().notNull().default('user'),
    /** scrypt string (`scrypt$N$r$p$salt$hash`); null for accounts that sign in by OAuth only. */
    passwordHash: text('password_hash'),
    disabledAt: at('disabled_at'),
    createdAt: now('created_at'),
  },
  (t) => [uniqueIndex('users_email_key').on(sql`lower(${t.email})`)],
)

/** Links by the provider's own account id, never by e-mail (R13). */
export const oauthAccounts = pgTable(
  'oauth_accounts',
  {
    provider: text('provider').notNull(),
    providerAccountId: text('provider_account_id').notNull(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    createdAt: now('created_at'),
  },
  (t) => [primaryKey({ columns: [t.provider, t.providerAccountId] })],
)

/** One row a signed-in browser; the JWT carries its id, and a revoked or expired row ends it. */
export const authSessions = pgTable(
  'auth_sessions',
  {
    id: id(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    userAgent: text('user_agent').notNull().default(''),
    ip: text('ip').notNull().default(''),
    createdAt: now('created_at'),
    lastSeenAt: now('last_seen_at'),
    expiresAt: at('expires_at').notNull(),
    revokedAt: at('revoked_at'),
  },
  (t) => [index('auth_sessions_user_idx').on(t.userId)],
)

export const apiTokens = pgTable(
  'api_tokens',
  {
    id: id(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    /** First characters, shown so that a person can tell tokens apart. */
    prefix: text('prefix').notNull(),
    /** SHA-256 of the token, hex. The token has 256 bits of entropy, so no slow hash is needed. */
    tokenHash: text('token_hash').notNull().unique(),
    scopes: text('scopes').array().notNull(),
    createdAt: now('created_at'),
    expiresAt: at('expires_at'),
    lastUsedAt: at('last_used_at'),
    revokedAt: at('revoked_at'),
  },
  (t) => [index('api_tokens_user_idx').on(t.userId)],
)

export const LINK_KINDS = ['setup', 'invite', 'reset'] as const
export type LinkKind = (typeof LINK_KINDS)[number]

/** One-time links: the installation's setup token, invitations, password resets. */
export const oneTimeLinks = pgTable('one_time_links', {
  id: id(),
  kind: text('kind').$type<LinkKind>().notNull(),
  tokenHash: text('token_hash').notNull().unique(),
  /** The user whose password is reset; null for setup and invitations. */
  userId: uuid('user_id').references(() => users.id, { onDelete: 'cascade' }),
  email: text('email'),
  role: text('role').$type<Role>(),
  createdBy: uuid('created_by').references(() => users.id, { onDelete: 'set null' }),
  createdAt: now('created_at'),
  expiresAt: at('expires_at').notNull(),
  usedAt: at('used_at'),
})

/** Fixed-window counters for sign-in, keyed by hashed e-mail and by address. */
export const rateLimits = pgTable('rate_limits', {
  key: text('key').primaryKey(),
  windowStart: at('window_start').notNull(),
  count: integer('count').notNull(),
})

export const auditLog = pgTable(
  'audit_log',
  {
    id: id(),
    at: now('at'),
    /** `user:<id>`, `token:<id>` or `system:<part>`. */
    actor: text('actor').notNull(),
    /** Whose resource it was; null for what belongs to the installation. */
    userId: uuid('user_id').references(() => users.id, { onDelete: 'set null' }),
    action: text('action').notNull(),
    resource: text('resource').notNull(),
    data: jsonb('data').$type<Record<string, unknown>>().notNull().default({}),
  },
  (t) => [
    index('audit_log_user_idx').on(t.userId, t.at),
    // How often a droplet was lost of late.
    index('audit_log_unreachable_idx').on(t.at).where(sql`${t.action} = 'droplet.unreachable'`),
  ],
)

/** Facts about this installation; one row (`id` = 1). */
export const installation = pgTable('installation', {
  id: integer('id').primaryKey().default(1),
  /** Short random id that is part of every cloud tag, label and key name (I1). */
  installationId: text('installation_id').notNull(),
  createdAt: now('created_at'),
})
