/** From an address to a droplet that takes containers: SSH answers, cloud-init ended well, Docker is up. */
import { and, eq, inArray } from 'drizzle-orm'
import { z } from 'zod'
import { droplets } from '#db/schema/fleet.ts'
import type { EngineInfo } from '#server/engine/port.ts'
import { BOOTSTRAP_STATUS } from '#server/engine/remote-commands.ts'
import { BerthError } from '#server/errors.ts'
import { recordedTx } from '#server/tx.ts'
import { rotateHostKey } from './host-key.ts'
import { type Droplet, type FleetBase, systemCtx } from './types.ts'
import { growingPauses, pause } from './wait.ts'

const COMMAND_DEADLINE_MS = 15_000
/**
 * sshd may be quicker than cloud-init: it then shows a key of its own, which is refused, or knows no `berth-droplet`.
 * Past this time either is an error.
 */
const UNSETTLED_MS = 20_000

const bootstrapStatus = z.object({ status: z.enum(['running', 'done', 'error']), detail: z.string().max(500) })

/**
 * @param told.problem what stood in the way at the last look, for the message should time run out
 * @throws ENGINE_UNAVAILABLE when cloud-init ended badly, SSH_HOST_KEY_MISMATCH, the signal's reason
 */
export async function waitUntilPrepared(
  base: FleetBase,
  droplet: Droplet,
  signal: AbortSignal,
  told: { detail: (detail: string) => Promise<void>; problem: (message: string) => void },
): Promise<EngineInfo> {
  const unsettledUntil = Date.now() + UNSETTLED_MS
  let last = ''
  for (const ms of growingPauses(100, 2000)) {
    const seen = await look(base, droplet.id, signal).catch((error: unknown) => {
      signal.throwIfAborted()
      if (!mayPass(error, Date.now() < unsettledUntil)) throw error
      told.problem(error.message)
      return null
    })
    if (seen?.status === 'error') throw new BerthError('ENGINE_UNAVAILABLE', `${droplet.name}: ${seen.detail}.`)
    if (seen?.info) return seen.info
    if (seen && seen.detail !== last) await told.detail(seen.detail)
    last = seen?.detail ?? last
    await pause(ms, signal)
  }
  throw new Error('unreachable: the pauses have no end')
}

function mayPass(error: unknown, unsettled: boolean): error is BerthError {
  if (!(error instanceof BerthError)) return false
  if (error.code === 'SSH_UNREACHABLE' || error.code === 'ENGINE_UNAVAILABLE') return true
  return unsettled && (error.code === 'SSH_HOST_KEY_MISMATCH' || error.code === 'ENGINE_REJECTED')
}

async function look(base: FleetBase, dropletId: string, signal: AbortSignal) {
  const said = await askStatus(base, dropletId, signal)
  if (said.status !== 'done') return { ...said, info: null }
  return { ...said, info: await (await base.fleet.pool.engine(dropletId)).info({ signal }) }
}

async function askStatus(base: FleetBase, dropletId: string, signal: AbortSignal) {
  const said = await base.fleet.pool.command(dropletId, BOOTSTRAP_STATUS, { signal, deadlineMs: COMMAND_DEADLINE_MS })
  const parsed = bootstrapStatus.safeParse(asJson(said))
  if (!parsed.success) throw new BerthError('SSH_UNREACHABLE', 'The droplet gave no readable answer yet.')
  return parsed.data
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The host key is rotated behind the deployment's back; what fails of it the reconciler repeats. */
export async function activate(base: FleetBase, droplet: Droplet, info: EngineInfo): Promise<Droplet> {
  const active = await recordedTx(systemCtx(base), droplet.userId, async (tx, record) => {
    const [row] = await tx
      .update(droplets)
      .set({
        state: 'active',
        readyAt: new Date(),
        lastSeenAt: new Date(),
        deadlineAt: null,
        engineLacks: info.lacks,
        engineVersion: info.version,
      })
      .where(and(eq(droplets.id, droplet.id), inArray(droplets.state, ['booting', 'active'])))
      .returning()
    if (!row) throw new BerthError('CANCELLED', `${droplet.name} was given up while it was prepared.`)
    await record.audit('droplet.active', `droplet:${row.id}`, { engineVersion: info.version })
    return row
  })
  base.fleet.background.start('host-key-rotation', active.id, () => rotateHostKey(base, active.id))
  return active
}
