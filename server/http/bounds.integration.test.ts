import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Stack, testStack } from '#server/testing/stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await testStack({ pages: async (_, res) => void res.end('page') })
})
afterAll(() => stack.end())

describe('what is sent to Berth is bounded, whoever sends it', () => {
  /** Chunks as small as one likes, which no ordinary client sends. @returns the status, and bytes of memory it took */
  async function flood(path: string, piece: string, times: number) {
    const { hostname, port } = new URL(stack.url)
    const socket = connect(Number(port), hostname)
    const rest: string[] = []
    socket.on('data', (data) => rest.push(data.toString()))
    socket.on('error', () => {})
    const closed = once(socket, 'close')
    const before = process.memoryUsage()
    let peak = 0
    const frames = `${piece.length.toString(16)}\r\n${piece}\r\n`.repeat(2000)
    const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n`
    socket.write(`${head}transfer-encoding: chunked\r\n\r\n`)
    for (let sent = 0; sent < times && !socket.destroyed; sent += 2000) {
      if (!socket.write(frames)) await Promise.race([once(socket, 'drain'), closed])
      const { heapUsed, arrayBuffers } = process.memoryUsage()
      peak = Math.max(peak, heapUsed + arrayBuffers - before.heapUsed - before.arrayBuffers)
    }
    if (!socket.destroyed) socket.write('0\r\n\r\n')
    await closed
    return { status: Number(/^HTTP\/1.1 (\d+)/.exec(rest.join(''))?.[1]), peak }
  }

  test('a call in a million pieces costs about what it holds', async () => {
    const { status, peak } = await flood('/api/trpc/auth.setup', '1', 1_000_000)
    expect(status).toBe(400)
    expect(peak).toBeLessThan(100 * 2 ** 20)
  }, 30_000)

  test('a call that is too large is refused in the API’s own words', async () => {
    const response = await fetch(`${stack.url}/api/trpc/auth.setup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ json: 'x'.repeat(3 * 2 ** 20) }),
    })
    const { error } = (await response.json()) as { error: { json: { data: unknown } } }
    expect(error.json.data).toMatchObject({ httpStatus: 413, berth: { code: 'INVALID_INPUT' } })
  })

  test('pages read forms only: nothing without a length, and nothing long', async () => {
    expect((await flood('/api/auth/callback/credentials', 'x', 2000)).status).toBe(411)
    const post = (length: number) =>
      fetch(`${stack.url}/api/auth/callback/credentials`, { method: 'POST', body: 'x'.repeat(length) })
    expect((await post(64 * 1024 + 1)).status).toBe(413)
    expect((await post(64 * 1024)).status).toBe(200)
  })
})
