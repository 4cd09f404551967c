/**
 * A droplet for tests of this folder: a real SSH server in this process whose Docker socket is an `http` handler that
 * the test gives. It counts channels, so that a leak shows.
 */
import { createServer, type Server as HttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import type { Duplex } from 'node:stream'
import ssh2, { type ServerChannel, type Connection as SshConnection } from 'ssh2'
import type { DropletTarget } from './port.ts'

export interface KeyPair {
  /** `ssh-ed25519 AAAA…` */
  publicLine: string
  private: string
}

export function newKeyPair(): KeyPair {
  const pair = ssh2.utils.generateKeyPairSync('ed25519')
  return { publicLine: pair.public.trim().split(' ').slice(0, 2).join(' '), private: pair.private }
}

export interface TestDroplet {
  /** What `resolve` of a pool answers. */
  target(overrides?: Partial<DropletTarget>): DropletTarget
  readonly connections: number
  readonly connectionsEver: number
  readonly channels: number
  readonly channelsMost: number
  /** Bytes of command lines that were run. */
  readonly commands: string[]
  /** Cuts every connection without a word. */
  cut(): void
  /** Shows another host key from the next connection on. */
  useHostKey(key: KeyPair): void
  close(): Promise<void>
}

interface CommandAnswer {
  stdout: string
  stderr?: string
  code: number
}

export interface TestDropletOptions {
  hostKey: KeyPair
  clientKey: KeyPair
  docker?: RequestListener
  /** Takes hijacked connections of the Docker socket. */
  upgrade?: (path: string, socket: Duplex, head: Buffer) => void
  /** Answers a command: its stdin → stdout and exit code. */
  command?: (command: string, stdin: string) => CommandAnswer | null
  /** The same without a look at stdin. */
  commandAtOnce?: (command: string) => CommandAnswer
  port?: number
}

export async function startTestDroplet(options: TestDropletOptions): Promise<TestDroplet> {
  let hostKey = options.hostKey
  const live = new Set<{ connection: SshConnection; socket: Duplex }>()
  const commands: string[] = []
  let connectionsEver = 0
  let channels = 0
  let channelsMost = 0
  const docker: HttpServer = createServer(options.docker ?? ((_request, response) => response.end()))
  docker.keepAliveTimeout = 0
  docker.on('upgrade', (request, socket, head) => options.upgrade?.(request.url ?? '', socket, head))

  const count = (channel: Duplex) => {
    channels++
    channelsMost = Math.max(channelsMost, channels)
    channel.once('close', () => {
      channels--
    })
  }

  function serve(connection: SshConnection): void {
    connection.on('authentication', (auth) => {
      const line = auth.method === 'publickey' ? `${auth.key.algo} ${auth.key.data.toString('base64')}` : ''
      if (line === options.clientKey.publicLine) auth.accept()
      else auth.reject(['publickey'])
    })
    connection.on('session', (acceptSession) => {
      acceptSession().on('exec', (acceptExec, _reject, info) => {
        const channel: ServerChannel = acceptExec()
        count(channel)
        commands.push(info.command)
        const stdin: Buffer[] = []
        const finish = (answer: CommandAnswer) => {
          channel.write(answer.stdout)
          if (answer.stderr) channel.stderr.write(answer.stderr)
          channel.exit(answer.code)
          channel.end()
        }
        const hasty = options.commandAtOnce?.(info.command)
        if (hasty) {
          finish(hasty)
          return
        }
        channel.on('data', (chunk: Buffer) => stdin.push(chunk))
        channel.on('end', () => {
          const answer = options.command?.(info.command, Buffer.concat(stdin).toString())
          // null: never answers.
          if (answer) finish(answer)
        })
      })
    })
    connection.on('openssh.streamlocal', (accept) => {
      const channel = accept()
      count(channel)
      docker.emit('connection', asSocket(channel))
    })
    connection.on('tcpip', (accept, reject, info) => {
      const socket = connect(info.destPort, info.destIP)
      socket.once('error', () => reject())
      socket.once('connect', () => {
        const channel = accept()
        count(channel)
        channel.pipe(socket).pipe(channel)
        channel.on('close', () => socket.destroy())
        socket.on('error', () => channel.close())
      })
    })
    connection.on('error', () => {})
  }

  // A server of ssh2 has fixed host keys, so each connection gets a server of its own behind one listening socket.
  const tcp = createTcpServer((socket) => {
    connectionsEver++
    socket.setNoDelay(true)
    const ssh = new ssh2.Server({ hostKeys: [hostKey.private] }, (connection) => {
      const entry = { connection, socket }
      live.add(entry)
      socket.once('close', () => live.delete(entry))
      serve(connection)
    })
    socket.on('error', () => {})
    ssh.injectSocket(socket)
  })
  await new Promise<void>((resolve) => tcp.listen(options.port ?? 0, '127.0.0.1', resolve))
  const { port } = tcp.address() as AddressInfo

  return {
    target: (overrides = {}) => ({
      dropletId: 'droplet',
      host: '127.0.0.1',
      port,
      username: 'root',
      privateKey: options.clientKey.private,
      hostKeys: [options.hostKey.publicLine],
      ...overrides,
    }),
    get connections() {
      return live.size
    },
    get connectionsEver() {
      return connectionsEver
    },
    get channels() {
      return channels
    },
    get channelsMost() {
      return channelsMost
    },
    commands,
    cut() {
      for (const { socket } of live) socket.destroy()
    },
    useHostKey(key) {
      hostKey = key
    },
    async close() {
      for (const { socket } of live) socket.destroy()
      docker.closeAllConnections()
      await new Promise((resolve) => tcp.close(resolve))
    },
  }
}

/** What node:http calls on a socket that an SSH channel lacks. */
function asSocket(channel: ServerChannel): Duplex {
  const nothing = () => channel
  return Object.assign(channel, {
    setTimeout: nothing,
    setNoDelay: nothing,
    setKeepAlive: nothing,
    destroySoon: () => channel.end(),
  })
}
