/** What stands on a droplet and belongs to no deployment any more. */
import { and, eq, inArray, lt, sql } from 'drizzle-orm'
import { deployments } from '#db/schema/deployments.ts'
import { type DeploymentState, PROGRESSING_STATES } from '#db/schema/states.ts'
import type { Engine } from '#server/engine/port.ts'
import { isOfPackage, packageLeftovers } from '#server/packages/index.ts'
import { recordedTx } from '#server/tx.ts'
import { type FleetBase, systemCtx } from '../types.ts'

export type Owner = Pick<
  typeof deployments.$inferSelect,
  'id' | 'state' | 'attempt' | 'servingAttempt' | 'healthyAt' | 'dropletId'
>

const PROGRESSING: readonly DeploymentState[] = PROGRESSING_STATES

/** Container or network of an attempt. While a saga runs, all of its deployment's things are the saga's. */
export function attemptIsOver(owner: Owner | undefined, attempt: number): boolean {
  if (!owner) return true
  if (PROGRESSING.includes(owner.state)) return false
  if (owner.state === 'healthy' || owner.state === 'unhealthy')
    return attempt !== (owner.servingAttempt ?? owner.attempt)
  // Stopped: its container may wait to be started again.
  return owner.state !== 'stopped' || attempt !== owner.attempt
}

/** Volumes hold what a user made: only those of a deployment that is deleted, or that never served, are left over. */
export function volumeIsOver(owner: Owner | undefined): boolean {
  if (!owner || owner.state === 'deleted') return true
  return (owner.state === 'failed' || owner.state === 'cancelled') && owner.healthyAt === null
}

/**
 * Removes what is left over from one droplet: containers first, since they hold networks and volumes.
 * @returns how many things were removed
 */
export async function removeLeftovers(
  base: FleetBase,
  droplet: { id: string; userId: string; name: string },
  engine: Engine,
  { now, signal }: { now: Date; signal: AbortSignal },
): Promise<number> {
  const filter = { label: `berth.installation=${base.installationId}` }
  const [containers, networks, volumes] = await Promise.all([
    engine.containers(filter, { signal }),
    engine.networks(filter, { signal }),
    engine.volumes(filter, { signal }),
  ])
  // Read after the engine: what a saga makes from here on was not listed.
  const owners = await ownersOf(
    base,
    [...containers, ...networks, ...volumes].map((thing) => thing.labels),
  )
  const ownerOf = (labels: Record<string, string>) => owners.get(labels['berth.deployment'] ?? '')
  const over = (thing: { labels: Record<string, string> }) =>
    !isOfPackage(thing) && attemptIsOver(ownerOf(thing.labels), Number(thing.labels['berth.attempt']))

  const packages = packageLeftovers({ containers, networks, volumes }, now)
  const doomed = {
    containers: [...containers.filter(over).map((c) => c.name), ...packages.containers],
    networks: [...networks.filter(over).map((n) => n.name), ...packages.networks],
    volumes: [
      ...volumes.filter((v) => !isOfPackage(v) && volumeIsOver(ownerOf(v.labels))).map((v) => v.name),
      ...packages.volumes,
    ],
  }
  for (const name of doomed.containers) await engine.removeContainer(name, { signal })
  for (const name of doomed.networks) await engine.removeNetwork(name, { signal })
  for (const name of doomed.volumes) await engine.removeVolume(name, { signal })
  const removed = doomed.containers.length + doomed.networks.length + doomed.volumes.length
  if (removed > 0)
    await recordedTx(systemCtx(base), droplet.userId, (_, record) =>
      record.audit('droplet.leftovers-removed', `droplet:${droplet.id}`, doomed),
    )
  return removed
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

async function ownersOf(base: FleetBase, labels: Record<string, string>[]): Promise<Map<string, Owner>> {
  const ids = [...new Set(labels.map((l) => l['berth.deployment'] ?? ''))].filter((id) => UUID.test(id))
  if (ids.length === 0) return new Map()
  const rows = await base.db.select().from(deployments).where(inArray(deployments.id, ids))
  return new Map(rows.map((row) => [row.id, row]))
}

/** After a pass that reached everything: what an undo could not remove is gone now, so its error no longer lists it. */
export async function forgiveLeftovers(base: FleetBase, userId: string, before: Date): Promise<void> {
  const where = and(
    eq(deployments.userId, userId),
    // Also where an earlier attempt went on serving or rests.
    inArray(deployments.state, ['failed', 'cancelled', 'deleted', 'healthy', 'unhealthy', 'stopped']),
    lt(deployments.updatedAt, before),
    sql`jsonb_array_length(coalesce(${deployments.error} -> 'leftovers', '[]'::jsonb)) > 0`,
  )
  if ((await base.db.$count(deployments, where)) === 0) return
  await recordedTx(systemCtx(base), userId, async (tx, record) => {
    const cleared = await tx
      .update(deployments)
      .set({ error: sql`jsonb_set(${deployments.error}, '{leftovers}', '[]'::jsonb)` })
      .where(where)
      .returning({ id: deployments.id })
    await record.audit('deployment.leftovers-cleared', `user:${userId}`, { deployments: cleared.map((d) => d.id) })
  })
}
