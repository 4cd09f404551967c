import { setTimeout as delay } from 'node:timers/promises'
import { and, eq } from 'drizzle-orm'
import { droplets, reservations } from '#db/schema/fleet.ts'
import { BerthError } from '#server/errors.ts'
import { whyLarger } from '#server/placement/index.ts'
import type { PlacementRequest, Snapshot } from '#server/placement/types.ts'
import { housekeepingTx } from '#server/tx.ts'
import type { Capacity } from '../ports.ts'
import { earlierAttempt } from './earlier-attempt.ts'
import { createLimiter } from './limiter.ts'
import { requestOf } from './placement-request.ts'
import type { Step, StepContext, StepOutputs } from './step.ts'
import { storeDecision, storePlace } from './store-decision.ts'

/** Five minutes for a droplet that others make and that may come to nothing, as many for one of our own, and some. */
const DEADLINE_MS = 12 * 60_000
/**
 * Choices that may lose a race for the last free capacity before the person is told. Each loss takes its droplet out of
 * the next choice, so that a crowd spreads over what is left instead of running after the best one together.
 */
const CHOICES_MAX = 50
const LOOK_EVERY_MS = 200

/**
 * One choice of a user at a time in this process, until its row stands: the next one then sees the droplet that is
 * being made, and `expected` says who waits for room on it. So the ten deployments of somebody's first minute share
 * what they need, made side by side. Between processes the reservation alone decides (I2).
 */
const perUser = createLimiter(1)
const expected = new Map<string, Set<Capacity>>()

type Placed = StepOutputs['droplet-selection']

export const dropletSelection: Step<'droplet-selection'> = {
  name: 'droplet-selection',
  message: 'Looking for room in your fleet',
  deadlineMs: () => DEADLINE_MS,
  async run(c) {
    const held = await heldByThisAttempt(c)
    if (held) return held
    return (await takeOverStopped(c)) ?? place(c)
  },
  ending: (tx, _, c, { dropletId }) => storePlace(tx, c, dropletId),
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

type Turn =
  | { kind: 'placed'; output: Placed; message: string }
  | { kind: 'making'; droplet: Promise<Placed>; message: string }
  | { kind: 'coming'; dropletId: string; name: string; leave: () => void }
  | { kind: 'raced'; dropletId: string; error: BerthError }

async function place(c: StepContext): Promise<{ output: Placed; message: string }> {
  const request = await requestOf(c)
  const lost: string[] = []
  for (;;) {
    // A droplet that was asked for by name has no stand-in: its next look says what it lacks.
    const open = lost.length > 0 && !request.dropletId ? { ...request, excludeDropletIds: lost } : request
    const turn = await perUser.run(c.row.userId, c.signal, () => takeTurn(c, open))
    if (turn.kind === 'placed') return turn
    if (turn.kind === 'making') return { output: await turn.droplet, message: turn.message }
    if (turn.kind === 'raced') {
      if (lost.push(turn.dropletId) === CHOICES_MAX) throw turn.error
      continue
    }
    c.progress(`${turn.name} has room and is being made`)
    try {
      await untilMade(c, turn.dropletId)
    } finally {
      turn.leave()
    }
  }
}

async function takeTurn(c: StepContext, request: PlacementRequest): Promise<Turn> {
  const snapshot = await c.deps.fleet.snapshotFor(c.row.userId, { signal: c.signal, deploymentId: c.row.id })
  const decision = c.deps.choose(snapshot, request)
  const { choice, summary } = decision
  const message = [summary, whyLarger(snapshot, request, choice)].filter(Boolean).join(' ')
  if (choice.kind === 'existing') {
    try {
      await c.willUndo({ name: 'reservation.release', args: {} })
      await storeDecision(c, { snapshot, request }, decision, choice.dropletId)
      return { kind: 'placed', output: { dropletId: choice.dropletId, dropletName: choice.name }, message }
    } catch (error) {
      if (error instanceof BerthError && error.code === 'NO_PLACEMENT')
        return { kind: 'raced', dropletId: choice.dropletId, error }
      throw error
    }
  }
  const soon = c.deps.choose(onceMade(snapshot), request).choice
  if (soon.kind === 'existing')
    return { kind: 'coming', dropletId: soon.dropletId, name: soon.name, leave: expect(soon.dropletId, request) }
  await storeDecision(c, { snapshot, request }, decision)
  if (choice.kind === 'none')
    throw new BerthError('NO_PLACEMENT', choice.reason, choice.change ? { action: choice.change } : {})
  return new Promise((resolve, reject) => {
    const droplet = provision(c, choice, () => resolve({ kind: 'making', droplet, message }))
    droplet.then(() => resolve({ kind: 'making', droplet, message }), reject)
  })
}

/** The droplets that are being made as if they stood already, less what others wait for on them. */
function onceMade(snapshot: Snapshot): Snapshot {
  const droplets = snapshot.droplets
    .filter((droplet) => droplet.state === 'coming')
    .map((droplet) => {
      const made = { ...droplet, state: 'ok' as const, free: { ...droplet.free } }
      for (const wanted of expected.get(droplet.id) ?? []) {
        made.free.memoryBytes -= wanted.memoryBytes
        made.free.cpuMillis -= wanted.cpuMillis
        made.free.diskBytes -= wanted.diskBytes
      }
      return made
    })
  return { ...snapshot, droplets, sizes: [] }
}

/** @returns the function that ends the wait */
function expect(dropletId: string, { memoryBytes, cpuMillis, diskBytes }: Capacity): () => void {
  const wanted = { memoryBytes, cpuMillis, diskBytes }
  const all = expected.get(dropletId) ?? new Set()
  expected.set(dropletId, all.add(wanted))
  return () => {
    all.delete(wanted)
    if (all.size === 0 && expected.get(dropletId) === all) expected.delete(dropletId)
  }
}

/** Until it is active or given up; its maker and the reconciler see to it that one of them comes. */
async function untilMade(c: StepContext, dropletId: string): Promise<void> {
  for (;;) {
    const [row] = await c.ctx.db.select({ state: droplets.state }).from(droplets).where(eq(droplets.id, dropletId))
    if (row?.state !== 'creating' && row?.state !== 'booting') return
    await delay(LOOK_EVERY_MS, undefined, { signal: c.signal })
  }
}

/** @param begun called when the droplet's row stands */
async function provision(
  c: StepContext,
  choice: { size: string; region: string },
  begun: () => void = () => {},
): Promise<Placed> {
  await c.willUndo({ name: 'droplet.remove', args: {} })
  const droplet = await c.deps.fleet.provisionDroplet({
    ...c.config.resources,
    userId: c.row.userId,
    deploymentId: c.row.id,
    attempt: c.row.attempt,
    size: choice.size,
    region: choice.region,
    signal: c.signal,
    onProgress: ({ message }) => {
      begun()
      c.progress(message)
    },
  })
  return { dropletId: droplet.id, dropletName: droplet.name }
}
