/** What an account of the local cloud owns, as it is stored. Times are ISO 8601, UTC. */
import type { DropletAddress } from '#local-cloud/driver.ts'

export interface KeyRecord {
  id: number
  name: string
  publicKey: string
  fingerprint: string
}

export interface DropletRecord {
  id: number
  name: string
  status: 'new' | 'active' | 'off'
  /** An event is under way. */
  locked: boolean
  region: string
  size: string
  /** The disk grows only by a resize that says so; memory and vcpus follow the size. */
  diskGiB: number
  imageId: number
  tags: string[]
  features: string[]
  createdAt: string
  vpcUuid: string
  userData: string
  /** Public key lines that were named at create. */
  authorizedKeys: string[]
  address: DropletAddress | null
  /** Not shown before this moment (fault `lost-create`); epoch milliseconds. */
  hiddenUntilMs: number
  /** Never leaves `new` (fault `stuck-new`). */
  stuck: boolean
}

export interface ActionRecord {
  id: number
  type: string
  status: 'in-progress' | 'completed' | 'errored'
  startedAt: string
  completedAt: string | null
  dropletId: number
  region: string
}

export interface RuleTarget {
  addresses?: string[]
  droplet_ids?: number[]
  load_balancer_uids?: string[]
  kubernetes_ids?: string[]
  tags?: string[]
}

export interface InboundRule {
  protocol: 'tcp' | 'udp' | 'icmp'
  ports: string
  sources: RuleTarget
}

export interface OutboundRule {
  protocol: 'tcp' | 'udp' | 'icmp'
  ports: string
  destinations: RuleTarget
}

export interface FirewallRecord {
  id: string
  name: string
  createdAt: string
  inbound: InboundRule[]
  outbound: OutboundRule[]
  dropletIds: number[]
  tags: string[]
}

export interface VpcRecord {
  id: string
  name: string
  description: string
  region: string
  ipRange: string
  default: boolean
  createdAt: string
}

export interface AccountRecord {
  /** Hash of the token; the token itself is never written down. */
  id: string
  uuid: string
  dropletLimit: number
  keys: KeyRecord[]
  droplets: DropletRecord[]
  actions: ActionRecord[]
  /** Tags stay when the last resource goes. */
  tags: string[]
  firewalls: FirewallRecord[]
  vpcs: VpcRecord[]
  /** Costs of droplets that are gone, by month (`2026-11`), US dollars. */
  billed: Record<string, number>
}

/** DigitalOcean shows whole seconds. */
export function seconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}
