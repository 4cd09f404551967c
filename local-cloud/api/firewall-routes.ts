/** Firewalls: kept and shown; the local network of a droplet is its driver's matter. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { newUuid } from './cloud.ts'
import { badRequest, notFound, unprocessable } from './error.ts'
import { type FirewallRecord, type InboundRule, type OutboundRule, seconds } from './records.ts'
import { type Call, page, parse, type Route, route } from './router.ts'
import { firewallView } from './views.ts'

const target = z.object({
  addresses: z.array(z.string().refine(isAddress, 'is not an IP address or CIDR')).optional(),
  droplet_ids: z.array(z.int()).optional(),
  load_balancer_uids: z.array(z.string()).optional(),
  kubernetes_ids: z.array(z.string()).optional(),
  tags: z.array(z.string()).optional(),
})
const ruleBase = {
  protocol: z.enum(['tcp', 'udp', 'icmp']),
  ports: z
    .string()
    .refine(isPorts, 'must be a port, a range, or "all"')
    .default('0')
    // DigitalOcean shows "all" as "0".
    .transform((ports) => (ports === 'all' ? '0' : ports)),
}
const inbound = z.object({ ...ruleBase, sources: target })
const outbound = z.object({ ...ruleBase, destinations: target })
const rulesBody = z.object({ inbound_rules: z.array(inbound).nullish(), outbound_rules: z.array(outbound).nullish() })
const firewallBody = rulesBody.extend({
  name: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9.-]+$/, 'must contain alphanumeric characters, dashes, and periods only'),
  droplet_ids: z.array(z.int()).nullish(),
  tags: z.array(z.string()).nullish(),
})
const dropletsBody = z.object({ droplet_ids: z.array(z.int()) })
const tagsBody = z.object({ tags: z.array(z.string()) })

export const firewallRoutes: Route[] = [
  route('GET', '/v2/firewalls', 'firewall:read', (call) =>
    page(call, 'firewalls', call.account.firewalls.map(firewallView)),
  ),
  route('POST', '/v2/firewalls', 'firewall:create', (call) => {
    const firewall = { id: newUuid(), createdAt: seconds(new Date()), ...fields(call) }
    call.account.firewalls.push(firewall)
    call.cloud.store.save(call.account)
    return { status: 202, body: { firewall: firewallView(firewall) } }
  }),
  route('GET', '/v2/firewalls/*', 'firewall:read', (call) => ({
    status: 200,
    body: { firewall: firewallView(ownFirewall(call)) },
  })),
  route('PUT', '/v2/firewalls/*', 'firewall:update', (call) => {
    const firewall = ownFirewall(call)
    Object.assign(firewall, fields(call, firewall))
    call.cloud.store.save(call.account)
    return { status: 200, body: { firewall: firewallView(firewall) } }
  }),
  route('DELETE', '/v2/firewalls/*', 'firewall:delete', (call) => {
    const firewall = ownFirewall(call)
    call.account.firewalls = call.account.firewalls.filter((other) => other !== firewall)
    call.cloud.store.save(call.account)
    return { status: 204 }
  }),
  change('POST', 'droplets', (firewall, call) => {
    const { droplet_ids } = parse(dropletsBody, call.body)
    checkDroplets(call, droplet_ids)
    firewall.dropletIds = [...new Set([...firewall.dropletIds, ...droplet_ids])]
  }),
  change('DELETE', 'droplets', (firewall, call) => {
    const { droplet_ids } = parse(dropletsBody, call.body)
    firewall.dropletIds = firewall.dropletIds.filter((id) => !droplet_ids.includes(id))
  }),
  change('POST', 'tags', (firewall, call) => {
    const { tags } = parse(tagsBody, call.body)
    checkTags(call, tags)
    firewall.tags = [...new Set([...firewall.tags, ...tags])]
  }),
  change('DELETE', 'tags', (firewall, call) => {
    const { tags } = parse(tagsBody, call.body)
    firewall.tags = firewall.tags.filter((tag) => !tags.includes(tag))
  }),
  change('POST', 'rules', (firewall, call) => {
    const rules = rulesOf(call)
    firewall.inbound.push(...rules.inbound)
    firewall.outbound.push(...rules.outbound)
  }),
  change('DELETE', 'rules', (firewall, call) => {
    const rules = rulesOf(call)
    const without = <T>(all: T[], gone: T[]) => all.filter((rule) => !gone.some((other) => sameRule(rule, other)))
    firewall.inbound = without(firewall.inbound, rules.inbound)
    firewall.outbound = without(firewall.outbound, rules.outbound)
  }),
]

function change(method: string, what: string, apply: (firewall: FirewallRecord, call: Call) => void): Route {
  return route(method, `/v2/firewalls/*/${what}`, 'firewall:update', (call) => {
    apply(ownFirewall(call), call)
    call.cloud.store.save(call.account)
    return { status: 204 }
  })
}

function ownFirewall({ account, params }: Call): FirewallRecord {
  const firewall = account.firewalls.find((other) => other.id === params[0])
  if (!firewall) throw notFound()
  return firewall
}

/** @throws ApiError 400, 409, 422 */
function fields(call: Call, replaced?: FirewallRecord) {
  const body = parse(firewallBody, call.body)
  const rules = rulesOf(call)
  if (call.account.firewalls.some((other) => other.name === body.name && other !== replaced))
    throw unprocessable('duplicate name')
  checkDroplets(call, body.droplet_ids ?? [])
  checkTags(call, body.tags ?? [])
  return { name: body.name, ...rules, dropletIds: body.droplet_ids ?? [], tags: body.tags ?? [] }
}

function rulesOf(call: Call): { inbound: InboundRule[]; outbound: OutboundRule[] } {
  const body = parse(rulesBody, call.body)
  const rules = { inbound: body.inbound_rules ?? [], outbound: body.outbound_rules ?? [] }
  if (rules.inbound.length + rules.outbound.length === 0) throw badRequest('must specify at least one rule')
  return rules
}

function checkDroplets({ cloud, account }: Call, ids: number[]): void {
  const known = cloud.visible(account)
  const unknown = ids.find((id) => !known.some((droplet) => droplet.id === id))
  if (unknown !== undefined) throw unprocessable(`droplet ${unknown} was not found`)
}

/** A firewall may only name tags that exist. */
function checkTags({ account }: Call, tags: string[]): void {
  const unknown = tags.find((tag) => !account.tags.includes(tag))
  if (unknown !== undefined) throw unprocessable(`tag ${unknown} was not found`)
}

function sameRule(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function isAddress(text: string): boolean {
  const [ip = '', bits, rest] = text.split('/')
  const version = isIP(ip)
  if (version === 0 || rest !== undefined) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
}

function isPorts(text: string): boolean {
  if (text === 'all' || text === '0') return true
  const ports = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  if (!ports) return false
  const first = Number(ports[1])
  const last = Number(ports[2] ?? ports[1])
  return first >= 1 && first <= last && last <= 65_535
}
