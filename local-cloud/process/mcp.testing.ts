/** Just enough of an MCP client for tests of the engine: one request at a time. */
import { request as httpRequest } from 'node:http'
import { createInterface } from 'node:readline'
import type { Duplex, Readable } from 'node:stream'

export interface JsonRpcAnswer {
  id?: number
  // biome-ignore lint/suspicious/noExplicitAny: results of any method
  result?: any
  error?: { message: string }
}

const INITIALIZE = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
}

/** Lines of JSON over a process's streams. */
export async function stdioSession(stdin: NodeJS.WritableStream, stdout: Readable) {
  const waiting = new Map<number, (answer: JsonRpcAnswer) => void>()
  createInterface({ input: stdout }).on('line', (line) => {
    const message = JSON.parse(line) as JsonRpcAnswer
    if (message.id !== undefined) waiting.get(message.id)?.(message)
  })
  let next = 0
  const ask = (method: string, params: object = {}) =>
    new Promise<JsonRpcAnswer>((resolve) => {
      next += 1
      waiting.set(next, resolve)
      stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: next, method, params })}\n`)
    })
  const initialized = await ask('initialize', INITIALIZE)
  stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`)
  const call = async (name: string, args: object = {}) => (await ask('tools/call', { name, arguments: args })).result
  return { initialized, ask, call }
}

/** `initialize` over streamable HTTP on a connection that was forwarded. */
export function initializeOverHttp(connection: Duplex, path = '/mcp'): Promise<JsonRpcAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      // ssh2's channels are what http needs of a socket.
      createConnection: () => connection as never,
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', host: 'localhost' },
    })
    request.on('error', reject)
    request.on('response', (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk
        const data = /^data: (\{.*\})$/m.exec(text)?.[1]
        if (!data) return
        resolve(JSON.parse(data) as JsonRpcAnswer)
        request.destroy()
      })
      response.on('end', () => reject(new Error(`no event in ${response.statusCode} ${text}`)))
    })
    request.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: INITIALIZE }))
  })
}
