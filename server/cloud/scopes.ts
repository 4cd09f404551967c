/**
 * Which scopes a token lacks. DigitalOcean tells no token its scopes, but checks them before anything else and
 * answers 403 `{"id":"Forbidden"}`. So each is tried with a request that can make or remove nothing: reads of one item, a creation
 * without its required fields (422), a change of an id that can't exist (404). Whatever is not 403 means "allowed".
 * @see https://docs.digitalocean.com/reference/api/scopes/
 */

import type { Caller } from './caller.ts'
import { CloudFault, faultOf } from './fault.ts'
import type { CallOptions } from './port.ts'
import type { Send } from './transport.ts'

interface Probe {
  scope: string
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  body?: Record<string, never>
}

const ONE = '?per_page=1'
/** DigitalOcean counts ids from 1 and makes its UUIDs at random. */
const NO_ID = 0
const NO_UUID = '00000000-0000-0000-0000-000000000000'

export const SCOPE_PROBES: readonly Probe[] = [
  { scope: 'account:read', method: 'GET', path: '/account' },
  { scope: 'regions:read', method: 'GET', path: `/regions${ONE}` },
  { scope: 'sizes:read', method: 'GET', path: `/sizes${ONE}` },
  { scope: 'image:read', method: 'GET', path: `/images${ONE}` },
  { scope: 'droplet:read', method: 'GET', path: `/droplets${ONE}` },
  { scope: 'droplet:create', method: 'POST', path: '/droplets', body: {} },
  { scope: 'droplet:delete', method: 'DELETE', path: `/droplets/${NO_ID}` },
  { scope: 'ssh_key:read', method: 'GET', path: `/account/keys${ONE}` },
  { scope: 'ssh_key:create', method: 'POST', path: '/account/keys', body: {} },
  { scope: 'ssh_key:delete', method: 'DELETE', path: `/account/keys/${NO_ID}` },
  { scope: 'tag:read', method: 'GET', path: `/tags${ONE}` },
  { scope: 'tag:create', method: 'POST', path: '/tags', body: {} },
  { scope: 'firewall:read', method: 'GET', path: `/firewalls${ONE}` },
  { scope: 'firewall:create', method: 'POST', path: '/firewalls', body: {} },
  { scope: 'firewall:update', method: 'PUT', path: `/firewalls/${NO_UUID}`, body: {} },
  { scope: 'firewall:delete', method: 'DELETE', path: `/firewalls/${NO_UUID}` },
]

/** @throws BerthError CLOUD_TOKEN_INVALID, CLOUD_UNAVAILABLE, CLOUD_RATE_LIMITED: then nothing is known */
export async function missingScopes(caller: Caller, send: Send, o: CallOptions): Promise<string[]> {
  const lacking = await Promise.all(
    SCOPE_PROBES.map(async (probe) => {
      try {
        await caller.call(() => send(probe, o.signal), o)
        return null
      } catch (error) {
        const fault = faultOf(error)
        if (!(fault instanceof CloudFault) || fault.kind !== 'answered') throw error
        if (fault.status === 403) return probe.scope
        if (fault.status === 401 || fault.status === 429 || (fault.status ?? 0) >= 500) throw error
        return null
      }
    }),
  )
  return lacking.filter((scope) => scope !== null)
}
