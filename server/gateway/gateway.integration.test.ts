import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectClient, gatewayStage, SERVERS, type Stage, textOf } from './testing.ts'

let stage: Stage
beforeAll(async () => {
  stage = await gatewayStage()
})
afterAll(() => stage.close())

describe('a real client lists and calls tools', () => {
  test.each([
    { name: 'session era over HTTP', server: SERVERS.everything, transport: 'http', mode: 'legacy' },
    { name: 'session era over stdio', server: SERVERS.everything, transport: 'stdio', mode: 'legacy' },
    { name: 'session era over a shared process', server: SERVERS.everything, transport: 'shared', mode: 'legacy' },
    { name: 'session era over HTTP+SSE', server: SERVERS.everything, transport: 'sse', mode: 'legacy' },
    { name: 'a client of both eras over HTTP+SSE', server: SERVERS.everything, transport: 'sse', mode: 'auto' },
    { name: 'stateless era over HTTP', server: SERVERS.modern, transport: 'http', mode: { pin: '2026-07-28' } },
    { name: 'stateless era over stdio', server: SERVERS.modern, transport: 'stdio', mode: { pin: '2026-07-28' } },
    {
      name: 'a client of both eras on an older HTTP server',
      server: SERVERS.everything,
      transport: 'http',
      mode: 'auto',
    },
    {
      name: 'a client of both eras on an older stdio server',
      server: SERVERS.everything,
      transport: 'stdio',
      mode: 'auto',
    },
    {
      name: 'an older client on a server of both eras, HTTP',
      server: SERVERS.modern,
      transport: 'http',
      mode: 'legacy',
    },
    {
      name: 'an older client on a server of both eras, stdio',
      server: SERVERS.modern,
      transport: 'stdio',
      mode: 'legacy',
    },
  ] as const)('$name', async ({ server, transport, mode }) => {
    const deployed = await stage.deploy({ server, transport })
    const { client } = await connectClient(deployed.url, deployed.token, { mode })
    const { tools } = await client.listTools()
    expect(tools.map((tool) => tool.name)).toContain('echo')
    expect(textOf(await client.callTool({ name: 'echo', arguments: { message: 'hi' } }))).toBe('Echo: hi')
    await client.close()
  })
})
