/** Tags, and putting them on droplets. */
import { z } from 'zod'
import { badRequest, notFound, unprocessable } from './error.ts'
import { type Call, page, parse, type Route, route } from './router.ts'
import { tagView } from './views.ts'

export const TAG_NAME = /^[a-zA-Z0-9_\-:]{1,255}$/

const tagBody = z.object({ name: z.string() })
const resourcesBody = z.object({
  resources: z.array(z.object({ resource_id: z.union([z.string(), z.int()]), resource_type: z.string() })),
})

export const tagRoutes: Route[] = [
  route('GET', '/v2/tags', 'tag:read', (call) =>
    page(
      call,
      'tags',
      call.account.tags.map((name) => tagView(call.cloud, call.account, call.base, name)),
    ),
  ),
  route('POST', '/v2/tags', 'tag:create', (call) => {
    const { name } = parse(tagBody, call.body)
    if (!TAG_NAME.test(name))
      throw badRequest('Tag name can only contain letters, numbers, colons, dashes and underscores')
    if (!call.account.tags.includes(name)) call.account.tags.push(name)
    call.cloud.store.save(call.account)
    return { status: 201, body: { tag: tagView(call.cloud, call.account, call.base, name) } }
  }),
  route('GET', '/v2/tags/*', 'tag:read', (call) => ({
    status: 200,
    body: { tag: tagView(call.cloud, call.account, call.base, ownTag(call)) },
  })),
  route('DELETE', '/v2/tags/*', 'tag:delete', (call) => {
    const name = ownTag(call)
    call.account.tags = call.account.tags.filter((other) => other !== name)
    for (const droplet of call.account.droplets) droplet.tags = droplet.tags.filter((other) => other !== name)
    for (const firewall of call.account.firewalls) firewall.tags = firewall.tags.filter((other) => other !== name)
    call.cloud.store.save(call.account)
    return { status: 204 }
  }),
  route('POST', '/v2/tags/*/resources', 'tag:create', (call) => {
    const name = ownTag(call)
    for (const droplet of taggedDroplets(call)) if (!droplet.tags.includes(name)) droplet.tags.push(name)
    call.cloud.store.save(call.account)
    return { status: 204 }
  }),
  route('DELETE', '/v2/tags/*/resources', 'tag:delete', (call) => {
    const name = ownTag(call)
    for (const droplet of taggedDroplets(call)) droplet.tags = droplet.tags.filter((other) => other !== name)
    call.cloud.store.save(call.account)
    return { status: 204 }
  }),
]

function ownTag({ account, params }: Call): string {
  const name = params[0] ?? ''
  if (!account.tags.includes(name)) throw notFound()
  return name
}

/** All or none: one unknown resource refuses the whole call. */
function taggedDroplets({ cloud, account, body }: Call) {
  const { resources } = parse(resourcesBody, body)
  return resources.map(({ resource_id, resource_type }) => {
    if (resource_type !== 'droplet') throw unprocessable(`The local cloud can not tag a ${resource_type}.`)
    const droplet = cloud.visible(account).find((other) => String(other.id) === String(resource_id))
    if (!droplet) throw notFound()
    return droplet
  })
}
