/** Actions: what was done and what is under way, and the ones that a client may ask a droplet for. */
import { mkdirSync, rmSync } from 'node:fs'
import { z } from 'zod'
import { imageOf, sizeOf } from './catalog.ts'
import type { ActionTools } from './cloud.ts'
import { ownDroplet } from './droplet-routes.ts'
import { badRequest, notFound, unprocessable } from './error.ts'
import type { ActionRecord, DropletRecord } from './records.ts'
import { type Answer, type Call, page, parse, type Route, route } from './router.ts'
import { actionView } from './views.ts'

const actionBody = z.looseObject({
  type: z.string(),
  size: z.string().optional(),
  disk: z.boolean().default(false),
  name: z.string().optional(),
  image: z.union([z.string(), z.int()]).optional(),
})
type ActionBody = z.infer<typeof actionBody>

export const actionRoutes: Route[] = [
  route('GET', '/v2/actions', 'actions:read', (call) =>
    page(call, 'actions', call.account.actions.toReversed().map(actionView)),
  ),
  route('GET', '/v2/actions/*', 'actions:read', (call) => show(call, call.params[0], () => true)),
  route('GET', '/v2/droplets/*/actions', 'droplet:read', (call) => {
    const droplet = ownDroplet(call)
    const actions = call.account.actions.filter((action) => action.dropletId === droplet.id)
    return page(call, 'actions', actions.toReversed().map(actionView))
  }),
  route('POST', '/v2/droplets/*/actions', 'droplet:update', (call) => {
    const body = parse(actionBody, call.body)
    return { status: 201, body: { action: actionView(begin(call, ownDroplet(call), body)) } }
  }),
  route('GET', '/v2/droplets/*/actions/*', 'droplet:read', (call) => {
    const droplet = ownDroplet(call)
    return show(call, call.params[1], (action) => action.dropletId === droplet.id)
  }),
  route('POST', '/v2/droplets/actions', 'droplet:update', (call) => {
    const tag = call.query.get('tag_name')
    if (!tag) throw badRequest('tag_name is required.')
    const body = parse(actionBody, call.body)
    const droplets = call.cloud.visible(call.account).filter((droplet) => droplet.tags.includes(tag))
    return { status: 201, body: { actions: droplets.map((droplet) => actionView(begin(call, droplet, body))) } }
  }),
]

function show({ account }: Call, id: string | undefined, belongs: (action: ActionRecord) => boolean): Answer {
  const action = account.actions.find((other) => String(other.id) === id && belongs(other))
  if (!action) throw notFound()
  return { status: 200, body: { action: actionView(action) } }
}

type Work = (droplet: DropletRecord, tools: ActionTools) => Promise<void>

const on: Work = async (droplet, { driver, spec, dir, arrived }) =>
  arrived(await driver.powerOn({ ...spec, name: droplet.name }, dir))
const off: Work = async (droplet, { driver }) => {
  await driver.powerOff(droplet.id)
  droplet.status = 'off'
}
const shutdown: Work = async (droplet, { driver }) => {
  await driver.shutdown(droplet.id)
  droplet.status = 'off'
}

function begin({ cloud, account }: Call, droplet: DropletRecord, body: ActionBody): ActionRecord {
  if (droplet.locked) throw unprocessable('Droplet already has a pending event.')
  const work = workFor(droplet, body)
  return cloud.act(account, droplet, body.type, (tools) => work(droplet, tools))
}

/** Checked before the action is made, as a refused one leaves no trace. @throws ApiError 422 */
function workFor(droplet: DropletRecord, body: ActionBody): Work {
  switch (body.type) {
    case 'power_on':
      return on
    case 'power_off':
      return off
    case 'shutdown':
      return shutdown
    case 'power_cycle':
      return async (record, tools) => {
        await off(record, tools)
        await on(record, tools)
      }
    case 'reboot':
      return async (record, tools) => {
        await shutdown(record, tools)
        await on(record, tools)
      }
    case 'rename': {
      const { name } = body
      if (!name) throw unprocessable("Name can't be blank")
      return async (record) => {
        record.name = name
      }
    }
    case 'resize':
      return resize(droplet, body)
    case 'rebuild': {
      const image = imageOf(body.image ?? droplet.imageId)
      if (!image) throw unprocessable('You specified an invalid image for Droplet creation.')
      return async (record, { driver, spec, dir, arrived }) => {
        await driver.destroy(record.id, dir)
        rmSync(dir, { recursive: true, force: true })
        mkdirSync(dir, { recursive: true })
        record.imageId = image.id
        arrived(await driver.boot(spec, dir))
      }
    }
    default:
      throw unprocessable(`The local cloud does not know the action ${body.type}.`)
  }
}

function resize(droplet: DropletRecord, body: ActionBody): Work {
  const size = sizeOf(body.size ?? '')
  if (!size) throw unprocessable('You specified an invalid size.')
  if (droplet.status !== 'off') throw unprocessable('Droplet must be powered off before it can be resized.')
  if (size.disk < droplet.diskGiB) throw unprocessable('This size is not available because it has a smaller disk.')
  return async (record) => {
    record.size = size.slug
    if (body.disk) record.diskGiB = size.disk
  }
}
