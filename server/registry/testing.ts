/** What the tests of this folder share: a pretend registry in this process, and asking it without waiting long. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAsk } from './ask.ts'
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

export const clientOf = (
  allowedHosts: string[],
  o: { credentialsFor?: CredentialsFor; timeoutMs?: number; deadlineMs?: number; now?: () => number } = {},
): RegistryClient => createRegistryClient({ ask: createAsk({ allowedHosts }), credentialsFor: async () => null, ...o })
