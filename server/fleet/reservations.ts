/** Capacity held from placement until the deployment's attempt is gone, never more than a droplet has (I2). */
import { and, eq, type SQLWrapper, sql } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import { droplets, reservations } from '#db/schema/fleet.ts'
import { BerthError } from '#server/errors.ts'
import { type Capacity, capacityOf, shortage } from '#server/placement/index.ts'
import { passBreaker } from './breaker/gate.ts'
import type { Droplet, ReserveInput } from './types.ts'

const HELD_ELSEWHERE = 'This attempt already holds capacity on another droplet.'

/**
 * Holds capacity on an active droplet, under its row lock. The same attempt on the same droplet again is success.
 * @throws NO_PLACEMENT when it no longer fits, no longer runs or is held back: choose again
 */
export async function reserve(tx: Tx, input: ReserveInput): Promise<void> {
  const [droplet] = await tx.select().from(droplets).where(eq(droplets.id, input.dropletId)).for('update')
  if (droplet?.state !== 'active')
    throw new BerthError('NO_PLACEMENT', `${droplet?.name ?? 'The droplet'} is not active any more.`)
  if ((await heldBy(tx, input)) === droplet.id) return
  await passBreaker(tx, droplet, input)
  await hold(tx, droplet, input)
}

/** The caller holds the droplet's row lock, or has just inserted the row. */
export async function hold(tx: Tx, droplet: Droplet, input: ReserveInput): Promise<void> {
  const held = await heldBy(tx, input)
  if (held === droplet.id) return
  if (held !== null) throw new BerthError('CONFLICT', HELD_ELSEWHERE)
  const apart = refusedBeside(await othersOn(tx, droplet.id, input.deploymentId), input)
  if (apart) throw new BerthError('NO_PLACEMENT', `${droplet.name} ${apart}.`)
  const free = freeCapacity(droplet, await reserved(tx, droplet.id))
  const short = shortage(free, input)
  if (short) throw new BerthError('NO_PLACEMENT', `${droplet.name} has too little ${short} left.`)
  const { deploymentId, attempt, memoryBytes, cpuMillis, diskBytes } = input
  const made = await tx
    .insert(reservations)
    .values({ dropletId: droplet.id, deploymentId, attempt, memoryBytes, cpuMillis, diskBytes })
    .onConflictDoNothing()
    .returning()
  // The same attempt at the same instant, on another droplet.
  if (made.length === 0) throw new BerthError('CONFLICT', HELD_ELSEWHERE)
}

async function heldBy(tx: Tx, { deploymentId, attempt }: ReserveInput): Promise<string | null> {
  const [held] = await tx
    .select({ dropletId: reservations.dropletId })
    .from(reservations)
    .where(and(eq(reservations.deploymentId, deploymentId), eq(reservations.attempt, attempt)))
  return held?.dropletId ?? null
}

function refusedBeside(others: Others, wish: Pick<ReserveInput, 'templateId' | 'spread' | 'exclusive'>): string | null {
  if (others.exclusiveHeld) return 'is held by one deployment alone'
  if (wish.exclusive && others.holders > 0) return 'holds other deployments'
  if (wish.spread && others.templates.includes(wish.templateId ?? '')) return 'holds one of this template'
  return null
}

/** Who else holds room on a droplet. */
export interface Others {
  holders: number
  /** Of each, as often as it is there. */
  templates: string[]
  exclusiveHeld: boolean
}

/**
 * Of each droplet, as seen by one deployment. Joined from the left: a reservation whose deployment is gone still holds.
 * @param but the deployment that asks: beside itself it may stand
 */
export const othersOf = (dropletId: SQLWrapper, but: string | null) => sql<Others>`(
  select json_build_object(
    'holders', count(*)::int,
    'templates', coalesce(json_agg(d.template_id) filter (where d.template_id is not null), '[]'::json),
    'exclusiveHeld', coalesce(bool_or(
      (coalesce(v.content->'criteria', c.auto_deploy_criteria)->>'exclusive')::boolean), false))
  from reservations r
  left join deployments d on d.id = r.deployment_id
  left join template_versions v on v.id = d.template_version_id
  left join tool_catalog c on c.id = d.template_id
  where r.droplet_id = ${dropletId} and r.deployment_id is distinct from ${but}::uuid)`

async function othersOn(tx: Tx, dropletId: string, but: string): Promise<Others> {
  const [row] = await tx.execute<{ others: Others }>(sql`select ${othersOf(sql`${dropletId}::uuid`, but)} as others`)
  return row?.others ?? { holders: 0, templates: [], exclusiveHeld: false }
}

/** Nothing held is success. */
export async function release(tx: Tx, input: { deploymentId: string; attempt: number }): Promise<void> {
  await tx
    .delete(reservations)
    .where(and(eq(reservations.deploymentId, input.deploymentId), eq(reservations.attempt, input.attempt)))
}

export const reservedSums = {
  memoryBytes: sql<number>`coalesce(sum(${reservations.memoryBytes}), 0)::bigint`.mapWith(Number),
  cpuMillis: sql<number>`coalesce(sum(${reservations.cpuMillis}), 0)::bigint`.mapWith(Number),
  diskBytes: sql<number>`coalesce(sum(${reservations.diskBytes}), 0)::bigint`.mapWith(Number),
}

async function reserved(tx: Tx, dropletId: string): Promise<Capacity> {
  const [sums] = await tx.select(reservedSums).from(reservations).where(eq(reservations.dropletId, dropletId))
  return sums ?? { memoryBytes: 0, cpuMillis: 0, diskBytes: 0 }
}

export function freeCapacity(shape: Droplet, used: Capacity): Capacity {
  const all = capacityOf(shape)
  return {
    memoryBytes: all.memoryBytes - used.memoryBytes,
    cpuMillis: all.cpuMillis - used.cpuMillis,
    diskBytes: all.diskBytes - used.diskBytes,
  }
}
