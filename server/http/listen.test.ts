import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import type { Config } from '#server/config.ts'
import { listen } from './listen.ts'

test('while it drains, streams end, requests under way are finished, and health is still answered', async () => {
  const held: ServerResponse[] = []
  let arrived = () => {}
  const both = new Promise<void>((resolve) => {
    arrived = () => held.length === 2 && resolve()
  })
  const server = await listen({ host: '127.0.0.1', port: 0 } as Config, (req, res) => {
    if (req.url === '/api/health') return void res.end('stopping')
    if (req.url === '/stream') res.setHeader('content-type', 'text/event-stream').flushHeaders()
    held.push(res)
    arrived()
  })
  const stream = await fetch(`${server.url}/stream`)
  const slow = fetch(`${server.url}/slow`)
  await both

  let drained = false
  const drain = server.drain().then(() => {
    drained = true
  })
  await expect(stream.text()).rejects.toThrow()
  expect(await (await fetch(`${server.url}/api/health`)).text()).toBe('stopping')
  expect(drained).toBe(false)
  held.find((res) => !res.headersSent)?.end('done')
  expect(await (await slow).text()).toBe('done')
  await drain
  await server.stop()
  await expect(fetch(`${server.url}/api/health`)).rejects.toThrow()
})
