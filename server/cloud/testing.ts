/** DigitalOcean for tests of this folder: a few endpoints in memory, every request recorded, faults on demand. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from './clock.ts'
import { abortError } from './fault.ts'

export interface Recorded {
  method: string
  path: string
  query: URLSearchParams
  body: Record<string, unknown> | null
  authorization: string | undefined
}

/** Returns true when it has answered (or cut) the request. */
export type Fault = (request: Recorded, response: ServerResponse, raw: IncomingMessage) => boolean

interface StoredDroplet {
  id: number
  tags: string[]
  created_at: string
  [key: string]: unknown
}

export interface TestDigitalOcean {
  url: string
  requests: Recorded[]
  droplets: StoredDroplet[]
  keys: { id: number; name: string; public_key: string }[]
  firewalls: Record<string, unknown>[]
  dropletLimit: number
  /** Consulted first, in order; one that answers stays. */
  faults: Fault[]
  addDroplet(body: Record<string, unknown>, createdAt?: Date): StoredDroplet
  close(): Promise<void>
}

export const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(body === undefined ? '' : JSON.stringify(body))
  return true
}
export const refuse = (response: ServerResponse, status: number, id: string, headers: Record<string, string> = {}) =>
  json(response, status, { id, message: `${id} it is`, request_id: 'req-1' }, headers)

/** A fault for one method and path, `times` times. */
export function once(method: string, path: string, answer: Fault, times = 1): Fault {
  let left = times
  return (request, response, raw) => {
    if (request.method !== method || request.path !== path || left === 0) return false
    left--
    return answer(request, response, raw)
  }
}

export async function startTestDigitalOcean(): Promise<TestDigitalOcean> {
  let nextId = 100
  const state: Omit<TestDigitalOcean, 'url' | 'close'> = {
    requests: [],
    droplets: [],
    keys: [],
    firewalls: [],
    dropletLimit: 10,
    faults: [],
    addDroplet(body, createdAt = new Date()) {
      const droplet = {
        id: nextId++,
        name: String(body.name),
        status: 'new',
        created_at: createdAt.toISOString(),
        region: { slug: body.region },
        size_slug: body.size,
        tags: body.tags as string[],
        networks: {
          v4: [
            { ip_address: '10.0.0.1', type: 'private' },
            { ip_address: '203.0.113.9', type: 'public' },
          ],
        },
      }
      state.droplets.push(droplet)
      return droplet
    },
  }

  function listed(request: Recorded, key: string, all: unknown[]) {
    const page = Number(request.query.get('page') ?? 1)
    const perPage = Number(request.query.get('per_page') ?? 20)
    const more = all.length > page * perPage
    return {
      [key]: all.slice((page - 1) * perPage, page * perPage),
      links: more ? { pages: { next: `https://example.com/?page=${page + 1}` } } : {},
      meta: { total: all.length },
    }
  }

  function route(request: Recorded, response: ServerResponse): boolean {
    const { method, path, body } = request
    const id = Number(/\/(\d+)$/.exec(path)?.[1])
    switch (`${method} ${path.replace(/\/\d+$/, '/:id').replace(/[0-9a-f-]{36}$/, ':uuid')}`) {
      case 'GET /v2/account':
        return json(response, 200, {
          account: { uuid: 'u-1', email: 'a@example.com', status: 'active', droplet_limit: state.dropletLimit },
        })
      case 'GET /v2/droplets': {
        const tag = request.query.get('tag_name')
        return json(
          response,
          200,
          listed(
            request,
            'droplets',
            state.droplets.filter((d) => !tag || d.tags.includes(tag)),
          ),
        )
      }
      case 'POST /v2/droplets':
        if (!body?.name || state.droplets.length >= state.dropletLimit)
          return refuse(response, 422, 'unprocessable_entity')
        return json(response, 202, { droplet: state.addDroplet(body) })
      case 'GET /v2/droplets/:id': {
        const droplet = state.droplets.find((d) => d.id === id)
        return droplet ? json(response, 200, { droplet }) : refuse(response, 404, 'not_found')
      }
      case 'DELETE /v2/droplets/:id': {
        const index = state.droplets.findIndex((d) => d.id === id)
        if (index < 0) return refuse(response, 404, 'not_found')
        state.droplets.splice(index, 1)
        return json(response, 204, undefined)
      }
      case 'GET /v2/account/keys':
        return json(response, 200, listed(request, 'ssh_keys', state.keys))
      case 'POST /v2/account/keys': {
        if (!body?.public_key || state.keys.some((k) => k.public_key === body.public_key))
          return refuse(response, 422, 'unprocessable_entity')
        const key = { id: nextId++, name: String(body.name), public_key: String(body.public_key) }
        state.keys.push(key)
        return json(response, 201, { ssh_key: key })
      }
      case 'GET /v2/firewalls':
        return json(response, 200, listed(request, 'firewalls', state.firewalls))
      case 'POST /v2/firewalls': {
        if (!body?.name) return refuse(response, 400, 'bad_request')
        const firewall = { ...body, id: crypto.randomUUID() }
        state.firewalls.push(firewall)
        return json(response, 202, { firewall })
      }
      case 'PUT /v2/firewalls/:uuid': {
        const found = state.firewalls.find((f) => path.endsWith(String(f.id)))
        if (!found) return refuse(response, 404, 'not_found')
        return json(response, 200, { firewall: Object.assign(found, body) })
      }
      case 'POST /v2/tags':
        return body?.name
          ? json(response, 201, { tag: { name: body.name } })
          : refuse(response, 422, 'unprocessable_entity')
      case 'GET /v2/sizes':
        return json(response, 200, {
          sizes: [
            {
              slug: 's-1vcpu-1gb',
              vcpus: 1,
              memory: 1024,
              disk: 25,
              price_monthly: 6,
              price_hourly: 0.00893,
              regions: ['fra1'],
              available: true,
            },
          ],
        })
      default:
        return method === 'GET' ? json(response, 200, {}) : refuse(response, 404, 'not_found')
    }
  }

  const server = createServer((raw, response) => {
    const chunks: Buffer[] = []
    raw.on('data', (chunk: Buffer) => chunks.push(chunk))
    raw.on('end', () => {
      const url = new URL(raw.url ?? '/', 'http://x')
      const text = Buffer.concat(chunks).toString()
      const request: Recorded = {
        method: raw.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        body: text === '' ? null : (JSON.parse(text) as Record<string, unknown>),
        authorization: raw.headers.authorization,
      }
      state.requests.push(request)
      for (const fault of state.faults) if (fault(request, response, raw)) return
      route(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

/** A clock whose sleeps are over at once; `onSleep` is where a test lets things happen meanwhile. */
export function testClock(onSleep: (now: number) => void = () => {}): Clock & { sleptMs: number[] } {
  let now = Date.parse('2026-11-23T12:00:00Z')
  const sleptMs: number[] = []
  return {
    sleptMs,
    now: () => now,
    async sleep(ms, signal) {
      if (signal?.aborted) throw abortError(signal)
      sleptMs.push(ms)
      now += ms
      onSleep(now)
      if (signal?.aborted) throw abortError(signal)
    },
  }
}
