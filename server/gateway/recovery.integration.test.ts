import { eq } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { deployments } from '#db/schema/deployments.ts'
import { connectClient, gatewayStage, SERVERS, type Stage, type Station, textOf } from './testing.ts'

let stage: Stage
let station: Station
let clock = Date.now()
const open: { close(): Promise<void> }[] = []

beforeAll(async () => {
  stage = await gatewayStage()
  station = await stage.station({ now: () => clock, limits: { processesMax: 4, reconnectMs: 5000 } })
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()))
})
afterAll(() => stage.close())

const connect: typeof connectClient = async (...args) => {
  const connected = await connectClient(...args)
  open.push(connected.client)
  return connected
}
const pidsNow = () => stage.engine.running().length
const echo = async (client: Awaited<ReturnType<typeof connect>>['client'], message: string) =>
  textOf(await client.callTool({ name: 'echo', arguments: { message } }))

describe('sessions that nobody uses', () => {
  test.each(['stdio', 'http'] as const)(
    'are put away past their idle deadline and come back with the next call over %s',
    async (transport) => {
      const { url, token } = await stage.deploy({ server: SERVERS.everything, transport })
      const { client, transport: t } = await connect(url, token)
      await client.listTools()
      // The client goes away without DELETE, as nearly all do.
      const session = t.sessionId ?? ''
      await client.close()
      const before = pidsNow()
      await vi.waitFor(() => expect(station.gateway.stats().openAnswers).toBe(0))
      clock += 9 * 60_000
      await station.gateway.sweep()
      expect(station.gateway.stats().sessions).toBeGreaterThan(0)
      clock += 2 * 60_000
      await station.gateway.sweep()
      expect(station.gateway.stats().sessions).toBe(0)
      if (transport === 'stdio') expect(pidsNow()).toBeLessThan(before)
      const answer = await fetch(url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-session-id': session,
        },
        body: '{"jsonrpc":"2.0","id":9,"method":"tools/list"}',
      })
      expect(answer.status).toBe(200)
      expect(await answer.text()).toContain('"id":9')
    },
  )
})

describe('a container that comes back', () => {
  test('HTTP: a restart costs no call and no session', async () => {
    const { url, token, containerId } = await stage.deploy({ server: SERVERS.everything, transport: 'http' })
    const { client, transport } = await connect(url, token)
    expect(await echo(client, 'one')).toBe('Echo: one')
    const id = transport.sessionId
    await stage.engine.kill(containerId)
    stage.engine.start(containerId)
    // Not listening yet: the call waits for it, and the lost session (400 here) is opened anew.
    expect(await echo(client, 'two')).toBe('Echo: two')
    expect(transport.sessionId).toBe(id)
  })

  test('HTTP: a session lost behind a 400 is told from a call that is really bad', async () => {
    const { url, token, containerId } = await stage.deploy({ server: SERVERS.odd, transport: 'http' })
    const { client } = await connect(url, token)
    const counters = async () =>
      JSON.parse(textOf(await client.callTool({ name: 'counters' }))) as { initialized: number }
    await expect(client.callTool({ name: 'bad' })).rejects.toThrow(/bad/)
    expect(await counters()).toMatchObject({ initialized: 1 })
    await stage.engine.kill(containerId)
    stage.engine.start(containerId)
    const many = await Promise.all(Array.from({ length: 10 }, counters))
    expect(many.every((one) => one.initialized === 1)).toBe(true)
  })

  test('HTTP: a container that is gone is said so', async () => {
    const { url, token, containerId } = await stage.deploy({ server: SERVERS.odd, transport: 'http' })
    const { client } = await connect(url, token)
    await stage.engine.kill(containerId)
    await expect(client.listTools()).rejects.toThrow(/not running/)
  })

  test.each([
    ['a session', 'everything', 'legacy'],
    ['the stateless era', 'modern', { pin: '2026-07-28' }],
  ] as const)('stdio: calls of %s that come at once to another container share one process', async (_, name, mode) => {
    const server = SERVERS[name]
    const { url, token, deploymentId } = await stage.deploy({ server, transport: 'stdio' })
    const { client } = await connect(url, token, { mode })
    await client.listTools()
    const before = pidsNow()
    const { containerId } = await stage.engine.run([...server, 'stdio'])
    await stage.database.db.update(deployments).set({ containerId }).where(eq(deployments.id, deploymentId))
    await Promise.all(Array.from({ length: 5 }, () => client.listTools()))
    expect(pidsNow()).toBe(before)
  })

  test('a shared process that does not answer in time is asked anew by the next client', async () => {
    const { url: impatient } = await stage.station({ limits: { initializeMs: 300 } })
    const { url, token } = await stage.deploy({ server: SERVERS.silent, transport: 'shared' })
    for (const client of ['first', 'second'])
      await expect(connect(new URL(url.pathname, impatient), token), client).rejects.toThrow(
        /did not answer initialize/,
      )
  })

  test('Berth itself may restart: another process opens the session anew', async () => {
    const before = await stage.station()
    const { url, token } = await stage.deploy({ server: SERVERS.everything, transport: 'stdio' })
    const direct = new URL(url.pathname, before.url)
    const { transport } = await connect(direct, token)
    const session = transport.sessionId ?? ''
    await before.gateway.close()
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-session-id': session,
      },
      body: '{"jsonrpc":"2.0","id":9,"method":"tools/list"}',
    })
    expect(answer.status).toBe(200)
  })
})
