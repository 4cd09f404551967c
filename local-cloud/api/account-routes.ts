/** Account, balance, SSH keys, regions, sizes, images, VPCs. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { IMAGES, REGIONS, regionOf, SIZES } from './catalog.ts'
import { newUuid } from './cloud.ts'
import { notFound, unprocessable } from './error.ts'
import { type AccountRecord, type KeyRecord, seconds, type VpcRecord } from './records.ts'
import { type Call, page, parse, type Route, route } from './router.ts'
import { accountView, balanceView, keyView, vpcView } from './views.ts'

const keyBody = z.object({ name: z.string().min(1, "can't be blank"), public_key: z.string().min(1, "can't be blank") })
const keyUpdate = z.object({ name: z.string().min(1, "can't be blank") })
const vpcBody = z.object({
  name: z.string().regex(/^[a-zA-Z0-9\-.]+$/, 'may only contain alphanumeric characters, dashes, and periods'),
  region: z.string(),
  ip_range: z.string().optional(),
  description: z.string().max(255).default(''),
})

export const accountRoutes: Route[] = [
  route('GET', '/v2/account', 'account:read', ({ account }) => ({
    status: 200,
    body: { account: accountView(account) },
  })),
  route('GET', '/v2/customers/my/balance', 'billing:read', ({ account }) => ({
    status: 200,
    body: balanceView(account, new Date()),
  })),
  route('GET', '/v2/account/keys', 'ssh_key:read', (call) => page(call, 'ssh_keys', call.account.keys.map(keyView))),
  route('POST', '/v2/account/keys', 'ssh_key:create', createKey),
  route('GET', '/v2/account/keys/*', 'ssh_key:read', (call) => ({
    status: 200,
    body: { ssh_key: keyView(ownKey(call)) },
  })),
  route('PUT', '/v2/account/keys/*', 'ssh_key:update', (call) => {
    const key = ownKey(call)
    key.name = parse(keyUpdate, call.body).name
    call.cloud.store.save(call.account)
    return { status: 200, body: { ssh_key: keyView(key) } }
  }),
  route('DELETE', '/v2/account/keys/*', 'ssh_key:delete', (call) => {
    const key = ownKey(call)
    call.account.keys = call.account.keys.filter((other) => other !== key)
    call.cloud.store.save(call.account)
    return { status: 204 }
  }),
  route('GET', '/v2/regions', 'regions:read', (call) => page(call, 'regions', REGIONS)),
  route('GET', '/v2/sizes', 'sizes:read regions:read', (call) => page(call, 'sizes', SIZES)),
  route('GET', '/v2/images', 'image:read', listImages),
  route('POST', '/v2/images', 'image:create', () => {
    throw unprocessable('The local cloud boots its own images only: a custom image can not be imported.')
  }),
  route('GET', '/v2/vpcs', 'vpc:read', (call) => page(call, 'vpcs', call.account.vpcs.map(vpcView))),
  route('POST', '/v2/vpcs', 'vpc:create', createVpc),
]

/** By number or fingerprint. */
export function findKey(account: AccountRecord, identifier: string | number): KeyRecord | undefined {
  return account.keys.find((key) => String(key.id) === String(identifier) || key.fingerprint === identifier)
}

function ownKey({ account, params }: Call): KeyRecord {
  const key = findKey(account, params[0] ?? '')
  if (!key) throw notFound()
  return key
}

function createKey({ cloud, account, body }: Call) {
  const given = parse(keyBody, body)
  const fingerprint = fingerprintOf(given.public_key)
  if (!fingerprint) throw unprocessable('Key invalid, key should be of the format `algorithm key comment`')
  if (account.keys.some((key) => key.fingerprint === fingerprint))
    throw unprocessable('SSH Key is already in use on your account')
  const key = { id: cloud.store.nextId(), name: given.name, publicKey: given.public_key.trim(), fingerprint }
  account.keys.push(key)
  cloud.store.save(account)
  return { status: 201, body: { ssh_key: keyView(key) } }
}

/** MD5 with colons, as DigitalOcean shows it. Null when the text is no public key. */
export function fingerprintOf(publicKey: string): string | null {
  const [algorithm = '', base64 = ''] = publicKey.trim().split(/\s+/)
  const blob = Buffer.from(base64, 'base64')
  // The blob repeats its algorithm behind a length: the cheapest proof that this is a key and not any base64.
  const named = blob.length > 4 && blob.subarray(4, 4 + blob.readUInt32BE(0)).toString() === algorithm
  if (!named || !/^(ssh-|ecdsa-|sk-)/.test(algorithm)) return null
  return createHash('md5')
    .update(blob)
    .digest('hex')
    .replace(/..(?!$)/g, '$&:')
}

function listImages(call: Call) {
  const type = call.query.get('type')
  // Everything here is a public distribution image; there are no applications, and nobody has images of their own.
  const none = type === 'application' || call.query.get('private') === 'true' || call.query.has('tag_name')
  return page(call, 'images', none ? [] : IMAGES)
}

function createVpc({ cloud, account, body }: Call) {
  const given = parse(vpcBody, body)
  if (!regionOf(given.region)) throw unprocessable('region is invalid')
  if (account.vpcs.some((vpc) => vpc.name === given.name)) throw unprocessable('name is already in use')
  const vpc: VpcRecord = {
    id: newUuid(),
    name: given.name,
    description: given.description,
    region: given.region,
    ipRange: given.ip_range ?? `10.${100 + account.vpcs.length}.0.0/20`,
    default: false,
    createdAt: seconds(new Date()),
  }
  account.vpcs.push(vpc)
  cloud.store.save(account)
  return { status: 201, body: { vpc: vpcView(vpc) } }
}

/** Every region has one; DigitalOcean makes it with the first droplet there. */
export function defaultVpc(account: AccountRecord, region: string): VpcRecord {
  const existing = account.vpcs.find((vpc) => vpc.region === region && vpc.default)
  if (existing) return existing
  const vpc: VpcRecord = {
    id: newUuid(),
    name: `default-${region}`,
    description: '',
    region,
    ipRange: '10.135.0.0/16',
    default: true,
    createdAt: seconds(new Date()),
  }
  account.vpcs.push(vpc)
  return vpc
}
