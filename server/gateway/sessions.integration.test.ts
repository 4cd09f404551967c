import { describe, expect, test, vi } from 'vitest'
import { connectClient, postTo, SERVERS, textOf } from './testing.ts'
import { sessionBench } from './testing-sessions.ts'

const bench = sessionBench()
const { deploy, connect, processes, echo } = bench

describe('the stdio bridge', () => {
  test('one process a client session, ended by DELETE', async () => {
    const { url, token } = await deploy({ server: SERVERS.everything, transport: 'stdio' })
    const before = processes()
    const first = await connect(url, token)
    const second = await connect(url, token)
    await Promise.all([first.client.listTools(), second.client.listTools()])
    expect(processes() - before).toBe(2)
    const id = first.transport.sessionId
    await first.transport.terminateSession()
    await vi.waitFor(() => expect(processes() - before).toBe(1), 5000)
    const again = await postTo(url, { token, session: id, body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' })
    expect(again.status).toBe(404)
    expect(await echo(second.client, 'still here')).toBe('Echo: still here')
  })

  test('carries progress to the call that asked for it', async () => {
    const { url, token } = await deploy({ server: SERVERS.everything, transport: 'stdio' })
    const { client } = await connect(url, token)
    const calls = await Promise.all(
      [2, 3, 4].map(async (steps) => {
        const seen: number[] = []
        const call = { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps } }
        await client.callTool(call, { onprogress: (p) => void seen.push(p.progress) })
        return seen
      }),
    )
    expect(calls).toEqual([
      [1, 2],
      [1, 2, 3],
      [1, 2, 3, 4],
    ])
  })

  test('brings the server’s requests to the client and the answers back', async () => {
    const { url, token } = await deploy({ server: SERVERS.everything, transport: 'stdio' })
    const { client } = await connect(url, token, {
      capabilities: { capabilities: { sampling: {}, elicitation: {}, roots: { listChanged: true } } },
      prepare: (c) => {
        c.setRequestHandler('sampling/createMessage', async () => ({
          role: 'assistant',
          model: 'test',
          content: { type: 'text', text: 'sampled words' },
        }))
        c.setRequestHandler('elicitation/create', async () => ({ action: 'decline' }))
        c.setRequestHandler('roots/list', async () => ({ roots: [{ uri: 'file:///here', name: 'here' }] }))
      },
    })
    await vi.waitFor(async () => {
      const names = (await client.listTools()).tools.map((tool) => tool.name)
      expect(names).toEqual(
        expect.arrayContaining(['trigger-sampling-request', 'trigger-elicitation-request', 'get-roots-list']),
      )
    })
    const sampled = await client.callTool({
      name: 'trigger-sampling-request',
      arguments: { prompt: 'p', maxTokens: 5 },
    })
    expect(JSON.stringify(sampled)).toContain('sampled words')
    const asked = await client.callTool({ name: 'trigger-elicitation-request', arguments: {} })
    expect(JSON.stringify(asked)).toContain('declined')
    expect(JSON.stringify(await client.callTool({ name: 'get-roots-list', arguments: {} }))).toContain('file:///here')
  })

  test('brings what belongs to no call to the client’s own stream', async () => {
    const { url, token } = await deploy({ server: SERVERS.everything, transport: 'stdio' })
    const logs: unknown[] = []
    const { client } = await connect(url, token, {
      prepare: (c) => c.setNotificationHandler('notifications/message', (n) => void logs.push(n.params.data)),
    })
    await client.callTool({ name: 'toggle-simulated-logging', arguments: {} })
    await vi.waitFor(() => expect(logs.length).toBeGreaterThan(0), 15_000)
  })

  test('a cancelled call ends, and the session goes on', async () => {
    const { url, token } = await deploy({ server: SERVERS.everything, transport: 'stdio' })
    const { client } = await connect(url, token)
    const cancel = new AbortController()
    const call = { name: 'trigger-long-running-operation', arguments: { duration: 30, steps: 300 } }
    const running = client.callTool(call, { signal: cancel.signal, onprogress: () => cancel.abort('enough') })
    await expect(running).rejects.toThrow()
    expect(await echo(client, 'on')).toBe('Echo: on')
    await vi.waitFor(() => expect(bench.station.gateway.stats().openAnswers).toBeLessThanOrEqual(1))
  })

  test('a session that is ended while its process starts leaves no process', async () => {
    const { url, token, deploymentId } = await deploy({ server: SERVERS.everything, transport: 'stdio' })
    const before = processes()
    const starting = connectClient(url, token)
    starting.catch(() => {})
    await vi.waitFor(() => expect(processes()).toBe(before + 1))
    await bench.station.gateway.drop(deploymentId)
    await expect(starting).rejects.toThrow()
    await vi.waitFor(() => expect(processes()).toBe(before), 5000)
  })

  test('a batch of revision 2025-03-26 is answered as one', async () => {
    const { url, token } = await deploy({ server: SERVERS.everything, transport: 'stdio' })
    const { transport } = await connect(url, token)
    const call = (id: number) => ({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name: 'echo', arguments: { message: `${id}` } },
    })
    const answer = await postTo(url, {
      token,
      session: transport.sessionId,
      body: JSON.stringify([call(7), { jsonrpc: '2.0', method: 'notifications/x' }, call(8)]),
      accept: 'application/json',
    })
    const list = (await answer.json()) as { id: number; result: unknown }[]
    expect(list.map((one) => [one.id, textOf(one.result)]).sort()).toEqual([
      [7, 'Echo: 7'],
      [8, 'Echo: 8'],
    ])
  })

  test('a process that dies gives its callers an error; the next call gets a new one', async () => {
    const { url, token } = await deploy({ server: SERVERS.everything, transport: 'stdio' })
    const { client, transport } = await connect(url, token)
    const id = transport.sessionId
    const running = client.callTool({ name: 'trigger-long-running-operation', arguments: { duration: 30, steps: 2 } })
    running.catch(() => {})
    await client.listTools()
    bench.stage.engine.killExecs()
    await expect(running).rejects.toThrow(/process (ended|was lost)/)
    expect(await echo(client, 'again')).toBe('Echo: again')
    expect(transport.sessionId).toBe(id)
  })

  test('no more processes than the bound, whoever opens sessions; all of them work', async () => {
    const { url, token, deploymentId } = await deploy({ server: SERVERS.memory, transport: 'stdio' })
    const before = processes()
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, processes() - before)
    }, 5)
    const clients = []
    for (let n = 0; n < 9; n++) clients.push((await connect(url, token)).client)
    for (const client of clients) expect((await client.listTools()).tools.length).toBeGreaterThan(5)
    clearInterval(watch)
    expect(most).toBe(4)
    await bench.station.gateway.drop(deploymentId)
    await vi.waitFor(() => expect(processes()).toBe(before), 5000)
  })

  test('a shared process serves all clients, and asks none of them', async () => {
    const { url, token } = await deploy({ server: SERVERS.everything, transport: 'shared' })
    const before = processes()
    const clients = await Promise.all(Array.from({ length: 5 }, () => connect(url, token)))
    const answers = await Promise.all(clients.map(({ client }, n) => echo(client, `mine is ${n}`)))
    expect(answers).toEqual([0, 1, 2, 3, 4].map((n) => `Echo: mine is ${n}`))
    expect(processes() - before).toBe(1)
    const progress = await Promise.all(
      clients.map(async ({ client }, n) => {
        const seen: number[] = []
        const call = { name: 'trigger-long-running-operation', arguments: { duration: 0.1, steps: n + 1 } }
        await client.callTool(call, { onprogress: (p) => void seen.push(p.progress) })
        return seen.length
      }),
    )
    expect(progress).toEqual([1, 2, 3, 4, 5])
  })

  test('a shared process keeps to the revision that a client asks for, and dies for nobody', async () => {
    const { url, token, containerId } = await deploy({ server: SERVERS.everything, transport: 'shared' })
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 'x',
        method: 'initialize',
        params: { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'old', version: '1' } },
      }),
    })
    expect(await answer.json()).toMatchObject({ id: 'x', result: { protocolVersion: '2025-03-26' } })
    const { client, transport } = await connect(url, token)
    expect(await echo(client, 'one')).toBe('Echo: one')
    const id = transport.sessionId
    await bench.stage.engine.kill(containerId)
    await vi.waitFor(async () => expect(await echo(client, 'two')).toBe('Echo: two'), 10_000)
    expect(transport.sessionId).toBe(id)
  })
})

describe('the stateless era over stdio', () => {
  test('calls share one process, with progress, input and cancellation of their own', async () => {
    const { url, token } = await deploy({
      server: SERVERS.modern,
      transport: 'stdio',
      env: { MCP_ERAS: 'modern' },
    })
    const before = processes()
    const options = {
      mode: { pin: '2026-07-28' },
      capabilities: { capabilities: { elicitation: {} } },
      prepare: (c: Awaited<ReturnType<typeof connect>>['client']) =>
        c.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: { confirm: true } })),
    }
    const [a, b] = [await connect(url, token, options), await connect(url, token, options)]
    expect(processes() - before).toBe(1)
    const count = async (client: typeof a.client, steps: number) => {
      const seen: number[] = []
      await client.callTool({ name: 'count', arguments: { steps } }, { onprogress: (p) => void seen.push(p.progress) })
      return seen
    }
    expect(await Promise.all([count(a.client, 2), count(b.client, 3)])).toEqual([
      [1, 2],
      [1, 2, 3],
    ])
    expect(textOf(await a.client.callTool({ name: 'ask', arguments: {} }))).toBe('confirmed')
    const cancel = new AbortController()
    const waiting = a.client.callTool({ name: 'wait', arguments: { ms: 60_000 } }, { signal: cancel.signal })
    waiting.catch(() => {})
    await b.client.listTools()
    cancel.abort('enough')
    await vi.waitFor(async () =>
      expect(textOf(await b.client.callTool({ name: 'cancelled', arguments: {} }))).toBe('1'),
    )
    expect(a.transport.sessionId).toBeUndefined()
  })

  test('another token gets another process', async () => {
    const { url, token, deploymentId } = await deploy({ server: SERVERS.modern, transport: 'stdio' })
    const other = await bench.stage.token(deploymentId)
    const mode = { pin: '2026-07-28' }
    const [a, b] = [await connect(url, token, { mode }), await connect(url, other.token, { mode })]
    const pid = async (c: typeof a) => textOf(await c.client.callTool({ name: 'pid', arguments: {} }))
    expect(await pid(a)).not.toBe(await pid(b))
  })

  test('a client of sessions only hears which revision it needs', async () => {
    const { url, token } = await deploy({
      server: SERVERS.modern,
      transport: 'stdio',
      env: { MCP_ERAS: 'modern' },
    })
    await expect(connect(url, token)).rejects.toThrow(/[Uu]nsupported protocol version/)
  })

  test.each(['http', 'stdio'] as const)(
    'a client of both eras falls back on a known older server over %s',
    async (transport) => {
      const { url, token } = await deploy({ server: SERVERS.everything, transport, era: 'session' })
      const { client } = await connect(url, token, { mode: 'auto' })
      expect(await echo(client, 'older')).toBe('Echo: older')
      await expect(connect(url, token, { mode: { pin: '2026-07-28' } })).rejects.toThrow()
    },
  )
})
