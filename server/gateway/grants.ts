/** The look-ups behind every request: is the token good, and which container serves. */
import { and, eq, inArray, isNotNull, isNull, lt, notInArray, or, sql } from 'drizzle-orm'
import type { Db } from '#db/client.ts'
import { users } from '#db/schema/auth.ts'
import { deployments, deploymentTokens } from '#db/schema/deployments.ts'
import type { DeploymentState } from '#db/schema/states.ts'
import { templateVersions } from '#db/schema/templates.ts'
import type { Vault } from '#server/crypto/vault.ts'
import { commandLine, launchOf, openVariables } from '#server/deployments/launch/index.ts'
import type { EnginePool } from '#server/engine/port.ts'
import { BerthError } from '#server/errors.ts'
import type { Grant } from './exchange.ts'

export type Lookup = { kind: 'unknown' } | { kind: 'not-serving'; state: string } | { kind: 'granted'; grant: Grant }

export interface Grants {
  find(deploymentId: string, by: { tokenHash: string } | { tokenId: string }): Promise<Lookup>
  /** @returns those of the tokens that may still be used, and whose deployment serves */
  stillGood(tokenIds: string[]): Promise<Set<string>>
}

/** The container is (being) taken away: what it still says is not to be trusted. */
const LEAVING: DeploymentState[] = ['stopping', 'stopped', 'deleting', 'deleted']
/** How exact "last used" is. */
const LAST_USED_MS = 60_000
/** Containers whose argv is remembered, in memory alone: it may hold secrets (I6). */
const COMMANDS_MAX = 1000

export function createGrants(o: {
  db: Db
  vault: Pick<Vault, 'open'>
  engines: Pick<EnginePool, 'engine'>
  onError: (error: unknown) => void
}): Grants {
  const commands = new Map<string, string[]>()

  const select = () =>
    o.db
      .select({
        tokenId: deploymentTokens.id,
        lastUsedAt: deploymentTokens.lastUsedAt,
        state: deployments.state,
        dropletId: deployments.dropletId,
        containerId: deployments.containerId,
        hostPort: deployments.hostPort,
        era: deployments.era,
        protocolVersion: deployments.protocolVersion,
        config: templateVersions.config,
      })
      .from(deploymentTokens)
      .innerJoin(deployments, eq(deployments.id, deploymentTokens.deploymentId))
      .innerJoin(templateVersions, eq(templateVersions.id, deployments.templateVersionId))
      .innerJoin(users, eq(users.id, deployments.userId))
  const good = and(isNull(deploymentTokens.revokedAt), isNull(users.disabledAt))
  const ofDeployment = eq(deployments.id, sql.placeholder('deploymentId'))
  const byHash = select()
    .where(and(eq(deploymentTokens.tokenHash, sql.placeholder('key')), ofDeployment, good))
    .prepare('gateway_token_by_hash')
  const byId = select()
    .where(and(eq(deploymentTokens.id, sql.placeholder('key')), ofDeployment, good))
    .prepare('gateway_token_by_id')

  async function commandOf(deploymentId: string, dropletId: string, containerId: string): Promise<string[]> {
    const known = commands.get(containerId)
    if (known) return known
    const engine = await o.engines.engine(dropletId)
    const [[row], image] = await Promise.all([
      o.db
        .select({
          config: templateVersions.config,
          lock: templateVersions.packageLock,
          variables: deployments.variables,
        })
        .from(deployments)
        .innerJoin(templateVersions, eq(templateVersions.id, deployments.templateVersionId))
        .where(eq(deployments.id, deploymentId)),
      engine.container(containerId).then((container) => container && engine.image(container.image)),
    ])
    if (!row || !image) throw new BerthError('DEPLOYMENT_NOT_SERVING', 'The container of this deployment is gone.')
    const values = openVariables(o.vault, deploymentId, row.variables)
    const command = commandLine(launchOf({ config: row.config, lock: row.lock, values }), image)
    if (commands.size >= COMMANDS_MAX) commands.clear()
    commands.set(containerId, command)
    return command
  }

  function used(tokenId: string, lastUsedAt: Date | null): void {
    if (lastUsedAt && Date.now() - lastUsedAt.getTime() < LAST_USED_MS) return
    const stale = or(
      isNull(deploymentTokens.lastUsedAt),
      lt(deploymentTokens.lastUsedAt, sql`now() - make_interval(secs => ${LAST_USED_MS / 1000})`),
    )
    o.db
      .update(deploymentTokens)
      .set({ lastUsedAt: sql`now()` })
      .where(and(eq(deploymentTokens.id, tokenId), stale))
      .catch(o.onError)
  }

  return {
    async find(deploymentId, by) {
      const [row] =
        'tokenHash' in by
          ? await byHash.execute({ key: by.tokenHash, deploymentId })
          : await byId.execute({ key: by.tokenId, deploymentId })
      if (!row) return { kind: 'unknown' }
      used(row.tokenId, row.lastUsedAt)
      const { dropletId, containerId, hostPort, config } = row
      if (!dropletId || !containerId || LEAVING.includes(row.state)) return { kind: 'not-serving', state: row.state }
      const command = config.transport.type === 'stdio' ? await commandOf(deploymentId, dropletId, containerId) : []
      const backend = { deploymentId, dropletId, containerId, transport: config.transport, hostPort, command }
      const { tokenId, era, protocolVersion } = row
      return { kind: 'granted', grant: { tokenId, backend, era, protocolVersion } }
    },
    async stillGood(tokenIds) {
      if (tokenIds.length === 0) return new Set()
      const rows = await o.db
        .select({ id: deploymentTokens.id })
        .from(deploymentTokens)
        .innerJoin(deployments, eq(deployments.id, deploymentTokens.deploymentId))
        .innerJoin(users, eq(users.id, deployments.userId))
        .where(
          and(
            inArray(deploymentTokens.id, tokenIds),
            good,
            isNotNull(deployments.containerId),
            notInArray(deployments.state, LEAVING),
          ),
        )
      return new Set(rows.map((row) => row.id))
    },
  }
}
