/** One look at one droplet: does it answer, and does anything stand on it that nobody owns? */
import { and, eq } from 'drizzle-orm'
import { droplets } from '#db/schema/fleet.ts'
import { recordedTx } from '#server/tx.ts'
import { measureLatency } from '../latency.ts'
import { type Droplet, type FleetBase, systemCtx } from '../types.ts'
import { removeLeftovers } from './leftovers.ts'

/** A droplet that reboots is back before the third look. */
const FAILURES_UNTIL_UNREACHABLE = 3
const LOOK_DEADLINE_MS = 20_000

/** Failed looks in a row by droplet; kept by the process that reconciles. */
export type Failures = Map<string, number>

/** @returns how many leftovers were removed @throws SSH_*, ENGINE_* after counting the failure */
export async function checkDroplet(
  base: FleetBase,
  droplet: Droplet,
  pass: { now: Date; signal: AbortSignal; failures: Failures },
): Promise<number> {
  const signal = AbortSignal.any([pass.signal, AbortSignal.timeout(LOOK_DEADLINE_MS)])
  try {
    const engine = await base.fleet.pool.engine(droplet.id)
    const info = await engine.info({ signal })
    pass.failures.delete(droplet.id)
    await base.db
      .update(droplets)
      .set({ lastSeenAt: pass.now, engineVersion: info.version, engineLacks: info.lacks })
      .where(eq(droplets.id, droplet.id))
    if (droplet.state === 'unreachable') await change(base, droplet, 'active')
    await measureLatency(base, droplet, engine, signal)
    return await removeLeftovers(base, droplet, engine, { now: pass.now, signal })
  } catch (error) {
    pass.signal.throwIfAborted()
    const failures = (pass.failures.get(droplet.id) ?? 0) + 1
    pass.failures.set(droplet.id, failures)
    if (failures >= FAILURES_UNTIL_UNREACHABLE && droplet.state === 'active') await change(base, droplet, 'unreachable')
    throw error
  }
}

/** From the other of the two states only: a droplet that is being deleted stays so. */
const change = (base: FleetBase, droplet: Droplet, to: 'active' | 'unreachable') =>
  recordedTx(systemCtx(base), droplet.userId, async (tx, record) => {
    const from = to === 'active' ? 'unreachable' : 'active'
    await tx
      .update(droplets)
      .set({ state: to })
      .where(and(eq(droplets.id, droplet.id), eq(droplets.state, from)))
    await record.audit(`droplet.${to}`, `droplet:${droplet.id}`)
  })
