/** The HTTP server's socket side: one port, no delay on any socket, and a stop that ends. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Config } from '#server/config.ts'
import { isStream } from '#server/observability/metrics.ts'

/** One sentence for the person who started Berth. */
export class ListenError extends Error {}

/** Longer than the 60 s of common load balancers, so that they never send into a connection that is closing. */
const KEEP_ALIVE_MS = 75_000
/** Requests under way get this long when the server stops. */
const DRAIN_MS = 5000

export interface Listening {
  /** Where other processes on this machine reach it. */
  url: string
  /** Ends streams and waits for requests under way; goes on answering, so that health can say `stopping`. */
  drain(): Promise<void>
  stop(): Promise<void>
}

export async function listen(
  config: Config,
  handle: (req: IncomingMessage, res: ServerResponse) => void,
): Promise<Listening> {
  const open = new Set<ServerResponse>()
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveTimeout: KEEP_ALIVE_MS }, (req, res) => {
    open.add(res)
    res.once('close', () => open.delete(res))
    handle(req, res)
  })
  // No web socket is served (development excepted, where Next takes its own).
  server.on('upgrade', (_req, socket: Socket) => {
    if (server.listenerCount('upgrade') === 1) socket.destroy()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explained(config, error)))
    server.listen(config.port, config.host, resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : config.port
  return {
    url: `http://${reachable(config.host)}:${port}`,
    async drain() {
      // Streams would last forever; whoever reads one opens it again where it is answered.
      for (const res of open) if (isStream(res)) res.destroy()
      const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
      await Promise.all([...open].map((res) => once(res, 'close')))
      clearTimeout(late)
    },
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** A wildcard address is where one listens, not where one connects to. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

function explained({ port, host }: Config, error: NodeJS.ErrnoException): Error {
  if (error.code === 'EADDRINUSE')
    return new ListenError(`Port ${port} is in use: stop what listens there, or set PORT to another one.`)
  if (error.code === 'EACCES') return new ListenError(`Port ${port} is reserved for root: set PORT to 1024 or higher.`)
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new ListenError(`${host} is not an address of this machine: set HOST to one that is, or to 0.0.0.0.`)
  return error
}
