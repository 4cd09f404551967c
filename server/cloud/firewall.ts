/** The one firewall an installation has: SSH in, everything out, on every droplet that carries its tag. */
import { modules } from 'dots-wrapper'
import { type FirewallAnswer, read } from './answers.ts'
import { allPages, type Caller } from './caller.ts'
import { faultOf } from './fault.ts'
import { check, firewallInput } from './input.ts'
import type { CallOptions } from './port.ts'

const EVERYWHERE = { addresses: ['0.0.0.0/0', '::/0'] }
const INBOUND = [{ protocol: 'tcp', ports: '22', sources: EVERYWHERE }]
/** `0` means every port. */
const OUTBOUND = ['tcp', 'udp', 'icmp'].map((protocol) => ({ protocol, ports: '0', destinations: EVERYWHERE }))

export async function ensureFirewall(
  caller: Caller,
  input: { name: string; tag: string },
  o: CallOptions,
): Promise<string> {
  const { name, tag } = check(firewallInput, input)
  const wanted = { name, tags: [tag], inbound_rules: INBOUND, outbound_rules: OUTBOUND }
  const found = await find(caller, name, o)
  if (found) return keepClosed(caller, found, wanted, o)
  // A firewall takes only tags that exist; creating one that does is success.
  await caller.call((dots) => modules.tag.createTag(dots)({ name: tag }), o)
  try {
    const data = await caller.call((dots) => modules.firewall.createFirewall(dots)(wanted), o)
    return read('firewall', data).firewall.id
  } catch (error) {
    // Made meanwhile: by another call, or by this one whose answer was lost.
    const status = faultOf(error)?.status
    const made = status === 409 || status === 422 ? await find(caller, name, o) : undefined
    if (made) return keepClosed(caller, made, wanted, o)
    throw error
  }
}

async function find(caller: Caller, name: string, o: CallOptions): Promise<FirewallAnswer | undefined> {
  const all = await allPages(
    async (page) => read('firewalls', await caller.call((dots) => modules.firewall.listFirewalls(dots)(page), o)),
    (page) => page.firewalls,
  )
  return all.find((f) => f.name === name)
}

/** Puts it back when someone opened a port or took the tag off. */
async function keepClosed(
  caller: Caller,
  found: FirewallAnswer,
  wanted: Parameters<ReturnType<typeof modules.firewall.createFirewall>>[0],
  o: CallOptions,
): Promise<string> {
  const inbound = found.inbound_rules ?? []
  const onlySsh = inbound.length === 1 && inbound[0]?.protocol === 'tcp' && inbound[0].ports === '22'
  const tagged = wanted.tags?.every((tag) => found.tags.includes(tag)) ?? true
  if (onlySsh && tagged) return found.id
  for (const name of wanted.tags ?? []) await caller.call((dots) => modules.tag.createTag(dots)({ name }), o)
  await caller.call((dots) => modules.firewall.updateFirewall(dots)({ ...wanted, id: found.id }), o)
  return found.id
}
