import { once } from 'node:events'
import http from 'node:http'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { connectClient, type Deployed, gatewayStage, SERVERS, type Stage, type Station, textOf } from './testing.ts'

let stage: Stage
let station: Station
beforeAll(async () => {
  stage = await gatewayStage()
  station = await stage.station({ limits: { stallMs: 1500, bodyBytesMax: 1024 * 1024, reconnectMs: 3000 } })
})
afterAll(() => stage.close())

const MiB = 2 ** 20

async function rawCall(deployed: Deployed, session: string | undefined, message: object) {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message })
  const req = http.request(deployed.url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${deployed.token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'content-length': Buffer.byteLength(body),
      ...(session && { 'mcp-session-id': session }),
    },
  })
  req.end(body)
  const [head] = (await once(req, 'response')) as [http.IncomingMessage]
  return { req, head }
}

describe('bytes', () => {
  test.each([
    { name: 'HTTP', server: SERVERS.odd, transport: 'http', era: undefined },
    { name: 'stdio, stateless', server: SERVERS.modern, transport: 'stdio', era: { pin: '2026-07-28' } },
    { name: 'stdio, sessions', server: SERVERS.modern, transport: 'stdio', era: undefined },
  ] as const)('a result of 8 MiB arrives whole over $name', async ({ server, transport, era }) => {
    const { url, token } = await stage.deploy({ server, transport })
    const { client } = await connectClient(url, token, { ...(era && { mode: era }) })
    const result = await client.callTool({ name: 'large', arguments: { bytes: 8 * MiB } })
    expect(textOf(result).length).toBe(8 * MiB)
    await client.close()
  })

  test('a reader that is slow slows the server down, not the gateway', async () => {
    const deployed = await stage.deploy({ server: SERVERS.odd, transport: 'http' })
    const { transport, client } = await connectClient(deployed.url, deployed.token)
    const before = process.memoryUsage().rss
    const call = { id: 5, method: 'tools/call', params: { name: 'large', arguments: { bytes: 200 * MiB } } }
    const { head } = await rawCall(deployed, transport.sessionId, call)
    head.pause()
    // Another call of the same container passes meanwhile: time for the unread one to pile up, if it could.
    for (let n = 0; n < 50; n++) await client.listTools()
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * MiB)
    let bytes = 0
    for await (const chunk of head) bytes += (chunk as Buffer).length
    expect(bytes).toBeGreaterThan(200 * MiB)
    await client.close()
  })

  test('a stdio client that reads nothing loses its stream, and the session goes on', async () => {
    const deployed = await stage.deploy({ server: SERVERS.modern, transport: 'stdio' })
    const { transport, client } = await connectClient(deployed.url, deployed.token)
    const unread = []
    for (let id = 100; id < 104; id++) {
      const call = { id, method: 'tools/call', params: { name: 'large', arguments: { bytes: 8 * MiB } } }
      unread.push(await rawCall(deployed, transport.sessionId, call))
    }
    for (const { head } of unread) head.pause()
    expect((await client.listTools()).tools.length).toBeGreaterThan(3)
    for (const { req } of unread) req.destroy()
    await client.close()
  })

  test('a body past the bound is refused for stdio and streams on for HTTP', async () => {
    const argument = 'y'.repeat(3 * MiB)
    const stdio = await stage.deploy({ server: SERVERS.modern, transport: 'stdio' })
    const refused = await fetch(stdio.url, {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping', params: { argument } }),
      headers: { authorization: `Bearer ${stdio.token}`, 'content-type': 'application/json' },
    })
    expect(refused.status).toBe(413)
    const web = await stage.deploy({ server: SERVERS.modern, transport: 'http' })
    const { client } = await connectClient(web.url, web.token, { mode: { pin: '2026-07-28' } })
    const echoed = await client.callTool({ name: 'echo', arguments: { message: argument } })
    expect(textOf(echoed)).toBe(`Echo: ${argument}`)
    await client.close()
  })
})

describe('endings', () => {
  test('a client that hangs up ends its call at the container', async () => {
    const deployed = await stage.deploy({ server: SERVERS.odd, transport: 'http' })
    const { transport, client } = await connectClient(deployed.url, deployed.token)
    const { req, head } = await rawCall(deployed, transport.sessionId, {
      id: 5,
      method: 'tools/call',
      params: { name: 'hang' },
    })
    head.on('error', () => {})
    req.destroy()
    await vi.waitFor(async () => expect(textOf(await client.callTool({ name: 'counters' }))).toContain('"aborted":1'))
    await client.close()
  })

  test('a container that breaks its stream off gives the caller an error at once', async () => {
    const deployed = await stage.deploy({ server: SERVERS.odd, transport: 'http' })
    const { client } = await connectClient(deployed.url, deployed.token)
    await expect(client.callTool({ name: 'cut' })).rejects.toThrow(/connection to the server was lost/)
    await client.close()
  })

  test('a tool call whose server dies is never made twice', async () => {
    const deployed = await stage.deploy({ server: SERVERS.odd, transport: 'http' })
    const { client } = await connectClient(deployed.url, deployed.token)
    await expect(client.callTool({ name: 'exit' })).rejects.toThrow(/may or may not have run/)
    stage.engine.start(deployed.containerId)
    const counters = textOf(await client.callTool({ name: 'counters' }))
    expect(JSON.parse(counters)).toMatchObject({ initialized: 1 })
    await client.close()
  })
})

test('200 clients at once: all answered, and nothing stays open', async () => {
  const deployed = await stage.deploy({ server: SERVERS.everything, transport: 'http' })
  const first = await connectClient(deployed.url, deployed.token)
  await first.client.close()
  const clients = await Promise.all(Array.from({ length: 200 }, () => connectClient(deployed.url, deployed.token)))
  const answers = await Promise.all(
    clients.map(({ client }, n) => client.callTool({ name: 'echo', arguments: { message: `${n}` } })),
  )
  expect(answers.map(textOf)).toEqual(clients.map((_, n) => `Echo: ${n}`))
  await Promise.all(
    clients.map(async ({ client, transport }) => {
      await transport.terminateSession()
      await client.close()
    }),
  )
  await vi.waitFor(() => expect(station.gateway.stats().openAnswers).toBe(0))
})

test('closing the gateway leaves no process of a client and no socket', async () => {
  const own = await stage.station()
  const base = await stage.deploy({ server: SERVERS.memory, transport: 'stdio' })
  const before = stage.engine.running().length
  const url = new URL(base.url.pathname, own.url)
  const clients = await Promise.all([1, 2, 3].map(() => connectClient(url, base.token)))
  await Promise.all(clients.map(({ client }) => client.listTools()))
  expect(stage.engine.running().length).toBe(before + 3)
  await own.gateway.close()
  expect(stage.engine.running().length).toBe(before)
  expect(own.gateway.stats()).toEqual({ sessions: 0, openAnswers: 0 })
  for (const { client } of clients) await client.close()
})
