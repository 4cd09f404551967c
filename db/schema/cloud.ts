/** A user's DigitalOcean account: every droplet, key, firewall and cloud call belongs to exactly one. */
import { sql } from 'drizzle-orm'
import { jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { users } from './auth.ts'
import { at, id, int8, now } from './columns.ts'

/** AES-256-GCM ciphertext with the id of the key that made it (I6). */
export interface Sealed {
  keyId: string
  /** base64: 12-byte nonce, ciphertext, 16-byte tag */
  box: string
}

export const cloudAccounts = pgTable(
  'cloud_accounts',
  {
    id: id(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    token: jsonb('token').$type<Sealed>().notNull(),
    /** DigitalOcean's account uuid and e-mail, as `/v2/account` answered. */
    accountUuid: text('account_uuid').notNull(),
    email: text('email').notNull(),
    dropletLimit: int8('droplet_limit').notNull(),
    status: text('status').notNull(),
    checkedAt: now('checked_at'),
    /** Berth's own SSH client key for this account's droplets. */
    sshPublicKey: text('ssh_public_key').notNull(),
    sshPrivateKey: jsonb('ssh_private_key').$type<Sealed>().notNull(),
    /** DigitalOcean's ids of the uploaded key and of the firewall; null until first needed. */
    sshKeyProviderId: int8('ssh_key_provider_id'),
    firewallProviderId: text('firewall_provider_id'),
    createdAt: now('created_at'),
    forgottenAt: at('forgotten_at'),
  },
  (t) => [uniqueIndex('cloud_accounts_live_key').on(t.userId).where(sql`${t.forgottenAt} is null`)],
)
