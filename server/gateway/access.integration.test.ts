import { once } from 'node:events'
import http from 'node:http'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { users } from '#db/schema/auth.ts'
import { deployments, deploymentTokens } from '#db/schema/deployments.ts'
import { connectClient, type Deployed, gatewayStage, SERVERS, type Stage, type Station } from './testing.ts'

let stage: Stage
let station: Station
let http1: Deployed
let stdio1: Deployed
const listeners = new Set<(deploymentId: string) => void>()

beforeAll(async () => {
  stage = await gatewayStage()
  station = await stage.station({
    changes: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  })
  http1 = await stage.deploy({ server: SERVERS.odd, transport: 'http' })
  stdio1 = await stage.deploy({ server: SERVERS.memory, transport: 'stdio' })
})
afterAll(() => stage.close())

const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
})

const ask = (url: string | URL, headers: Record<string, string>, method = 'POST') =>
  fetch(url, {
    method,
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    ...(method === 'POST' && { body: initialize }),
  })
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const seen = async (response: Response) => ({
  status: response.status,
  challenge: response.headers.get('www-authenticate'),
  type: response.headers.get('content-type'),
  body: await response.text(),
})

describe('who may call', () => {
  test('I7: a missing deployment, a foreign one, a wrong token and none are one and the same answer', async () => {
    const missing = new URL('/mcp/01890000-0000-7000-8000-000000000000', station.url)
    const wrong = await seen(await ask(http1.url, bearer('berth_mcp_wrong')))
    expect(wrong.status).toBe(401)
    expect(wrong.challenge).toContain('Bearer')
    for (const answer of [
      await ask(missing, bearer(http1.token)),
      await ask(stdio1.url, bearer(http1.token)),
      await ask(http1.url, {}),
      await ask(new URL('/mcp/not-an-id', station.url), bearer(http1.token)),
      await ask(new URL(`/mcp/${http1.deploymentId}/more`, station.url), bearer(http1.token)),
      await ask(http1.url, { authorization: `Basic ${btoa(`x:${http1.token}`)}` }),
    ])
      expect(await seen(answer)).toEqual(wrong)
  })

  test('R10: a token in the URL is refused, even beside a good header', async () => {
    for (const name of ['token', 'access_token', 'api_key', 'x']) {
      const url = new URL(http1.url)
      url.searchParams.set(name, http1.token)
      for (const headers of [{}, bearer(http1.token)]) {
        const answer = await seen(await ask(url, headers))
        expect(answer.status).toBe(401)
        expect(answer.challenge).toContain('invalid_request')
        expect(answer.body).not.toContain(http1.token)
      }
    }
  })

  test('R10: a page of another origin is refused, Berth’s own and clients without one are not', async () => {
    for (const origin of ['https://evil.test', 'null', 'http://127.0.0.1:1', 'http://localhost'])
      expect((await ask(http1.url, { ...bearer(http1.token), origin })).status).toBe(403)
    expect((await ask(http1.url, { ...bearer(http1.token), origin: station.url })).status).toBe(200)
    expect((await ask(http1.url, bearer(http1.token))).status).toBe(200)
    expect((await ask(http1.url, { ...bearer(http1.token), origin: 'https://evil.test' }, 'OPTIONS')).status).toBe(403)
  })

  test.each(['http', 'stdio'] as const)('a session over %s belongs to the token that opened it', async (kind) => {
    const mine = kind === 'http' ? http1 : stdio1
    const other = await stage.token(mine.deploymentId)
    const session = (await ask(mine.url, bearer(mine.token))).headers.get('mcp-session-id') ?? ''
    const use = (token: string) =>
      fetch(mine.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-session-id': session,
          ...bearer(token),
        },
        body: '{"jsonrpc":"2.0","id":2,"method":"tools/list"}',
      })
    expect((await use(other.token)).status).toBe(404)
    expect((await use(mine.token)).status).toBe(200)
    expect((await ask(mine.url, { ...bearer(other.token), 'mcp-session-id': session }, 'DELETE')).status).toBe(404)
    expect((await use(mine.token)).status).toBe(200)
  })

  test('R8: a container never sees the token or cookies, and its own cookies stay behind', async () => {
    const opened = await ask(http1.url, {
      ...bearer(http1.token),
      cookie: 'session=secret',
      'x-forwarded-for': '1.2.3.4',
    })
    expect(opened.headers.get('set-cookie')).toBeNull()
    const answer = await fetch(http1.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        cookie: 'session=secret',
        'mcp-session-id': opened.headers.get('mcp-session-id') ?? '',
        ...bearer(http1.token),
      },
      body: '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"headers"}}',
    })
    const text = await answer.text()
    expect(text).toContain('127.0.0.1:3001')
    expect(text).not.toContain(http1.token)
    expect(text).not.toContain('secret')
    expect(text).not.toContain(opened.headers.get('mcp-session-id'))
  })
})

describe('a token that is taken back', () => {
  test.each(['http', 'stdio'] as const)(
    'R10: is refused at the next call and ends its open streams over %s',
    async (kind) => {
      const base = kind === 'http' ? http1 : stdio1
      const { token, tokenId } = await stage.token(base.deploymentId)
      const session = (await ask(base.url, bearer(token))).headers.get('mcp-session-id') ?? ''
      const stream = http.get(base.url, {
        headers: { accept: 'text/event-stream', 'mcp-session-id': session, ...bearer(token) },
      })
      const [head] = (await once(stream, 'response')) as [http.IncomingMessage]
      expect(head.statusCode).toBe(200)
      const ended = new Promise((resolve) => head.once('error', () => {}).once('close', resolve))
      const { db } = stage.database
      await db.update(deploymentTokens).set({ revokedAt: new Date() }).where(eq(deploymentTokens.id, tokenId))
      expect((await ask(base.url, { ...bearer(token), 'mcp-session-id': session })).status).toBe(401)
      for (const listener of listeners) listener(base.deploymentId)
      await ended
      expect((await ask(base.url, bearer(base.token))).status).toBe(200)
    },
  )

  test('R10: a disabled user’s tokens open nothing, and what is open ends', async () => {
    const { db } = stage.database
    const set = (disabledAt: Date | null) => db.update(users).set({ disabledAt }).where(sql`true`)
    const session = (await ask(http1.url, bearer(http1.token))).headers.get('mcp-session-id') ?? ''
    const headers = { accept: 'text/event-stream', 'mcp-session-id': session, ...bearer(http1.token) }
    const [head] = (await once(http.get(http1.url, { headers }), 'response')) as [http.IncomingMessage]
    const ended = new Promise((resolve) => head.once('error', () => {}).once('close', resolve))
    expect(head.statusCode).toBe(200)
    await set(new Date())
    expect((await ask(http1.url, bearer(http1.token))).status).toBe(401)
    // No deployment changed, so nobody is told: the gateway looks by itself.
    await ended
    await set(null)
    expect((await ask(http1.url, bearer(http1.token))).status).toBe(200)
  })

  test('its last use is written at most once a minute', async () => {
    const { token, tokenId } = await stage.token(http1.deploymentId)
    const { db } = stage.database
    const read = async () =>
      (await db.select().from(deploymentTokens).where(eq(deploymentTokens.id, tokenId)))[0]?.lastUsedAt ?? null
    await ask(http1.url, bearer(token))
    await vi.waitFor(async () => expect(await read()).not.toBeNull())
    const first = await read()
    await ask(http1.url, bearer(token))
    await ask(http1.url, bearer(token))
    expect(await read()).toEqual(first)
    await db
      .update(deploymentTokens)
      .set({ lastUsedAt: new Date(Date.now() - 61_000) })
      .where(eq(deploymentTokens.id, tokenId))
    await ask(http1.url, bearer(token))
    await vi.waitFor(async () => expect((await read())?.getTime()).toBeGreaterThan(Date.now() - 30_000))
  })
})

test('a deployment that does not serve answers 503 and when to come back', async () => {
  const stopped = await stage.deploy({ server: SERVERS.odd, transport: 'http' })
  const { db } = stage.database
  const set = (values: Partial<typeof deployments.$inferInsert>) =>
    db.update(deployments).set(values).where(eq(deployments.id, stopped.deploymentId))
  for (const values of [{ state: 'stopped' }, { state: 'deleting' }, { state: 'queued', containerId: null }] as const) {
    await set(values)
    const answer = await ask(stopped.url, bearer(stopped.token))
    expect(answer.status).toBe(503)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await answer.json()).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32000 } })
  }
  // The old container goes on while a redeploy runs.
  await set({ state: 'deploying', containerId: stopped.containerId })
  expect((await ask(stopped.url, bearer(stopped.token))).status).toBe(200)
})

test('what is no MCP is refused with a JSON-RPC error', async () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(stdio1.url, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...bearer(stdio1.token),
        ...headers,
      },
    })
  expect((await post('{')).status).toBe(400)
  expect((await post('[]')).status).toBe(400)
  expect((await post('{"jsonrpc":"1.0","id":1,"method":"x"}')).status).toBe(400)
  expect((await post(`[${initialize},${initialize}]`)).status).toBe(400)
  expect((await post(initialize, { 'content-type': 'text/plain' })).status).toBe(415)
  expect((await post(initialize, { accept: 'text/html' })).status).toBe(406)
  expect((await post('{"jsonrpc":"2.0","id":1,"method":"tools/list"}')).status).toBe(400)
  expect((await post(initialize, { 'mcp-session-id': 'made-up' })).status).toBe(200)
  expect((await post('{"jsonrpc":"2.0","id":1,"method":"ping"}', { 'mcp-session-id': 'made-up' })).status).toBe(404)
  const put = await fetch(stdio1.url, { method: 'PUT', headers: bearer(stdio1.token) })
  expect([put.status, put.headers.get('allow')]).toEqual([405, 'POST, GET, DELETE'])
})

test('a client that was closed and revoked leaves nothing open', async () => {
  const { client } = await connectClient(stdio1.url, stdio1.token)
  await client.listTools()
  await client.close()
  await station.gateway.drop(stdio1.deploymentId)
  await vi.waitFor(() => expect(station.gateway.stats().openAnswers).toBe(0))
})
