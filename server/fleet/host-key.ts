/**
 * Host keys without trust on first use. Berth makes the first pair and gives it through cloud-init; since user data
 * can be read from inside the droplet, a second pair replaces it as soon as the droplet is active:
 *
 *   pending stored ─▶ host-key-add (private half over stdin) ─▶ a new connection proves pending
 *                  ─▶ promoted: only it is accepted           ─▶ host-key-finish removes the first
 *
 * Until promotion either key is accepted, and both halves of the pending one are in the database, so an end at any
 * point can be taken up again by `rotateHostKey`.
 */
import { and, eq } from 'drizzle-orm'
import { droplets } from '#db/schema/fleet.ts'
import { HOST_KEY_ADD, HOST_KEY_FINISH } from '#server/engine/remote-commands.ts'
import { BerthError } from '#server/errors.ts'
import { housekeepingTx, recordedTx } from '#server/tx.ts'
import { generateKeyPair } from './key-pair.ts'
import { openHostKey, sealHostKey } from './secrets.ts'
import { type FleetBase, systemCtx } from './types.ts'
import { pause } from './wait.ts'

const COMMAND_DEADLINE_MS = 20_000
/** While sshd re-reads its configuration, a connection still shows the old key, or is refused for a moment. */
const PROOF_TRIES = 10
const PROOF_PAUSE_MS = 200

const withoutComment = (line: string): string => line.trim().split(/\s+/).slice(0, 2).join(' ')

/** Takes the rotation of one droplet to its end from wherever it stands. Done already is success. */
export async function rotateHostKey(base: FleetBase, dropletId: string, signal?: AbortSignal): Promise<void> {
  const droplet = await withPending(base, dropletId)
  if (!droplet) return
  const { pool } = base.fleet
  const options = { signal, deadlineMs: COMMAND_DEADLINE_MS }
  // The same key again changes nothing on the droplet, so a resumed rotation simply begins here.
  await pool.command(dropletId, HOST_KEY_ADD, { ...options, input: droplet.privateKey })
  if (!(await proves(base, dropletId, droplet.pending, signal)))
    throw new BerthError('SSH_HOST_KEY_MISMATCH', 'The droplet does not show the host key it was given.')
  await promote(base, dropletId, droplet.pending)
  await pool.command(dropletId, HOST_KEY_FINISH, options)
  await recordedTx(systemCtx(base), droplet.userId, async (tx, record) => {
    await tx.update(droplets).set({ hostKeyRotatedAt: new Date() }).where(eq(droplets.id, dropletId))
    await record.audit('droplet.host-key-rotated', `droplet:${dropletId}`)
  })
}

interface Pending {
  userId: string
  pending: string
  privateKey: string
}

/** The pending pair as stored, or a new one stored now; null when there is nothing to rotate. */
function withPending(base: FleetBase, dropletId: string): Promise<Pending | null> {
  return housekeepingTx(base.db, async (tx) => {
    const [row] = await tx.select().from(droplets).where(eq(droplets.id, dropletId)).for('update')
    if (row?.state !== 'active') return null
    const { userId } = row
    if (row.hostKeyPending && row.hostKeyPendingPrivate)
      return {
        userId,
        pending: row.hostKeyPending,
        privateKey: openHostKey(base, dropletId, row.hostKeyPendingPrivate),
      }
    if (row.hostKeyRotatedAt) return null
    const { publicLine, privateKey } = generateKeyPair()
    await tx
      .update(droplets)
      .set({ hostKeyPending: publicLine, hostKeyPendingPrivate: sealHostKey(base, dropletId, privateKey) })
      .where(eq(droplets.id, dropletId))
    return { userId, pending: publicLine, privateKey }
  })
}

async function proves(base: FleetBase, dropletId: string, publicLine: string, signal?: AbortSignal): Promise<boolean> {
  for (let n = 1; ; n++) {
    const last = n === PROOF_TRIES
    const shown = await base.fleet.pool
      .probeHostKey(dropletId, { signal, deadlineMs: COMMAND_DEADLINE_MS })
      .catch((error: unknown) => {
        if (last || !(error instanceof BerthError) || error.code !== 'SSH_UNREACHABLE') throw error
        return ''
      })
    if (withoutComment(shown) === publicLine) return true
    if (last) return false
    await pause(PROOF_PAUSE_MS, signal)
  }
}

/** From here on the first key is refused. Conditional, so that of two that rotate at once one changes nothing. */
const promote = (base: FleetBase, dropletId: string, publicLine: string) =>
  base.db
    .update(droplets)
    .set({ hostKey: publicLine, hostKeyPending: null, hostKeyPendingPrivate: null })
    .where(and(eq(droplets.id, dropletId), eq(droplets.hostKeyPending, publicLine)))
