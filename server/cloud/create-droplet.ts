/**
 * Exactly one droplet an attempt (I3), although DigitalOcean has no idempotency key:
 *
 *     search by attempt tag ─found─────────────────────────────▶ keepOldest
 *       └─none─▶ POST ─answer─▶ the droplet
 *                  └─lost─▶ search for 60 s ─found─▶ keepOldest
 *                             └─none─▶ POST again (twice at most), then search once for the first's late twin
 *
 * A twin that shows up after all this is `removeTwins`' work, which the reconciler calls with the droplet it knows.
 */
import { modules } from 'dots-wrapper'
import { BerthError } from '#server/errors.ts'
import { accountInfo, read } from './answers.ts'
import { allPages, type Caller } from './caller.ts'
import { faultOf, isAmbiguous } from './fault.ts'
import { check, createDropletInput, resourceId, tag } from './input.ts'
import type { CallOptions, Cloud, CloudDroplet, CreateDroplet } from './port.ts'

/** How long a droplet whose answer was lost may take to show up in a listing. */
const LOST_ANSWER_WINDOW_MS = 60_000
/** Most show up at once; for those that don't a listing every two seconds is cheap. */
const SEARCH_FIRST_MS = 250
const SEARCH_EVERY_MS = 2_000
const CREATE_TRIES_MAX = 3
const POST_DEADLINE_MS = 60_000

export async function createDroplet(caller: Caller, input: CreateDroplet, o: CallOptions): Promise<CloudDroplet> {
  const wanted = check(createDropletInput, input)
  const { now } = caller.clock
  const known = wanted.firstTriedAt
    ? await search(caller, wanted.attemptTag, wanted.firstTriedAt.getTime() + LOST_ANSWER_WINDOW_MS, o)
    : await listDroplets(caller, wanted.attemptTag, o)
  if (known.length > 0) return keepOldest(caller, known, o)
  for (let attempt = 1; ; attempt++) {
    try {
      const created = await post(caller, wanted, o)
      if (attempt === 1) return created
      // A second droplet may stand beside it; the one that came first stays.
      return await keepOldest(caller, [created, ...(await listDroplets(caller, wanted.attemptTag, o))], o)
    } catch (error) {
      if (!isAmbiguous(error)) throw await explainLimit(caller, error, o)
      const late = await search(caller, wanted.attemptTag, now() + LOST_ANSWER_WINDOW_MS, o)
      if (late.length > 0) return keepOldest(caller, late, o)
      if (attempt === CREATE_TRIES_MAX) throw error
    }
  }
}

export async function listDroplets(caller: Caller, tagName: string, o: CallOptions): Promise<CloudDroplet[]> {
  check(tag, tagName)
  return allPages(
    async (page) =>
      read(
        'droplets',
        await caller.call((dots) => modules.droplet.listDroplets(dots)({ ...page, tag_name: tagName }), o),
      ),
    (page) => page.droplets,
  )
}

export async function deleteDroplet(caller: Caller, id: number, o: CallOptions): Promise<void> {
  check(resourceId, id)
  try {
    await caller.call((dots) => modules.droplet.deleteDroplet(dots)({ droplet_id: id }), o)
  } catch (error) {
    if (faultOf(error)?.status !== 404) throw error
  }
}

/**
 * For the reconciler: deletes every droplet of an attempt but the one that the database knows. Without `keepId` the
 * oldest is kept.
 * @returns the ids that were deleted
 */
export async function removeTwins(
  cloud: Pick<Cloud, 'listDroplets' | 'deleteDroplet'>,
  attempt: { attemptTag: string; keepId?: number },
  o: CallOptions = {},
): Promise<number[]> {
  const found = await cloud.listDroplets({ tag: attempt.attemptTag }, o)
  const keep = found.find((d) => d.id === attempt.keepId) ?? (attempt.keepId === undefined ? oldest(found) : undefined)
  // The known droplet is not listed: nothing may be called a twin of what is not there.
  if (!keep) return []
  const twins = found.filter((d) => d.id !== keep.id)
  for (const twin of twins) await cloud.deleteDroplet(twin.id, o)
  return twins.map((d) => d.id)
}

function oldest(droplets: CloudDroplet[]): CloudDroplet | undefined {
  return droplets.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || a.id - b.id)[0]
}

async function keepOldest(caller: Caller, found: CloudDroplet[], o: CallOptions): Promise<CloudDroplet> {
  const keep = oldest(found)
  if (!keep) throw new BerthError('CLOUD_UNAVAILABLE', 'DigitalOcean lost the new droplet.')
  for (const id of new Set(found.map((d) => d.id))) {
    if (id === keep.id) continue
    // One that can't be deleted now is deleted by the reconciler; the droplet that is kept matters more.
    await deleteDroplet(caller, id, o).catch(() => undefined)
  }
  return keep
}

/**
 * Until something shows up or `untilMs` is over.
 * @throws the listing's error when none succeeded after `untilMs`: then a second POST could make a second droplet
 */
async function search(caller: Caller, tagName: string, untilMs: number, o: CallOptions): Promise<CloudDroplet[]> {
  const { now, sleep } = caller.clock
  for (let waitMs = SEARCH_FIRST_MS; ; waitMs = Math.min(SEARCH_EVERY_MS, waitMs * 2)) {
    const last = now() >= untilMs
    try {
      const found = await listDroplets(caller, tagName, o)
      if (found.length > 0 || last) return found
    } catch (error) {
      if (last || !(error instanceof BerthError) || !error.retryable) throw error
    }
    await sleep(Math.min(waitMs, Math.max(0, untilMs - now())), o.signal)
  }
}

async function post(caller: Caller, input: CreateDroplet, o: CallOptions): Promise<CloudDroplet> {
  const data = await caller.call(
    (dots) =>
      modules.droplet.createDroplet(dots)({
        name: input.name,
        region: input.region,
        size: input.size,
        image: input.image,
        ssh_keys: input.sshKeyIds,
        tags: input.tags,
        user_data: input.userData,
        backups: false,
        ipv6: false,
        monitoring: false,
        with_droplet_agent: false,
      }),
    { ...o, deadlineMs: POST_DEADLINE_MS, repeatable: false },
  )
  return read('droplet', data).droplet
}

/** DigitalOcean has no name of its own for "too many droplets", so the account is asked. */
async function explainLimit(caller: Caller, error: unknown, o: CallOptions): Promise<unknown> {
  if (faultOf(error)?.status !== 422) return error
  try {
    const [account, droplets] = await Promise.all([
      caller.call((dots) => modules.account.getAccount(dots)(), o).then(accountInfo),
      caller
        .call((dots) => modules.droplet.listDroplets(dots)({ page: 1, per_page: 1 }), o)
        .then((data) => read('droplets', data)),
    ])
    const count = droplets.meta?.total ?? 0
    if (count < account.dropletLimit) return error
    return new BerthError('CLOUD_LIMIT', `This account may have ${account.dropletLimit} droplets and has ${count}.`, {
      cause: error,
    })
  } catch {
    return error
  }
}
