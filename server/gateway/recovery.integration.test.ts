import { eq } from 'drizzle-orm'
import { describe, expect, test, vi } from 'vitest'
import { deployments } from '#db/schema/deployments.ts'
import { postTo, SERVERS, TOOLS_LIST, textOf } from './testing.ts'
import { sessionBench } from './testing-sessions.ts'

const bench = sessionBench()
const { deploy, connect, processes, echo } = bench

describe('sessions that nobody uses', () => {
  test.each(['stdio', 'http'] as const)(
    'are put away past their idle deadline and come back with the next call over %s',
    async (transport) => {
      const { url, token } = await deploy({ server: SERVERS.everything, transport })
      const { client, transport: t } = await connect(url, token)
      await client.listTools()
      // The client goes away without DELETE, as nearly all do.
      const session = t.sessionId ?? ''
      await client.close()
      const before = processes()
      await vi.waitFor(() => expect(bench.station.gateway.stats().openAnswers).toBe(0))
      bench.clock += 9 * 60_000
      await bench.station.gateway.sweep()
      expect(bench.station.gateway.stats().sessions).toBeGreaterThan(0)
      bench.clock += 2 * 60_000
      await bench.station.gateway.sweep()
      expect(bench.station.gateway.stats().sessions).toBe(0)
      if (transport === 'stdio') expect(processes()).toBeLessThan(before)
      const answer = await postTo(url, { token, session, body: TOOLS_LIST })
      expect(answer.status).toBe(200)
      expect(await answer.text()).toContain('"id":9')
    },
  )
})

describe('a container that comes back', () => {
  test('HTTP: a restart costs no call and no session', async () => {
    const { url, token, containerId } = await deploy({ server: SERVERS.everything, transport: 'http' })
    const { client, transport } = await connect(url, token)
    expect(await echo(client, 'one')).toBe('Echo: one')
    const id = transport.sessionId
    await bench.stage.engine.kill(containerId)
    bench.stage.engine.start(containerId)
    // Not listening yet: the call waits for it, and the lost session (400 here) is opened anew.
    expect(await echo(client, 'two')).toBe('Echo: two')
    expect(transport.sessionId).toBe(id)
  })

  test('HTTP: a session lost behind a 400 is told from a call that is really bad', async () => {
    const { url, token, containerId } = await deploy({ server: SERVERS.odd, transport: 'http' })
    const { client } = await connect(url, token)
    const counters = async () =>
      JSON.parse(textOf(await client.callTool({ name: 'counters' }))) as { initialized: number }
    await expect(client.callTool({ name: 'bad' })).rejects.toThrow(/bad/)
    expect(await counters()).toMatchObject({ initialized: 1 })
    await bench.stage.engine.kill(containerId)
    bench.stage.engine.start(containerId)
    const many = await Promise.all(Array.from({ length: 10 }, counters))
    expect(many.every((one) => one.initialized === 1)).toBe(true)
  })

  test('HTTP: a container that is gone is said so', async () => {
    const { url, token, containerId } = await deploy({ server: SERVERS.odd, transport: 'http' })
    const { client } = await connect(url, token)
    await bench.stage.engine.kill(containerId)
    await expect(client.listTools()).rejects.toThrow(/not running/)
  })

  test.each([
    ['a session', 'everything', 'legacy'],
    ['the stateless era', 'modern', { pin: '2026-07-28' }],
  ] as const)('stdio: calls of %s that come at once to another container share one process', async (_, name, mode) => {
    const server = SERVERS[name]
    const { url, token, deploymentId } = await deploy({ server, transport: 'stdio' })
    const { client } = await connect(url, token, { mode })
    await client.listTools()
    const before = processes()
    const { containerId } = await bench.stage.engine.run([...server, 'stdio'])
    await bench.stage.database.db.update(deployments).set({ containerId }).where(eq(deployments.id, deploymentId))
    await Promise.all(Array.from({ length: 5 }, () => client.listTools()))
    expect(processes()).toBe(before)
  })

  test('a shared process that does not answer in time is asked anew by the next client', async () => {
    const { url: impatient } = await bench.stage.station({ limits: { initializeMs: 300 } })
    const { url, token } = await deploy({ server: SERVERS.silent, transport: 'shared' })
    for (const client of ['first', 'second'])
      await expect(connect(new URL(url.pathname, impatient), token), client).rejects.toThrow(
        /did not answer initialize/,
      )
  })

  test('Berth itself may restart: another process opens the session anew', async () => {
    const before = await bench.stage.station()
    const { url, token } = await deploy({ server: SERVERS.everything, transport: 'stdio' })
    const direct = new URL(url.pathname, before.url)
    const { transport } = await connect(direct, token)
    const session = transport.sessionId ?? ''
    await before.gateway.close()
    const answer = await postTo(url, { token, session, body: TOOLS_LIST })
    expect(answer.status).toBe(200)
  })
})
