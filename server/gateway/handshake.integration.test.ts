import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BerthError } from '#server/errors.ts'
import type { ProcessEnd } from './stdio-channel.ts'
import { connectClient, gatewayStage, SERVERS, type Stage, type Station, textOf } from './testing.ts'

let stage: Stage
let station: Station
beforeAll(async () => {
  stage = await gatewayStage()
  station = await stage.station()
})
afterAll(() => stage.close())

const patience = () => ({ signal: new AbortController().signal, deadlineMs: 20_000 })
const failure = (work: Promise<unknown>): Promise<BerthError> =>
  work.then(
    () => {
      throw new Error('it succeeded')
    },
    (error: unknown) => {
      expect(error).toBeInstanceOf(BerthError)
      return error as BerthError
    },
  )

describe('the health check', () => {
  test.each([
    { server: SERVERS.everything, transport: 'http', era: 'session', name: 'mcp-servers/everything' },
    { server: SERVERS.everything, transport: 'stdio', era: 'session', name: 'mcp-servers/everything' },
    { server: SERVERS.everything, transport: 'shared', era: 'session', name: 'mcp-servers/everything' },
    { server: SERVERS.everything, transport: 'sse', era: 'session', name: 'mcp-servers/everything' },
    { server: SERVERS.memory, transport: 'stdio', era: 'session', name: 'memory-server' },
    { server: SERVERS.modern, transport: 'http', era: 'stateless', name: 'modern-fixture' },
    { server: SERVERS.modern, transport: 'stdio', era: 'stateless', name: 'modern-fixture' },
  ] as const)('reads era and tools of $name over $transport', async ({ server, transport, era, name }) => {
    const deployed = await stage.deploy({ server, transport })
    const seen = await station.gateway.handshake(deployed.backend, patience())
    expect(seen).toMatchObject({ era, serverInfo: { name } })
    expect(seen.protocolVersion).toBe(era === 'session' ? '2025-11-25' : '2026-07-28')
    expect(seen.tools.length).toBeGreaterThan(5)
    expect(seen.tools[0]).toMatchObject({ name: expect.any(String), inputSchema: { type: 'object' } })
    // It leaves nothing behind, and an agent's call works right after.
    expect(station.gateway.stats().sessions).toBe(0)
    const { client, transport: open } = await connectClient(deployed.url, deployed.token, { mode: 'auto' })
    expect((await client.listTools()).tools.length).toBe(seen.tools.length)
    await open.terminateSession()
    await client.close()
    await station.gateway.drop(deployed.deploymentId)
  })

  test('uses the process that refused the newer greeting for the older one', async () => {
    const deployed = await stage.deploy({ server: SERVERS.everything, transport: 'stdio' })
    const pids = new Set<number>()
    const watching = setInterval(() => {
      for (const pid of stage.engine.running()) pids.add(pid)
    }, 5)
    const before = new Set(stage.engine.running())
    await station.gateway.handshake(deployed.backend, patience())
    clearInterval(watching)
    expect([...pids].filter((pid) => !before.has(pid))).toHaveLength(1)
  })

  test('fails at once, with the exit code and the last lines, when a stdio server ends', async () => {
    const deployed = await stage.deploy({ server: SERVERS.crash, transport: 'stdio' })
    const error = await failure(station.gateway.handshake(deployed.backend, patience()))
    expect(error).toMatchObject({ code: 'HEALTH_CHECK_FAILED' })
    expect(error.message).toBe("The server's process ended with code 3 before it answered.")
    expect((error.cause as ProcessEnd).stderrTail).toEqual(['FATAL: API_KEY is not set'])
    expect(stage.engine.running()).toEqual(stage.engine.running().filter((pid) => pid > 0))
  })

  test('fails at once, with the exit code, when an HTTP container ends', async () => {
    const deployed = await stage.deploy({ server: SERVERS.crash, transport: 'http' })
    const error = await failure(station.gateway.handshake(deployed.backend, patience()))
    expect(error).toMatchObject({ code: 'HEALTH_CHECK_FAILED', message: 'The server ended with code 3.' })
  })

  test.each(['stdio', 'http'] as const)(
    'gives a server that never answers over %s its deadline, no more',
    async (transport) => {
      const deployed = await stage.deploy({ server: SERVERS.silent, transport })
      const error = await failure(station.gateway.handshake(deployed.backend, { ...patience(), deadlineMs: 1000 }))
      expect(error).toMatchObject({ code: 'HEALTH_CHECK_FAILED', message: 'The server did not answer within 1 s.' })
      expect(station.gateway.stats().sessions).toBe(0)
    },
  )

  test('stops when its caller gives up', async () => {
    const deployed = await stage.deploy({ server: SERVERS.silent, transport: 'stdio' })
    const cancel = new AbortController()
    const running = station.gateway.handshake(deployed.backend, { signal: cancel.signal, deadlineMs: 20_000 })
    cancel.abort(new BerthError('CANCELLED', 'cancelled'))
    expect(await failure(running)).toMatchObject({ code: 'CANCELLED' })
  })

  test('R3: takes what a server says as a database stores it, whatever characters it is written in', async () => {
    const deployed = await stage.deploy({ server: SERVERS.odd, transport: 'http' })
    const { tools, serverInfo } = await station.gateway.handshake(deployed.backend, patience())
    expect(serverInfo).toEqual({ name: 'odd-fixture', title: 'Odd', version: '1.0.0' })
    expect(tools).toEqual([
      {
        ...{ name: 'headers', description: 'Shows what arrived.' },
        inputSchema: { type: 'object', properties: { a: { description: 'half' } } },
      },
    ])
  })

  test('finds a tool that can be called through the endpoint', async () => {
    const deployed = await stage.deploy({ server: SERVERS.odd, transport: 'http' })
    const { tools } = await station.gateway.handshake(deployed.backend, patience())
    expect(tools.map((tool) => tool.name)).toEqual(['headers'])
    const { client } = await connectClient(deployed.url, deployed.token)
    expect(textOf(await client.callTool({ name: 'headers' }))).toContain('127.0.0.1:3001')
    await client.close()
  })
})
