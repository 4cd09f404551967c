/** Bearer tokens of one deployment's endpoint: shown once, hashed at rest. */
import { and, desc, eq, isNull } from 'drizzle-orm'
import { deployments, deploymentTokens } from '#db/schema/deployments.ts'
import type { UserCtx } from '#server/context.ts'
import { newToken, sha256Hex } from '#server/crypto/vault.ts'
import { BerthError } from '#server/errors.ts'
import { ownedTx } from '#server/tx.ts'
import { findOwn } from './own.ts'

/** Enough for every client of a team; a bound on what one deployment can store. */
const LIVE_TOKENS_MAX = 50
/** `brt_` and six characters: enough to tell tokens apart, far from enough to guess one. */
const PREFIX_LENGTH = 10

export async function createToken(ctx: UserCtx, input: { deploymentId: string }): Promise<{ token: string }> {
  return ownedTx(ctx, findOwn(input.deploymentId), async ({ tx, row, record }) => {
    if (row.state === 'deleting' || row.state === 'deleted')
      throw new BerthError('CONFLICT', 'This deployment is being deleted.')
    const live = await tx.$count(
      deploymentTokens,
      and(eq(deploymentTokens.deploymentId, row.id), isNull(deploymentTokens.revokedAt)),
    )
    if (live >= LIVE_TOKENS_MAX)
      throw new BerthError('CONFLICT', `A deployment holds at most ${LIVE_TOKENS_MAX} tokens.`, {
        action: 'Revoke one that nobody uses.',
      })
    const token = newToken('brt')
    const prefix = token.slice(0, PREFIX_LENGTH)
    await tx.insert(deploymentTokens).values({ deploymentId: row.id, prefix, tokenHash: sha256Hex(token) })
    await record.event(row.id, { type: 'token.created', data: { prefix } })
    return { token }
  })
}

export async function revokeToken(ctx: UserCtx, input: { deploymentId: string; tokenId: string }): Promise<void> {
  await ownedTx(
    ctx,
    async (tx, userId) => {
      const [row] = await tx
        .select({ id: deploymentTokens.id, prefix: deploymentTokens.prefix, deploymentId: deployments.id })
        .from(deploymentTokens)
        .innerJoin(deployments, eq(deployments.id, deploymentTokens.deploymentId))
        .where(
          and(
            eq(deploymentTokens.id, input.tokenId),
            eq(deploymentTokens.internal, false),
            eq(deployments.id, input.deploymentId),
            eq(deployments.userId, userId),
          ),
        )
        .for('update', { of: deploymentTokens })
      return row
    },
    async ({ tx, row, record }) => {
      await tx
        .update(deploymentTokens)
        .set({ revokedAt: new Date() })
        .where(and(eq(deploymentTokens.id, row.id), isNull(deploymentTokens.revokedAt)))
      await record.event(row.deploymentId, { type: 'token.revoked', data: { prefix: row.prefix } })
    },
  )
}

export const liveTokens = (db: UserCtx['db'], deploymentId: string) =>
  db
    .select({
      id: deploymentTokens.id,
      prefix: deploymentTokens.prefix,
      createdAt: deploymentTokens.createdAt,
      lastUsedAt: deploymentTokens.lastUsedAt,
    })
    .from(deploymentTokens)
    .where(
      and(
        eq(deploymentTokens.deploymentId, deploymentId),
        eq(deploymentTokens.internal, false),
        isNull(deploymentTokens.revokedAt),
      ),
    )
    .orderBy(desc(deploymentTokens.createdAt))
