/** Containers that speak HTTP+SSE, by a hand-made server with bad habits; the well-behaved one is in the other files. */
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { v7 } from 'uuid'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { connectClient, type Deployed, gatewayStage, SERVERS, type Stage, type Station, textOf } from './testing.ts'

let stage: Stage
let station: Station
let clock = Date.now()
const open: { close(): Promise<void> }[] = []

beforeAll(async () => {
  stage = await gatewayStage()
  const limits = { streamsMax: 3, lineBytesMax: 64 * 1024, initializeMs: 1500, takenMs: 100, reconnectMs: 5000 }
  station = await stage.station({ now: () => clock, limits })
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()))
})
afterAll(() => stage.close())

const deploy = (env?: Record<string, string>) => stage.deploy({ server: SERVERS.oddSse, transport: 'sse', env })
async function connect({ url, token }: Deployed) {
  const connected = await connectClient(url, token)
  open.push(connected.client)
  return { ...connected, call: async (name: string) => JSON.parse(textOf(await connected.client.callTool({ name }))) }
}
const patience = (deadlineMs = 20_000) => ({ signal: new AbortController().signal, deadlineMs })

describe('the address to post to', () => {
  test('R10: stays on its backend, whatever host the server names, and no token reaches it', async () => {
    const elsewhere = http.createServer(() => expect.fail('another host was asked'))
    await once(elsewhere.listen(0, '127.0.0.1'), 'listening')
    const { port } = elsewhere.address() as AddressInfo
    for (const ENDPOINT_ORIGIN of [`http://127.0.0.1:${port}`, `//127.0.0.1:${port}`, 'https://other.example:8443']) {
      const { call } = await connect(await deploy({ ENDPOINT_ORIGIN }))
      const seen = (await call('headers')) as Record<string, string>
      expect(seen.host).toBe('127.0.0.1:3001')
      expect(Object.keys(seen)).not.toContain('authorization')
    }
    elsewhere.close()
  })

  test.each([
    ['another scheme', 'file:///etc/passwd'],
    ['a script', 'javascript:alert(1)'],
    ['no address', 'http://['],
    ['an endless one', `/${'x'.repeat(5000)}`],
  ])('that is none is refused: %s', async (_, ENDPOINT) => {
    const { backend } = await deploy({ ENDPOINT })
    await expect(station.gateway.handshake(backend, patience())).rejects.toThrow('names no address to post messages to')
  })
})

describe('the health check', () => {
  test('reads revision and tools, and closes its stream', async () => {
    const deployed = await deploy()
    expect(await station.gateway.handshake(deployed.backend, patience())).toEqual({
      era: 'session',
      protocolVersion: '2024-11-05',
      serverInfo: { name: 'odd-sse', version: '1' },
      tools: [{ name: 'headers', inputSchema: { type: 'object' } }],
    })
    const { call } = await connect(deployed)
    await vi.waitFor(async () => expect(await call('counters')).toEqual({ opened: 2, closed: 1, initialized: 2 }))
  })

  test('fails at once when the path answers, but with no event stream', async () => {
    const argv = [...SERVERS.oddSse, 'sse']
    const ran = await stage.engine.run(argv, { http: { env: {} } })
    const transport = { type: 'sse', port: 3001, path: '/events' } as const
    const { backend } = await stage.register({ ...ran, command: argv, era: null, transport, dropletId: v7() })
    const failed = station.gateway.handshake(backend, patience())
    await expect(failed).rejects.toThrow('It answers GET /events with HTTP status 404.')
    const wrong = await stage.deploy({ server: SERVERS.everything, transport: 'http' })
    const posing = { ...wrong.backend, transport: { ...transport, path: '/mcp' } }
    await expect(station.gateway.handshake(posing, patience())).rejects.toThrow('It answers GET /mcp with')
  })

  test('gives a server that never says where to post its deadline, no more', async () => {
    const { backend } = await deploy({ ENDPOINT: 'none' })
    const failed = station.gateway.handshake(backend, patience(1000))
    await expect(failed).rejects.toThrow('The server did not answer within 1 s.')
  })
})

describe('one session', () => {
  test('is one stream, which ends with it', async () => {
    const deployed = await deploy()
    const watching = await connect(deployed)
    const leaving = await connect(deployed)
    expect(await watching.call('counters')).toMatchObject({ opened: 2, closed: 0 })
    await leaving.transport.terminateSession()
    await vi.waitFor(async () => expect(await watching.call('counters')).toMatchObject({ opened: 2, closed: 1 }))
  })

  test('past its idle deadline gives its stream back; the next call opens one anew', async () => {
    const deployed = await deploy()
    const { call } = await connect(deployed)
    expect(await call('counters')).toEqual({ opened: 1, closed: 0, initialized: 1 })
    clock += 11 * 60_000
    await station.gateway.sweep()
    expect(await call('counters')).toMatchObject({ opened: 2, initialized: 2 })
  })

  test('there are no more streams than the bound, whoever opens sessions; all of them work', async () => {
    const deployed = await deploy()
    const clients = []
    for (let n = 0; n < 6; n++) clients.push(await connect(deployed))
    for (const { call } of clients) {
      const { opened, closed } = (await call('counters')) as { opened: number; closed: number }
      expect(opened - closed).toBeLessThanOrEqual(3)
    }
  })
})

describe('when something fails', () => {
  test.each([
    ['cut', "The server's event stream ended."],
    ['forget', 'The server does not know this session any more.'],
    ['long', 'The server sent a message that is too long.'],
  ])('%s: the waiting call hears why, and the session goes on with a new stream', async (tool, reason) => {
    const { call } = await connect(await deploy())
    await expect(call(tool)).rejects.toThrow(reason)
    await vi.waitFor(async () => expect(await call('counters')).toMatchObject({ opened: 2, initialized: 2 }))
  })

  test('a message that the server refuses costs that call alone', async () => {
    const { call } = await connect(await deploy())
    await expect(call('refuse')).rejects.toThrow('The server refused this message with HTTP status 413.')
    expect(await call('counters')).toMatchObject({ opened: 1 })
  })

  test('a server that answers a POST only when its work is done holds nothing else up', async () => {
    const { call } = await connect(await deploy())
    expect(await Promise.all([call('slow'), call('counters')])).toEqual(['done', expect.anything()])
  })

  test('a container that restarts costs its clients one call at most', async () => {
    const deployed = await deploy()
    const { call } = await connect(deployed)
    await expect(call('exit')).rejects.toThrow(/stream ended|connection to the server was lost/)
    stage.engine.start(deployed.containerId)
    expect(await call('counters')).toEqual({ opened: 1, closed: 0, initialized: 1 })
  })

  test('a deployment that is taken out of service leaves no stream open', async () => {
    const deployed = await deploy()
    await Promise.all([connect(deployed), connect(deployed)])
    await station.gateway.drop(deployed.deploymentId)
    const { call } = await connect(deployed)
    await vi.waitFor(async () => expect(await call('counters')).toMatchObject({ opened: 3, closed: 2 }))
  })
})
