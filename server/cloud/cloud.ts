/**
 * DigitalOcean behind Berth's own port (`port.ts`): one instance a cloud account.
 *
 *     createCloud ─▶ caller.call ─▶ pace.turn ─▶ dots-wrapper's call ─▶ createSend (fetch)
 *                      └ retrying (cockatiel)      `modules.droplet.…`      └ CloudFault: status, id, request id
 *
 * Promises: no error, log line or stack holds the token (I6): it lives in one closure of `transport.ts`. Answers are
 * checked by zod where they enter (`answers.ts`), inputs before they leave (`input.ts`). Every listing follows its
 * pages. `createDroplet` leaves one droplet an attempt whatever is lost on the way (I3, `create-droplet.ts`). A call
 * waits for its turn before DigitalOcean's limits are hit (`pace.ts`).
 * Never: reads prices from a table, knows whether the API is DigitalOcean's or the local cloud's, keeps state that a
 * restart would miss.
 *
 * An aborted or timed-out `createDroplet` may still have made a droplet: whoever undoes it searches for the attempt's
 * tag (`listDroplets`, `removeTwins`) for a minute.
 */
import { modules } from 'dots-wrapper'
import { accountInfo, read } from './answers.ts'
import { allPages, createCaller } from './caller.ts'
import { type Clock, systemClock } from './clock.ts'
import { createDroplet, deleteDroplet, listDroplets } from './create-droplet.ts'
import { isGone } from './fault.ts'
import { ensureFirewall } from './firewall.ts'
import { check, firewallId, resourceId } from './input.ts'
import { createPace } from './pace.ts'
import type { CallOptions, Cloud, CloudRegion, CloudSize } from './port.ts'
import { missingScopes } from './scopes.ts'
import { ensureSshKey } from './ssh-key.ts'
import { createSend } from './transport.ts'

/** Sizes and regions change a few times a year, availability a few times a day. */
const CATALOGUE_TTL_MS = 5 * 60_000

export interface CloudOptions {
  /** Without `/v2`, e.g. `https://api.digitalocean.com`. */
  apiUrl: string
  token: string
  clock?: Clock
  random?: () => number
  fetch?: typeof fetch
}

export function createCloud(options: CloudOptions): Cloud {
  const clock = options.clock ?? systemClock
  const pace = createPace(clock)
  const send = createSend({
    apiUrl: options.apiUrl.replace(/\/+$/, ''),
    token: options.token,
    fetch: options.fetch ?? fetch,
    now: clock.now,
    onRateLimit: pace.learn,
  })
  const random = options.random ?? Math.random
  const caller = createCaller({ apiUrl: options.apiUrl, send, pace, clock, random })

  const readSizes = (o: CallOptions): Promise<CloudSize[]> =>
    allPages(
      async (page) => read('sizes', await caller.call((dots) => modules.size.listSizes(dots)(page), o)),
      (page) => page.sizes,
    )
  const readRegions = (o: CallOptions): Promise<CloudRegion[]> =>
    allPages(
      async (page) => read('regions', await caller.call((dots) => modules.region.listRegions(dots)(page), o)),
      (page) => page.regions,
    )

  return {
    account: async (o = {}) => accountInfo(await caller.call((dots) => modules.account.getAccount(dots)(), o)),
    missingScopes: (o = {}) => missingScopes(caller, send, o),
    sizes: kept(readSizes, clock),
    regions: kept(readRegions, clock),
    ensureSshKey: (key, o = {}) => ensureSshKey(caller, key, o),
    ensureFirewall: (firewall, o = {}) => ensureFirewall(caller, firewall, o),
    createDroplet: (input, o = {}) => createDroplet(caller, input, o),
    async getDroplet(id, o = {}) {
      check(resourceId, id)
      const get = caller.call((dots) => modules.droplet.getDroplet(dots)({ droplet_id: id }), o)
      const data = await orGone(get)
      return data === undefined ? null : read('droplet', data).droplet
    },
    listDroplets: ({ tag }, o = {}) => listDroplets(caller, tag, o),
    deleteDroplet: (id, o = {}) => deleteDroplet(caller, id, o),
    async deleteSshKey(id, o = {}) {
      check(resourceId, id)
      await orGone(caller.call((dots) => modules.sshKey.destroySshKey(dots)({ ssh_key_id: id }), o))
    },
    async deleteFirewall(id, o = {}) {
      check(firewallId, id)
      await orGone(caller.call((dots) => modules.firewall.deleteFirewall(dots)({ firewall_id: id }), o))
    },
  }
}

/** undefined for 404. */
async function orGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

/** Keeps a finished answer for a while. Callers that come at once each ask: none may abort another's request. */
function kept<T>(load: (o: CallOptions) => Promise<T>, clock: Clock): (o?: CallOptions) => Promise<T> {
  let latest: { value: T; at: number } | null = null
  return async (o = {}) => {
    if (latest && clock.now() - latest.at < CATALOGUE_TTL_MS) return latest.value
    const at = clock.now()
    const value = await load(o)
    latest = { value, at }
    return value
  }
}
