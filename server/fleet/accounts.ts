/**
 * A user's cloud account: the token that Berth acts with, and Berth's SSH client key for its droplets. One live row a
 * user; a removed or forgotten one stays, since deleted droplets point at it, without its secrets.
 */
import { randomBytes } from 'node:crypto'
import { and, count, eq, isNull, ne } from 'drizzle-orm'
import { v7 } from 'uuid'
import type { Db, Tx } from '#db/client.ts'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { droplets } from '#db/schema/fleet.ts'
import type { Cloud, CloudAccountInfo } from '#server/cloud/port.ts'
import type { Ctx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { recordedTx } from '#server/tx.ts'
import { clearAccount } from './clear-account.ts'
import type { CloudAccount } from './cloud-client.ts'
import { generateKeyPair } from './key-pair.ts'
import { sealClientKey, sealToken } from './secrets.ts'
import { type FleetBase, type FleetCtx, systemCtx } from './types.ts'

export interface CloudAccountSummary {
  email: string
  accountUuid: string
  status: string
  dropletLimit: number
  checkedAt: Date
  createdAt: Date
  /** Droplets of it that are not deleted. */
  droplets: number
}

const liveOf = (userId: string) => and(eq(cloudAccounts.userId, userId), isNull(cloudAccounts.forgottenAt))

/** @throws CLOUD_ACCOUNT_MISSING; in the demo the local cloud gives every user one */
export async function accountOf(base: FleetBase, userId: string): Promise<CloudAccount> {
  const [account] = await base.db.select().from(cloudAccounts).where(liveOf(userId))
  if (account) return account
  if (base.config.demo) return ensureDemoAccount(base, userId)
  throw new BerthError('CLOUD_ACCOUNT_MISSING', 'No DigitalOcean account is connected yet.')
}

export async function liveDroplets(db: Db | Tx, accountId: string): Promise<number> {
  const [row] = await db
    .select({ n: count() })
    .from(droplets)
    .where(and(eq(droplets.cloudAccountId, accountId), ne(droplets.state, 'deleted')))
  return row?.n ?? 0
}

export async function getCloudAccount(ctx: FleetCtx): Promise<CloudAccountSummary | null> {
  const [account] = await ctx.db.select().from(cloudAccounts).where(liveOf(ctx.actor.userId))
  return account ? summaryOf(ctx.db, account) : null
}

export const setCloudAccount = (ctx: FleetCtx, input: { token: string }): Promise<CloudAccountSummary> =>
  connectCloudAccount({ ...ctx, fleet: ctx.services.fleet }, { userId: ctx.actor.userId, token: input.token })

/**
 * Checks a token and makes it the user's account; a new token of the same account replaces the old one and keeps the
 * SSH key.
 * @throws CLOUD_TOKEN_INVALID, CLOUD_SCOPE_MISSING, CLOUD_REJECTED (locked), CLOUD_ACCOUNT_IN_USE (another account
 * while droplets exist)
 */
export async function connectCloudAccount(
  ctx: Ctx & FleetBase,
  input: { userId: string; token: string },
): Promise<CloudAccountSummary> {
  const token = input.token.trim()
  // It goes into a header: printable ASCII only.
  if (!/^[\x21-\x7e]{1,512}$/.test(token))
    throw new BerthError('CLOUD_TOKEN_INVALID', 'This does not look like a DigitalOcean token.', { field: 'token' })
  const info = await checkToken(ctx.fleet.clouds.probe(token))
  let replaced: CloudAccount | undefined
  const account = await recordedTx(ctx, input.userId, async (tx, record) => {
    const [current] = await tx.select().from(cloudAccounts).where(liveOf(input.userId)).for('update')
    if (current?.accountUuid === info.uuid) {
      await record.audit('cloud-account.token-replaced', `cloud-account:${current.id}`)
      const sealed = sealToken(ctx, current.id, token)
      return only(
        await tx
          .update(cloudAccounts)
          .set({ token: sealed, ...checked(info) })
          .where(eq(cloudAccounts.id, current.id))
          .returning(),
      )
    }
    if (current) {
      await refuseWhileUsed(tx, current.id)
      await tx.update(cloudAccounts).set({ forgottenAt: new Date() }).where(eq(cloudAccounts.id, current.id))
      replaced = current
    }
    const row = newAccount(ctx, { userId: input.userId, token, info })
    await record.audit('cloud-account.connected', `cloud-account:${row.id}`, { accountUuid: info.uuid })
    return only(await tx.insert(cloudAccounts).values(row).returning())
  })
  const left = replaced
  if (left) ctx.fleet.background.start('clear-account', left.id, () => clearAccount(ctx, left))
  return summaryOf(ctx.db, account)
}

async function checkToken(cloud: Cloud): Promise<CloudAccountInfo> {
  const info = await cloud.account()
  if (info.status === 'locked')
    throw new BerthError('CLOUD_REJECTED', 'DigitalOcean has locked this account.', {
      field: 'token',
      action: 'Ask DigitalOcean support to unlock the account, then paste the token again.',
    })
  const missing = await cloud.missingScopes()
  if (missing.length > 0)
    throw new BerthError('CLOUD_SCOPE_MISSING', `The token lacks: ${missing.join(', ')}.`, { field: 'token' })
  return info
}

export async function refuseWhileUsed(tx: Tx, accountId: string): Promise<void> {
  const n = await liveDroplets(tx, accountId)
  if (n > 0)
    throw new BerthError(
      'CLOUD_ACCOUNT_IN_USE',
      `Berth still manages ${n} droplet${n === 1 ? '' : 's'} in this account.`,
    )
}

/** The local cloud treats each token as an account of its own, so a random one is a fresh account. Idempotent. */
export async function ensureDemoAccount(base: FleetBase, userId: string): Promise<CloudAccount> {
  if (!base.config.demo) throw new Error('demo accounts exist in the demo only (R18)')
  const [existing] = await base.db.select().from(cloudAccounts).where(liveOf(userId))
  if (existing) return existing
  const token = `dop_v1_${randomBytes(32).toString('hex')}`
  const info = await base.fleet.clouds.probe(token).account()
  const row = newAccount(base, { userId, token, info })
  return recordedTx(systemCtx(base), userId, async (tx, record) => {
    await record.audit('cloud-account.connected', `cloud-account:${row.id}`, { demo: true })
    const [made] = await tx.insert(cloudAccounts).values(row).onConflictDoNothing().returning()
    return made ?? only(await tx.select().from(cloudAccounts).where(liveOf(userId)))
  })
}

function newAccount(base: FleetBase, o: { userId: string; token: string; info: CloudAccountInfo }) {
  const id = v7()
  const key = generateKeyPair()
  return {
    id,
    userId: o.userId,
    token: sealToken(base, id, o.token),
    accountUuid: o.info.uuid,
    sshPublicKey: key.publicLine,
    sshPrivateKey: sealClientKey(base, id, key.privateKey),
    ...checked(o.info),
  }
}

const checked = (info: CloudAccountInfo) => ({
  email: info.email,
  dropletLimit: info.dropletLimit,
  status: info.status,
  checkedAt: new Date(),
})

async function summaryOf(db: Db, account: CloudAccount): Promise<CloudAccountSummary> {
  const { email, accountUuid, status, dropletLimit, checkedAt, createdAt } = account
  return {
    email,
    accountUuid,
    status,
    dropletLimit,
    checkedAt,
    createdAt,
    droplets: await liveDroplets(db, account.id),
  }
}

function only<T>(rows: T[]): T {
  const [row] = rows
  if (row === undefined) throw new Error('a row that was just written is not there')
  return row
}
