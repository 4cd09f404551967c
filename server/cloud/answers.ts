/** DigitalOcean's answers, checked where they enter. Only what Berth uses is named; the rest is dropped. */
import { z } from 'zod'
import { malformed } from './fault.ts'
import type { CloudAccountInfo, CloudDroplet, CloudRegion, CloudSize } from './port.ts'

const MIB = 2 ** 20
const GIB = 2 ** 30
const MICROS = 1_000_000
/** How a droplet says that its sshd does not listen on 22. */
const SSH_PORT_TAG = /^ssh-port:([1-9]\d{0,4})$/

const account = z.object({
  account: z.object({
    uuid: z.string(),
    email: z.string(),
    status: z.enum(['active', 'warning', 'locked']),
    droplet_limit: z.int().min(0).default(0),
  }),
})

const size = z
  .object({
    slug: z.string(),
    vcpus: z.int().positive(),
    memory: z.int().positive(),
    disk: z.int().min(0),
    price_monthly: z.number().min(0),
    price_hourly: z.number().min(0),
    regions: z.array(z.string()),
    available: z.boolean(),
    description: z.string().default(''),
  })
  .transform(
    (s): CloudSize => ({
      slug: s.slug,
      vcpus: s.vcpus,
      memoryBytes: s.memory * MIB,
      diskBytes: s.disk * GIB,
      priceMonthlyMicros: Math.round(s.price_monthly * MICROS),
      priceHourlyMicros: Math.round(s.price_hourly * MICROS),
      regions: s.regions,
      available: s.available,
      description: s.description,
    }),
  )

const region = z
  .object({ slug: z.string(), name: z.string(), available: z.boolean(), sizes: z.array(z.string()).default([]) })
  .transform((r): CloudRegion => r)

const droplet = z
  .object({
    id: z.int().positive(),
    name: z.string(),
    status: z.enum(['new', 'active', 'off', 'archive']),
    created_at: z.iso.datetime({ offset: true }),
    region: z.object({ slug: z.string() }),
    size_slug: z.string(),
    tags: z.array(z.string()).default([]),
    networks: z
      .object({ v4: z.array(z.object({ ip_address: z.string(), type: z.string() })).default([]) })
      .default({ v4: [] }),
  })
  .transform(
    (d): CloudDroplet => ({
      id: d.id,
      name: d.name,
      status: d.status,
      region: d.region.slug,
      size: d.size_slug,
      tags: d.tags,
      publicIp: d.networks.v4.find((n) => n.type === 'public')?.ip_address ?? null,
      sshPort: sshPort(d.tags),
      createdAt: new Date(d.created_at),
    }),
  )

const sshKey = z.object({ id: z.int().positive(), name: z.string(), public_key: z.string() })

const firewallRule = z.object({ protocol: z.string(), ports: z.string().default('0') })
const addresses = z.object({ addresses: z.array(z.string()).nullish() }).nullish()
const firewall = z.object({
  id: z.string(),
  name: z.string(),
  tags: z
    .array(z.string())
    .nullish()
    .transform((t) => t ?? []),
  inbound_rules: z.array(firewallRule.extend({ sources: addresses })).nullish(),
  outbound_rules: z.array(firewallRule.extend({ destinations: addresses })).nullish(),
})
export type FirewallAnswer = z.infer<typeof firewall>

const page = z.object({
  links: z.object({ pages: z.object({ next: z.string().optional() }).optional() }).nullish(),
  meta: z.object({ total: z.int() }).optional(),
})

const shapes = {
  account,
  droplet: z.object({ droplet }),
  droplets: page.extend({ droplets: z.array(droplet) }),
  sizes: page.extend({ sizes: z.array(size) }),
  regions: page.extend({ regions: z.array(region) }),
  sshKey: z.object({ ssh_key: sshKey }),
  sshKeys: page.extend({ ssh_keys: z.array(sshKey) }),
  firewall: z.object({ firewall }),
  firewalls: page.extend({
    firewalls: z
      .array(firewall)
      .nullish()
      .transform((f) => f ?? []),
  }),
}
type Shapes = typeof shapes

/** @throws BerthError CLOUD_UNAVAILABLE naming the fields, never their values: an answer may hold user data */
export function read<K extends keyof Shapes>(what: K, data: unknown): z.infer<Shapes[K]> {
  const parsed = shapes[what].safeParse(data)
  if (parsed.success) return parsed.data as z.infer<Shapes[K]>
  throw malformed(what, parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.code}`).join(', '))
}

export function accountInfo(data: unknown): CloudAccountInfo {
  const { account: a } = read('account', data)
  return { uuid: a.uuid, email: a.email, status: a.status, dropletLimit: a.droplet_limit }
}

function sshPort(tags: string[]): number {
  for (const tag of tags) {
    const port = Number(SSH_PORT_TAG.exec(tag)?.[1])
    if (port >= 1 && port <= 65_535) return port
  }
  return 22
}
