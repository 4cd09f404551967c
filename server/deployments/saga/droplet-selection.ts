import { and, desc, eq, inArray, lt } from 'drizzle-orm'
import { placements } from '#db/schema/deployments.ts'
import { droplets, reservations } from '#db/schema/fleet.ts'
import { BerthError } from '#server/errors.ts'
import type { Decision, PlacementRequest, Snapshot } from '#server/placement/types.ts'
import { housekeepingTx } from '#server/tx.ts'
import { createLimiter } from './limiter.ts'
import type { Step, StepContext, StepOutputs } from './step.ts'

/** DigitalOcean boots a droplet in 30 to 60 s, Docker takes as long again; three times that is a fault. */
const DEADLINE_MS = 6 * 60_000
/** Choices that may lose a race for the last free capacity before the person is told. */
const CHOICES_MAX = 5

/**
 * One placement of a user at a time in this process: the ten deployments of somebody's first minute then share the
 * droplet that the first of them made, in place of making ten. Between processes the reservation alone decides (I2).
 */
const perUser = createLimiter(1)

type Placed = StepOutputs['droplet-selection']

export const dropletSelection: Step<'droplet-selection'> = {
  name: 'droplet-selection',
  message: 'Looking for room in your fleet',
  deadlineMs: () => DEADLINE_MS,
  async run(c) {
    const held = await heldByThisAttempt(c)
    if (held) return held
    return (await takeOverStopped(c)) ?? perUser.run(c.row.userId, c.signal, () => place(c))
  },
  undo: {
    'reservation.release': async ({ ctx, deps, row }) => {
      await housekeepingTx(ctx.db, (tx) => deps.fleet.release(tx, { deploymentId: row.id, attempt: row.attempt }))
      return 'Gave back the reserved room'
    },
    'reservation.return': async ({ ctx, row }, args) => {
      await ctx.db
        .update(reservations)
        .set({ attempt: Number(args.from) })
        .where(and(eq(reservations.deploymentId, row.id), eq(reservations.attempt, row.attempt)))
      return 'Kept the room of the stopped container'
    },
    'droplet.remove': async ({ deps, row, signal }) => {
      const outcome = await deps.fleet.undoProvision({ deploymentId: row.id, attempt: row.attempt, signal })
      if (outcome === 'deleted') return 'Removed the droplet that was made for it'
      return outcome === 'kept' ? 'Left the droplet: others moved in' : 'No droplet had been made'
    },
  },
}

/** A run of this step that died has reserved already: its droplet may still be on its way, then it is waited for. */
async function heldByThisAttempt(c: StepContext): Promise<{ output: Placed; message: string } | null> {
  const [row] = await c.ctx.db
    .select({
      id: droplets.id,
      name: droplets.name,
      state: droplets.state,
      createdFor: droplets.createdFor,
      size: droplets.size,
      region: droplets.region,
    })
    .from(reservations)
    .innerJoin(droplets, eq(droplets.id, reservations.dropletId))
    .where(and(eq(reservations.deploymentId, c.row.id), eq(reservations.attempt, c.row.attempt)))
  if (!row) return null
  const message = `Room on ${row.name}`
  const coming = row.state === 'creating' || row.state === 'booting'
  if (coming && row.createdFor === c.row.id) return { output: await provision(c, row), message }
  return { output: { dropletId: row.id, dropletName: row.name }, message }
}

/** The newest earlier attempt that still holds room: it serves (a redeploy) or is stopped (a start). */
async function earlierAttempt(c: StepContext) {
  const [row] = await c.ctx.db
    .select({
      attempt: reservations.attempt,
      dropletId: droplets.id,
      dropletName: droplets.name,
      dropletState: droplets.state,
    })
    .from(reservations)
    .innerJoin(droplets, eq(droplets.id, reservations.dropletId))
    .where(
      and(
        eq(reservations.deploymentId, c.row.id),
        lt(reservations.attempt, c.row.attempt),
        // Also one that does not answer now: what the deployment stored is still there.
        inArray(droplets.state, ['active', 'unreachable']),
      ),
    )
    .orderBy(desc(reservations.attempt))
    .limit(1)
  return row
}

/** A stopped container uses nothing of its reservation, so the next attempt takes it instead of asking for more. */
async function takeOverStopped(c: StepContext): Promise<{ output: Placed; message: string } | null> {
  if (c.row.servingAttempt !== null) return null
  const earlier = await earlierAttempt(c)
  if (earlier?.dropletState !== 'active') return null
  await c.willUndo({ name: 'reservation.return', args: { from: earlier.attempt } })
  await c.commit(async (tx, record) => {
    await tx
      .update(reservations)
      .set({ attempt: c.row.attempt })
      .where(and(eq(reservations.deploymentId, c.row.id), eq(reservations.attempt, earlier.attempt)))
    const message = `Back on ${earlier.dropletName}`
    await record.event(c.row.id, { type: 'step.progress', data: { step: 'droplet-selection', message } })
  })
  const { dropletId, dropletName } = earlier
  return { output: { dropletId, dropletName }, message: `Back on ${dropletName}` }
}

async function place(c: StepContext): Promise<{ output: Placed; message: string }> {
  const request = await requestOf(c)
  for (let tries = 1; ; tries++) {
    const snapshot = await c.deps.fleet.snapshotFor(c.row.userId, { signal: c.signal })
    const decision = c.deps.choose(snapshot, request)
    const { choice } = decision
    if (choice.kind === 'none') {
      await storeDecision(c, snapshot, decision)
      throw new BerthError('NO_PLACEMENT', choice.reason)
    }
    if (choice.kind === 'create') {
      await storeDecision(c, snapshot, decision)
      return { output: await provision(c, choice), message: decision.summary }
    }
    try {
      await c.willUndo({ name: 'reservation.release', args: {} })
      await storeDecision(c, snapshot, decision, choice.dropletId)
      return { output: { dropletId: choice.dropletId, dropletName: choice.name }, message: decision.summary }
    } catch (error) {
      const raced = error instanceof BerthError && error.code === 'NO_PLACEMENT'
      if (!raced || tries === CHOICES_MAX) throw error
    }
  }
}

/** The decision with what it was made from (I10), and the reservation it led to, in one transaction (I2). */
async function storeDecision(c: StepContext, snapshot: Snapshot, decision: Decision, reserveOn?: string) {
  await c.commit(async (tx, record) => {
    const { memoryBytes, cpuMillis, diskBytes } = c.config.resources
    const id = { deploymentId: c.row.id, attempt: c.row.attempt }
    if (reserveOn) await c.deps.fleet.reserve(tx, { ...id, dropletId: reserveOn, memoryBytes, cpuMillis, diskBytes })
    const stored = { decision: { ...decision }, snapshot: { ...snapshot }, at: new Date() }
    await tx
      .insert(placements)
      .values({ ...id, ...stored })
      .onConflictDoUpdate({ target: [placements.deploymentId, placements.attempt], set: stored })
    await record.event(c.row.id, {
      type: 'step.progress',
      data: { step: 'droplet-selection', message: decision.summary },
    })
  })
}

async function provision(c: StepContext, choice: { size: string; region: string }): Promise<Placed> {
  await c.willUndo({ name: 'droplet.remove', args: {} })
  const droplet = await c.deps.fleet.provisionDroplet({
    ...c.config.resources,
    userId: c.row.userId,
    deploymentId: c.row.id,
    attempt: c.row.attempt,
    size: choice.size,
    region: choice.region,
    signal: c.signal,
    onProgress: ({ message }) => c.progress(message),
  })
  return { dropletId: droplet.id, dropletName: droplet.name }
}

async function requestOf(c: StepContext): Promise<PlacementRequest> {
  const { memoryBytes, cpuMillis, diskBytes } = c.config.resources
  const wished = c.row.requestedRegion
  const regions = wished ? (c.criteria.regions ?? [wished]).filter((region) => region === wished) : c.criteria.regions
  // Named volumes live on one droplet: the next attempt must find them, and waits for a droplet that is unreachable
  // rather than starting without its data elsewhere.
  const bound = c.config.volumes.length > 0 ? (await earlierAttempt(c))?.dropletId : undefined
  const dropletId = bound ?? c.row.requestedDropletId ?? undefined
  return {
    memoryBytes,
    cpuMillis,
    diskBytes,
    ...(regions && { regions }),
    ...(c.criteria.sizes && { sizes: c.criteria.sizes }),
    ...(dropletId && { dropletId }),
  }
}
