/** Records as DigitalOcean shows them. */

import { monthToDate } from './billing.ts'
import { imageOf, regionOf, sizeOf } from './catalog.ts'
import type { Cloud } from './cloud.ts'
import type { AccountRecord, ActionRecord, DropletRecord, FirewallRecord, KeyRecord, VpcRecord } from './records.ts'
import { seconds } from './records.ts'

export function accountView(account: AccountRecord) {
  return {
    droplet_limit: account.dropletLimit,
    floating_ip_limit: 3,
    reserved_ip_limit: 3,
    volume_limit: 100,
    email: `${account.id.slice(0, 8)}@local-cloud.invalid`,
    name: 'Local cloud',
    uuid: account.uuid,
    email_verified: true,
    status: 'active',
    status_message: '',
    team: { uuid: account.uuid, name: 'Local cloud' },
  }
}

export function balanceView(account: AccountRecord, now: Date) {
  const usage = monthToDate(account, now).toFixed(2)
  return {
    month_to_date_balance: usage,
    account_balance: '0.00',
    month_to_date_usage: usage,
    generated_at: seconds(now),
  }
}

export function keyView(key: KeyRecord) {
  return { id: key.id, fingerprint: key.fingerprint, public_key: key.publicKey, name: key.name }
}

export function dropletView(droplet: DropletRecord) {
  const size = sizeOf(droplet.size)
  const disk = droplet.diskGiB
  return {
    id: droplet.id,
    name: droplet.name,
    memory: size?.memory ?? 0,
    vcpus: size?.vcpus ?? 0,
    disk,
    disk_info: [{ type: 'local', size: { amount: disk, unit: 'gib' } }],
    locked: droplet.locked,
    status: droplet.status,
    kernel: null,
    created_at: droplet.createdAt,
    features: droplet.features,
    backup_ids: [],
    next_backup_window: null,
    snapshot_ids: [],
    image: imageOf(droplet.imageId) ?? {},
    volume_ids: [],
    size,
    size_slug: droplet.size,
    networks: { v4: droplet.address ? networksOf(droplet.id, droplet.address.ip) : [], v6: [] },
    region: regionOf(droplet.region),
    tags: droplet.tags,
    vpc_uuid: droplet.vpcUuid,
  }
}

function networksOf(id: number, ip: string) {
  const privateIp = `10.135.${(id >> 8) % 256}.${id % 256}`
  return [
    { ip_address: privateIp, netmask: '255.255.0.0', gateway: '10.135.0.1', type: 'private' },
    { ip_address: ip, netmask: '255.255.255.0', gateway: ip.replace(/\d+$/, '1'), type: 'public' },
  ]
}

export function actionView(action: ActionRecord) {
  return {
    id: action.id,
    status: action.status,
    type: action.type,
    started_at: action.startedAt,
    completed_at: action.completedAt,
    resource_id: action.dropletId,
    resource_type: 'droplet',
    region: regionOf(action.region),
    region_slug: action.region,
  }
}

export function firewallView(firewall: FirewallRecord) {
  return {
    id: firewall.id,
    name: firewall.name,
    status: 'succeeded',
    inbound_rules: firewall.inbound,
    outbound_rules: firewall.outbound,
    created_at: firewall.createdAt,
    droplet_ids: firewall.dropletIds,
    tags: firewall.tags,
    pending_changes: [],
  }
}

export function tagView(cloud: Cloud, account: AccountRecord, base: string, name: string) {
  const droplets = cloud.visible(account).filter((droplet) => droplet.tags.includes(name))
  const last = droplets.at(-1)
  const uri = last ? { last_tagged_uri: `${base}/v2/droplets/${last.id}` } : {}
  const none = { count: 0 }
  return {
    name,
    resources: {
      count: droplets.length,
      ...uri,
      droplets: { count: droplets.length, ...uri },
      images: none,
      volumes: none,
      volume_snapshots: none,
      databases: none,
    },
  }
}

export function vpcView(vpc: VpcRecord) {
  return {
    id: vpc.id,
    urn: `do:vpc:${vpc.id}`,
    name: vpc.name,
    description: vpc.description,
    region: vpc.region,
    ip_range: vpc.ipRange,
    created_at: vpc.createdAt,
    default: vpc.default,
  }
}
