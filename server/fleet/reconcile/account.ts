/** One pass over one cloud account: what the cloud has against what the database says (I1, I9). */
import { and, eq, inArray, ne, or } from 'drizzle-orm'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { deployments } from '#db/schema/deployments.ts'
import { droplets, reservations } from '#db/schema/fleet.ts'
import { type DeploymentState, PROGRESSING_STATES } from '#db/schema/states.ts'
import type { CloudDroplet } from '#server/cloud/port.ts'
import { recordedTx } from '#server/tx.ts'
import { type CloudAccount, cloudFor } from '../cloud-client.ts'
import { destroyDroplet, finishDeleting } from '../destroy.ts'
import { markGone } from '../gone.ts'
import { rotateHostKey } from '../host-key.ts'
import { installationTag } from '../names.ts'
import { type Droplet, type FleetBase, systemCtx } from '../types.ts'
import { attemptTagOn, classify } from './classify.ts'
import { checkDroplet, type Failures } from './droplet.ts'
import { forgiveLeftovers } from './leftovers.ts'

/** How long a saga that still runs may overstay its droplet's deadline before the droplet is taken from it. */
const SAGA_GRACE_MS = 10 * 60_000
/** DigitalOcean raises an account's droplet limit on request; placement must hear of it without a new token. */
const ACCOUNT_MAX_AGE_MS = 3_600_000
/** The background rotation right after activation takes about a second; past this it has failed. */
const ROTATION_GRACE_MS = 60_000

export interface PassResult {
  /** Droplets deleted that nobody knew or used. */
  deleted: number
  /** Droplets with this installation's tag that their owner took out of Berth's hands. */
  unmanaged: number
  /** Containers, networks and volumes removed. */
  leftovers: number
  /** What went wrong, one line each; the next pass tries again. */
  problems: string[]
}

export interface Pass {
  now: Date
  signal: AbortSignal
  failures: Failures
}

export async function reconcileAccount(base: FleetBase, account: CloudAccount, pass: Pass): Promise<PassResult> {
  const result: PassResult = { deleted: 0, unmanaged: 0, leftovers: 0, problems: [] }
  const attempt = async (what: string, work: () => Promise<void>) => {
    pass.signal.throwIfAborted()
    try {
      await work()
    } catch (err) {
      base.log.warn({ err, cloudAccount: account.id }, `reconciler: ${what} failed`)
      result.problems.push(`${what}: ${err instanceof Error ? err.message : String(err)}`)
    }
  }

  if (pass.now.getTime() - account.checkedAt.getTime() > ACCOUNT_MAX_AGE_MS)
    await attempt('reading the account', () => refreshAccount(base, account, pass))
  const listed: CloudDroplet[] = []
  let readable = false
  await attempt('listing the account', async () => {
    const tag = installationTag(base.installationId)
    listed.push(...(await cloudFor(base, account).listDroplets({ tag }, { signal: pass.signal })))
    readable = true
  })
  // Read after the listing: a row that is missing now was missing when the droplet was listed.
  const rows = await rowsFor(base, account, listed)
  if (readable) {
    for (const droplet of listed)
      await attempt(`droplet ${droplet.id}`, () => settleListed(base, account, droplet, rows, pass, result))
    const ids = new Set(listed.map((d) => d.id))
    for (const row of rows)
      if (row.providerId !== null && !ids.has(row.providerId) && row.cloudAccountId === account.id)
        await attempt(`${row.name}`, () => settleMissing(base, account, row, pass))
  }
  for (const row of rows.filter((r) => r.cloudAccountId === account.id))
    await attempt(`${row.name}`, () => settleStuck(base, row, pass, result))

  const running = await base.db
    .select()
    .from(droplets)
    .where(and(eq(droplets.cloudAccountId, account.id), inArray(droplets.state, ['active', 'unreachable'])))
  await Promise.all(
    running.map((row) =>
      attempt(`looking at ${row.name}`, async () => {
        result.leftovers += await checkDroplet(base, row, pass)
        const due = pass.now.getTime() - (row.readyAt?.getTime() ?? 0) > ROTATION_GRACE_MS
        if (row.state === 'active' && due && (row.hostKeyRotatedAt === null || row.hostKeyPending !== null))
          await rotateHostKey(base, row.id, pass.signal)
      }),
    ),
  )
  if (result.problems.length === 0)
    await attempt('clearing what was left over', () => forgiveLeftovers(base, account.userId, pass.now))
  return result
}

async function refreshAccount(base: FleetBase, account: CloudAccount, { now, signal }: Pass): Promise<void> {
  const { email, dropletLimit, status } = await cloudFor(base, account).account({ signal })
  await base.db
    .update(cloudAccounts)
    .set({ email, dropletLimit, status, checkedAt: now })
    .where(eq(cloudAccounts.id, account.id))
}

function rowsFor(base: FleetBase, account: CloudAccount, listed: CloudDroplet[]): Promise<Droplet[]> {
  const tags = listed.map(attemptTagOn).filter((tag) => tag !== undefined)
  const live = and(eq(droplets.cloudAccountId, account.id), ne(droplets.state, 'deleted'))
  // By tag whoever owns the row: two users may share one DigitalOcean team.
  return base.db
    .select()
    .from(droplets)
    .where(tags.length > 0 ? or(live, inArray(droplets.attemptTag, tags)) : live)
}

async function settleListed(
  base: FleetBase,
  account: CloudAccount,
  listed: CloudDroplet,
  rows: Droplet[],
  pass: Pass,
  result: PassResult,
): Promise<void> {
  const tag = attemptTagOn(listed)
  const row = rows.find((r) => r.attemptTag === tag)
  const { installationId } = base
  const verdict = classify({ listed, row, accountId: account.id, installationId, now: pass.now })
  if (verdict === 'unmanaged') result.unmanaged++
  if (verdict !== 'twin' && verdict !== 'unknown') return
  await cloudFor(base, account).deleteDroplet(listed.id, { signal: pass.signal })
  result.deleted++
  await recordedTx(systemCtx(base), account.userId, (_, record) =>
    record.audit(`droplet.${verdict}-deleted`, `droplet:${row?.id ?? 'none'}`, {
      providerId: listed.id,
      name: listed.name,
    }),
  )
}

/** Not in the listing: asked for by id before anything is believed, and believed only the second time. */
async function settleMissing(base: FleetBase, account: CloudAccount, row: Droplet, pass: Pass): Promise<void> {
  if (row.state !== 'active' && row.state !== 'unreachable') return
  const seen = await cloudFor(base, account).getDroplet(row.providerId ?? 0, { signal: pass.signal })
  if (seen) return
  await recordedTx(systemCtx(base), row.userId, async (tx, record) => {
    const [current] = await tx.select().from(droplets).where(eq(droplets.id, row.id)).for('update')
    if (current?.state === 'unreachable') await markGone(tx, record, current, 'vanished')
    else if (current?.state === 'active')
      await tx.update(droplets).set({ state: 'unreachable' }).where(eq(droplets.id, row.id))
    await record.audit('droplet.missing', `droplet:${row.id}`, { providerId: row.providerId })
  })
  base.fleet.pool.forget(row.id)
}

async function settleStuck(base: FleetBase, row: Droplet, pass: Pass, result: PassResult): Promise<void> {
  const { signal, now } = pass
  const overdueMs = now.getTime() - (row.deadlineAt?.getTime() ?? row.createdAt.getTime())
  if (row.state === 'deleting') {
    if (overdueMs < 0) return
    await finishDeleting(base, row, signal)
    result.deleted++
  } else if (row.state === 'creating' || row.state === 'booting') {
    if (overdueMs < 0 || (overdueMs < SAGA_GRACE_MS && (await ownerState(base, row)).progressing)) return
    await destroyDroplet(base, row.id, { reason: 'its creation was never finished', signal })
    result.deleted++
  } else if (row.state === 'active' && row.createdFor !== null) {
    const used = await base.db.$count(reservations, eq(reservations.dropletId, row.id))
    if (used > 0 || !(await ownerState(base, row)).undone) return
    const reason = 'its deployment was undone'
    if (await destroyDroplet(base, row.id, { reason, onlyUnused: true, signal })) result.deleted++
  }
}

const UNDONE: DeploymentState[] = ['failed', 'cancelled', 'deleted']

/** How the deployment stands that a droplet was created for; a missing one is undone. */
async function ownerState(base: FleetBase, row: Droplet): Promise<{ progressing: boolean; undone: boolean }> {
  if (row.createdFor === null) return { progressing: false, undone: false }
  const [owner] = await base.db
    .select({ state: deployments.state })
    .from(deployments)
    .where(eq(deployments.id, row.createdFor))
  const states: readonly DeploymentState[] = PROGRESSING_STATES
  return {
    progressing: owner !== undefined && states.includes(owner.state),
    undone: owner === undefined || UNDONE.includes(owner.state),
  }
}
