/**
 * From "a new droplet, please" to one that takes containers:
 *
 *   claimRow (row + reservation) ─▶ create ─▶ waitForAddress ─▶ connect ─▶ waitUntilPrepared ─▶ activate
 *     creating                      booting    new → active      SSH        cloud-init, Docker   active
 *
 * The row stands before the cloud is asked (I1), and each stage looks at it first, so the same call after `kill -9`
 * goes on where the last one ended (I3). `booting` without a provider id means: the request was sent, its answer may
 * be lost. Nothing here undoes; that is `undoProvision`, or the reconciler past the row's deadline (I9).
 */
import { and, eq, inArray, isNull } from 'drizzle-orm'
import { v7 } from 'uuid'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { droplets, reservations } from '#db/schema/fleet.ts'
import type { CloudDroplet } from '#server/cloud/port.ts'
import { BerthError } from '#server/errors.ts'
import { recordedTx } from '#server/tx.ts'
import { accessOf, forgetAccess } from './access.ts'
import { accountOf } from './accounts.ts'
import { activate, waitUntilPrepared } from './bootstrap.ts'
import { accountById, cloudFor } from './cloud-client.ts'
import { generateKeyPair } from './key-pair.ts'
import { attemptTagOf, dropletName, dropletTags } from './names.ts'
import { hold } from './reservations.ts'
import { openHostKey, sealHostKey } from './secrets.ts'
import { type Droplet, type FleetBase, type ProvisionInput, type ProvisionProgress, systemCtx } from './types.ts'
import { DROPLET_IMAGE, userData } from './user-data.ts'
import { growingPauses, pause } from './wait.ts'

/** A basic droplet boots in 30-60 s and installs Docker in about as much; five minutes is a bad day. */
const PROVISION_DEADLINE_MS = 5 * 60_000
/** What a take-over gets at least, however late it comes. */
const RESUME_GRACE_MS = 60_000
/** A droplet that was just created may be missing from reads for a moment. */
const APPEAR_MS = 15_000

/**
 * Makes the droplet of one attempt, or goes on with what the attempt already made. Row and reservation stand in one
 * transaction, so nobody else can take the room that it was bought for.
 * @returns the active row
 * @throws DROPLET_BOOT_TIMEOUT, CLOUD_*, SSH_HOST_KEY_MISMATCH, ENGINE_UNAVAILABLE (cloud-init failed), NO_PLACEMENT
 * (the size is no longer on sale), or the signal's reason
 */
export async function provisionDroplet(base: FleetBase, input: ProvisionInput): Promise<Droplet> {
  const claimed = await claimRow(base, input)
  if (claimed.state === 'active') return claimed
  const deadline = AbortSignal.timeout(Math.max(0, (claimed.deadlineAt?.getTime() ?? 0) - Date.now()))
  const signal = AbortSignal.any([input.signal, deadline])
  let lastSaid = ''
  const say = async (phase: ProvisionProgress['phase'], message: string) => {
    lastSaid = message
    await input.onProgress?.({ phase, message })
  }
  try {
    await say('creating', `Creating ${claimed.name}: ${claimed.size} in ${claimed.region}`)
    const created = claimed.providerId === null ? await create(base, claimed, signal) : claimed
    await say('booting', `${claimed.name} is booting`)
    const addressed = created.publicIp ? created : await waitForAddress(base, created, signal)
    await say('connecting', `Connecting to ${claimed.name}`)
    const info = await waitUntilPrepared(base, addressed, signal, {
      detail: (detail) => say('preparing', `Preparing ${claimed.name}: ${detail}`),
      problem: (message) => {
        lastSaid = message
      },
    })
    const active = await activate(base, addressed, info)
    await say('ready', `${claimed.name} is ready`)
    return active
  } catch (error) {
    if (deadline.aborted && !input.signal.aborted)
      throw new BerthError('DROPLET_BOOT_TIMEOUT', `${claimed.name} did not become ready in time. ${lastSaid}`, {
        cause: error,
      })
    throw error
  }
}

/** The row that this attempt made before, else a new one in state `creating`. */
async function claimRow(base: FleetBase, input: ProvisionInput): Promise<Droplet> {
  const known = await rowOf(base, input)
  if (known) return withTimeLeft(base, known)
  try {
    return await insertRow(base, input)
  } catch (error) {
    // A second call of the same attempt was quicker: its row is this call's too.
    const theirs = error instanceof BerthError && error.code === 'CONFLICT' ? await rowOf(base, input) : undefined
    if (!theirs) throw error
    return theirs
  }
}

async function insertRow(base: FleetBase, input: ProvisionInput): Promise<Droplet> {
  const account = await accountOf(base, input.userId)
  cloudFor(base, account)
  const { sizes } = await base.fleet.clouds.catalogue(account.id, input.signal)
  const size = sizes.find((s) => s.slug === input.size && s.regions.includes(input.region))
  if (!size) throw new BerthError('NO_PLACEMENT', `${input.size} is not on sale in ${input.region} any more.`)
  const id = v7()
  const key = generateKeyPair()
  const { userId, deploymentId, region } = input
  return recordedTx(systemCtx(base), userId, async (tx, record) => {
    // Shared with other creations, exclusive with removing or replacing the account.
    const [live] = await tx.select().from(cloudAccounts).where(eq(cloudAccounts.id, account.id)).for('share')
    if (!live || live.forgottenAt) throw new BerthError('CLOUD_ACCOUNT_MISSING', 'The cloud account was removed.')
    const [row] = await tx
      .insert(droplets)
      .values({
        id,
        userId,
        cloudAccountId: account.id,
        attemptTag: attemptTagOf(id),
        name: dropletName({ dropletId: id, region }),
        state: 'creating',
        region,
        size: size.slug,
        vcpus: size.vcpus,
        memoryBytes: size.memoryBytes,
        diskBytes: size.diskBytes,
        priceMonthlyMicros: size.priceMonthlyMicros,
        priceHourlyMicros: size.priceHourlyMicros,
        createdFor: deploymentId,
        hostKey: key.publicLine,
        hostKeyPendingPrivate: sealHostKey(base, id, key.privateKey),
        deadlineAt: new Date(Date.now() + (input.deadlineMs ?? PROVISION_DEADLINE_MS)),
      })
      .returning()
    if (!row) throw new Error('an inserted row came back empty')
    await hold(tx, row, { ...input, dropletId: id })
    await record.audit('droplet.creating', `droplet:${id}`, {
      deploymentId,
      region,
      size: size.slug,
      priceMonthlyMicros: size.priceMonthlyMicros,
    })
    return row
  })
}

/** A take-over may come late; the reconciler, which reads the same deadline, must let it try. */
async function withTimeLeft(base: FleetBase, droplet: Droplet): Promise<Droplet> {
  const least = new Date(Date.now() + RESUME_GRACE_MS)
  if (droplet.state === 'active' || (droplet.deadlineAt && droplet.deadlineAt > least)) return droplet
  await base.db.update(droplets).set({ deadlineAt: least }).where(stillStarting(droplet.id))
  return { ...droplet, deadlineAt: least }
}

async function rowOf(base: FleetBase, input: ProvisionInput): Promise<Droplet | undefined> {
  const [found] = await base.db
    .select({ droplet: droplets })
    .from(reservations)
    .innerJoin(droplets, eq(droplets.id, reservations.dropletId))
    .where(
      and(
        eq(reservations.deploymentId, input.deploymentId),
        eq(reservations.attempt, input.attempt),
        eq(droplets.createdFor, input.deploymentId),
        inArray(droplets.state, ['creating', 'booting', 'active']),
      ),
    )
  return found?.droplet
}

/** Asks the cloud once an attempt, whatever happened before; see `createDroplet` of server/cloud for lost answers. */
async function create(base: FleetBase, droplet: Droplet, signal: AbortSignal): Promise<Droplet> {
  const account = await accountById(base, droplet.cloudAccountId)
  const cloud = cloudFor(base, account)
  if (!droplet.hostKeyPendingPrivate) throw new Error(`droplet ${droplet.id} has lost its first host key`)
  const hostKeyPrivate = openHostKey(base, droplet.id, droplet.hostKeyPendingPrivate)
  const ask = async (): Promise<CloudDroplet> => {
    const access = await accessOf(base, account.id, signal)
    await base.db.update(droplets).set({ state: 'booting' }).where(stillStarting(droplet.id))
    return cloud.createDroplet(
      {
        name: droplet.name,
        region: droplet.region,
        size: droplet.size,
        image: DROPLET_IMAGE,
        sshKeyIds: [access.sshKeyId],
        tags: dropletTags({
          installationId: base.installationId,
          deploymentId: droplet.createdFor ?? '',
          attemptTag: droplet.attemptTag,
        }),
        attemptTag: droplet.attemptTag,
        // The request of an earlier process may still bear fruit.
        ...(droplet.state === 'booting' && { firstTriedAt: droplet.createdAt }),
        userData: userData({ hostKeyPrivate, hostKeyPublic: droplet.hostKey }),
      },
      { signal },
    )
  }
  const made = await ask().catch(async (error: unknown) => {
    if (!(error instanceof BerthError) || error.code !== 'CLOUD_REJECTED') throw error
    // Someone may have deleted Berth's key in the account: look again, once.
    if (!(await forgetAccess(base, account.id))) throw error
    return ask()
  })
  return recordMade(base, droplet, made)
}

const stillStarting = (dropletId: string) =>
  and(eq(droplets.id, dropletId), inArray(droplets.state, ['creating', 'booting']))

/**
 * The id is kept even when the row was given up meanwhile: whoever deletes it then knows what to delete. Another call
 * of this attempt may have been quicker; what this one made is then a twin, which the reconciler deletes.
 */
async function recordMade(base: FleetBase, droplet: Droplet, made: CloudDroplet): Promise<Droplet> {
  await base.db
    .update(droplets)
    .set({ providerId: made.id, publicIp: made.publicIp, sshPort: made.sshPort, hostKeyPendingPrivate: null })
    .where(and(eq(droplets.id, droplet.id), isNull(droplets.providerId)))
  return wanted(base, droplet)
}

/** The row as it is now. @throws CANCELLED when it was given up */
async function wanted(base: FleetBase, droplet: Droplet): Promise<Droplet> {
  const [row] = await base.db.select().from(droplets).where(eq(droplets.id, droplet.id))
  if (row?.state === 'booting' || row?.state === 'active') return row
  throw new BerthError('CANCELLED', `${droplet.name} was given up while it was made.`)
}

/** `new` → `active` with an address. */
async function waitForAddress(base: FleetBase, droplet: Droplet, signal: AbortSignal): Promise<Droplet> {
  if (droplet.providerId === null) throw new Error(`droplet ${droplet.id} was not created yet`)
  const cloud = cloudFor(base, await accountById(base, droplet.cloudAccountId))
  const missingUntil = Date.now() + APPEAR_MS
  for (const ms of growingPauses(150, 3000)) {
    const seen = await cloud.getDroplet(droplet.providerId, { signal })
    if (!seen && Date.now() > missingUntil)
      throw new BerthError('CLOUD_UNAVAILABLE', `DigitalOcean does not know ${droplet.name} any more.`)
    if (seen?.status === 'active' && seen.publicIp) {
      await base.db
        .update(droplets)
        .set({ publicIp: seen.publicIp, sshPort: seen.sshPort })
        .where(stillStarting(droplet.id))
      return wanted(base, droplet)
    }
    await pause(ms, signal)
  }
  throw new Error('unreachable: the pauses have no end')
}
