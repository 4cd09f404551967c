/** What the tests of this folder share: a server of this process, pretend names, and a client. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { createAsk, type Lookup } from './ask.ts'
import { createRegistryClient } from './client.ts'
import type { CredentialsFor, RegistryClient } from './port.ts'

export type Answer = (req: IncomingMessage, res: ServerResponse) => void

export interface Listening {
  /** `127.0.0.1:port` */
  host: string
  close(): Promise<void>
}

export async function listen(answer: Answer): Promise<Listening> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** To be called once a test file: says `hello` until a test says otherwise, and keeps what that test asked of it. */
export function testDoor() {
  const hello: Answer = (_, res) => res.end('hello')
  const asked: { url?: string; host?: string; authorization?: string }[] = []
  /** `host` is `127.0.0.1:port`. */
  const door = { host: '', port: 0, asked, answer: hello }
  let listening: Listening
  beforeAll(async () => {
    listening = await listen((req, res) => {
      asked.push({ url: req.url, host: req.headers.host, authorization: req.headers.authorization })
      door.answer(req, res)
    })
    Object.assign(door, { host: listening.host, port: Number(listening.host.split(':')[1]) })
  })
  beforeEach(() => {
    asked.length = 0
    door.answer = hello
  })
  afterAll(() => listening.close())
  return door
}

export const clientOf = (
  allowedHosts: string[],
  o: { credentialsFor?: CredentialsFor; timeoutMs?: number; deadlineMs?: number; now?: () => number } = {},
): RegistryClient => createRegistryClient({ ask: createAsk({ allowedHosts }), credentialsFor: async () => null, ...o })

/** Answers each name with the next of its addresses, the last one for ever. */
export function names(table: Record<string, string[]>): Lookup & { asked: string[] } {
  const lookup: Lookup = (hostname, _, done) => {
    lookups.asked.push(hostname)
    const [address, ...later] = table[hostname] ?? []
    if (!address) return done(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), [])
    if (later.length > 0) table[hostname] = later
    done(null, [{ address, family: address.includes(':') ? 6 : 4 }])
  }
  const lookups = Object.assign(lookup, { asked: [] as string[] })
  return lookups
}

/** No machine has this address, so a connection to it fails at once or never answers. */
export const NOBODY = '3ffe::1'

/** Code and message of what was thrown. */
export const failure = (asking: Promise<unknown>): Promise<string> =>
  asking.then(
    () => 'answered',
    (error: { code: string; message: string }) => `${error.code} ${error.message}`,
  )

/** What a thrown error must hold. */
export const code = (code: string, message?: RegExp) => ({
  code,
  ...(message && { message: expect.stringMatching(message) }),
})
