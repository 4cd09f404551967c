/** Droplets: create, read, delete. */
import { z } from 'zod'
import { defaultVpc, findKey } from './account-routes.ts'
import { imageOf, REGIONS, regionOf, sizeOf } from './catalog.ts'
import { newDroplet } from './cloud.ts'
import { badRequest, notFound, unprocessable } from './error.ts'
import type { AccountRecord, ActionRecord, DropletRecord } from './records.ts'
import { type Answer, type Call, page, parse, type Route, route } from './router.ts'
import { TAG_NAME } from './tag-routes.ts'
import { dropletView, firewallView } from './views.ts'

const USER_DATA_BYTES_MAX = 64 * 1024
/** DigitalOcean makes at most this many in one call. */
const NAMES_MAX = 10
const HOST_NAME = /^[a-zA-Z0-9]?[a-z0-9A-Z.-]*[a-z0-9A-Z]$/

const common = {
  region: z.string().nullish(),
  size: z.string({ error: 'You specified an invalid size for Droplet creation.' }),
  image: z.union([z.string(), z.int()], { error: 'You specified an invalid image for Droplet creation.' }),
  ssh_keys: z.array(z.union([z.string(), z.int()])).nullish(),
  backups: z.boolean().nullish(),
  ipv6: z.boolean().nullish(),
  monitoring: z.boolean().nullish(),
  tags: z.array(z.string()).nullish(),
  user_data: z.string().nullish(),
  vpc_uuid: z.string().nullish(),
  volumes: z.array(z.string()).nullish(),
}
const createBody = z.looseObject({ ...common, name: z.string().optional(), names: z.array(z.string()).optional() })
type CreateBody = z.infer<typeof createBody>

export const dropletRoutes: Route[] = [
  route('GET', '/v2/droplets', 'droplet:read', listDroplets),
  route('POST', '/v2/droplets', 'droplet:create', createDroplets),
  route('DELETE', '/v2/droplets', 'droplet:delete', deleteByTag),
  route('GET', '/v2/droplets/*', 'droplet:read', (call) => ({
    status: 200,
    body: { droplet: dropletView(ownDroplet(call)) },
  })),
  route('DELETE', '/v2/droplets/*', 'droplet:delete', (call) => {
    call.cloud.remove(call.account, ownDroplet(call))
    return { status: 204 }
  }),
  route('GET', '/v2/droplets/*/firewalls', 'firewall:read', (call) => {
    const droplet = ownDroplet(call)
    const applied = call.account.firewalls.filter(
      (f) => f.dropletIds.includes(droplet.id) || f.tags.some((tag) => droplet.tags.includes(tag)),
    )
    return page(call, 'firewalls', applied.map(firewallView))
  }),
]

export function ownDroplet({ cloud, account, params }: Call): DropletRecord {
  const droplet = cloud.visible(account).find((other) => String(other.id) === params[0])
  if (!droplet) throw notFound()
  return droplet
}

function listDroplets(call: Call): Answer {
  const { query, cloud, account } = call
  const tag = query.get('tag_name')
  const name = query.get('name')
  if (tag !== null && name !== null) throw unprocessable('name and tag_name can not be used together.')
  const type = query.get('type')
  const chosen = cloud
    .visible(account)
    .filter((droplet) => tag === null || droplet.tags.includes(tag))
    .filter((droplet) => name === null || droplet.name.toLowerCase() === name.toLowerCase())
    .filter(() => type !== 'gpus')
  return page(call, 'droplets', chosen.map(dropletView))
}

function createDroplets(call: Call): Answer {
  const { cloud, account } = call
  const body = parse(createBody, call.body)
  const names = namesOf(body)
  call.requireScope('image:read')
  if (body.ssh_keys?.length) call.requireScope('ssh_key:read')
  if (body.tags?.length) call.requireScope('tag:create')
  if (body.vpc_uuid) call.requireScope('vpc:read')
  const given = checked(account, body)
  if (account.droplets.length + names.length > account.dropletLimit)
    throw unprocessable('creating this/these droplet(s) will exceed your droplet limit')
  const made = names.map((name) => {
    const droplet = newDroplet(cloud.store.nextId(), { ...given, name, tags: [...given.tags] })
    return { droplet, action: cloud.create(account, droplet) }
  })
  const links = { actions: made.map(({ action }) => actionLink(call, action)) }
  const views = made.map(({ droplet }) => dropletView(droplet))
  return { status: 202, body: body.names ? { droplets: views, links } : { droplet: views[0], links } }
}

function actionLink({ base }: Call, action: ActionRecord) {
  return { id: action.id, rel: 'create', href: `${base}/v2/actions/${action.id}` }
}

function namesOf(body: CreateBody): string[] {
  const names = body.names ?? (body.name === undefined ? [] : [body.name])
  if (names.length === 0) throw unprocessable("Name can't be blank")
  if (names.length > NAMES_MAX) throw unprocessable(`You can only create ${NAMES_MAX} Droplets at a time.`)
  if (names.some((name) => name.length > 255 || !HOST_NAME.test(name)))
    throw unprocessable('Name Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)')
  return names
}

function checked(account: AccountRecord, body: CreateBody) {
  const region = body.region ? (regionOf(body.region) ?? byPrefix(body.region)) : REGIONS[0]
  if (!region?.available) throw unprocessable('You specified an invalid region for Droplet creation.')
  const size = sizeOf(body.size)
  if (!size) throw unprocessable('You specified an invalid size for Droplet creation.')
  if (!size.regions.includes(region.slug)) throw unprocessable('Size is not available in this region.')
  const image = imageOf(body.image)
  if (!image) throw unprocessable('You specified an invalid image for Droplet creation.')
  if (size.disk < image.min_disk_size) throw unprocessable('This size is too small for the image.')
  const userData = body.user_data ?? ''
  if (Buffer.byteLength(userData) > USER_DATA_BYTES_MAX)
    throw unprocessable('User data is too long (maximum is 64 KiB)')
  const tags = [...new Set(body.tags ?? [])]
  if (tags.some((tag) => !TAG_NAME.test(tag)))
    throw unprocessable('Tag name can only contain letters, numbers, colons, dashes and underscores')
  if (body.volumes?.length) throw unprocessable('The local cloud has no volumes to attach.')
  const vpc = body.vpc_uuid
    ? account.vpcs.find((other) => other.id === body.vpc_uuid)
    : defaultVpc(account, region.slug)
  if (!vpc || vpc.region !== region.slug) throw unprocessable('You specified an invalid VPC for Droplet creation.')
  return {
    region: region.slug,
    size: size.slug,
    imageId: image.id,
    tags,
    userData,
    vpcUuid: vpc.id,
    features: [
      ...(body.monitoring ? ['monitoring'] : []),
      ...(body.backups ? ['backups'] : []),
      ...(body.ipv6 ? ['ipv6'] : []),
      'droplet_agent',
      'private_networking',
    ],
    authorizedKeys: (body.ssh_keys ?? []).map((identifier) => {
      const key = findKey(account, identifier)
      if (!key) throw unprocessable(`${identifier} are invalid key identifiers for Droplet creation.`)
      return key.publicKey
    }),
  }
}

/** `nyc` means any of nyc1, nyc2, nyc3. */
function byPrefix(prefix: string) {
  return /^[a-z]{3}$/.test(prefix) ? REGIONS.find((region) => region.slug.startsWith(prefix)) : undefined
}

function deleteByTag({ cloud, account, query }: Call): Answer {
  const tag = query.get('tag_name')
  if (!tag) throw badRequest('tag_name is required.')
  for (const droplet of cloud.visible(account).filter((other) => other.tags.includes(tag)))
    cloud.remove(account, droplet)
  return { status: 204 }
}
