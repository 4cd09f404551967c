/**
 * The droplet's sshd, in this process: root by public key only, the literal droplet commands, forwarding to the
 * Docker socket and to ports of the droplet's own containers. Nothing else: no shell, no terminal, no files.
 */
import { timingSafeEqual } from 'node:crypto'
import type { Server as HttpServer } from 'node:http'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import ssh2, { type AuthContext, type Connection, type ParsedKey, type ServerChannel, type Session } from 'ssh2'
import { type CommandContext, runCommand } from './commands.ts'

export const DOCKER_SOCKET = '/var/run/docker.sock'

/** Clients offer OpenSSH's extensions, such as forwarding to a socket, to what calls itself OpenSSH. */
const IDENT = 'OpenSSH_9.9 local-cloud'

export interface SshOptions {
  port: number
  /** OpenSSH public key lines; lines that are no key are ignored, as sshd does. */
  authorizedKeys: string[]
  commands: CommandContext
  engine: HttpServer
  isContainerPort: (port: number) => boolean
  log: (line: string) => void
}

export interface SshServer {
  /** Cuts every connection. */
  close(): Promise<void>
}

export async function startSshServer(options: SshOptions): Promise<SshServer> {
  const keys = options.authorizedKeys.flatMap((line) => parsePublicKey(line))
  const sockets = new Set<Socket>()
  let server = { key: '', ssh: null as ssh2.Server | null }
  const current = () => {
    const key = options.commands.hostKeys.served()
    if (server.ssh === null || server.key !== key)
      server = {
        key,
        ssh: new ssh2.Server({ hostKeys: [key], ident: IDENT }, (c) => serve(c, keys, options)),
      }
    return server.ssh as ssh2.Server
  }
  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    current().injectSocket(socket)
  })
  await listen(listener, options.port)
  return {
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function listen(listener: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    listener.once('error', reject)
    listener.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      listener.off('error', reject)
      resolve()
    })
  })
}

function parsePublicKey(line: string): ParsedKey[] {
  const parsed = ssh2.utils.parseKey(line)
  return parsed instanceof Error || parsed.isPrivateKey() ? [] : [parsed]
}

function serve(connection: Connection, keys: ParsedKey[], options: SshOptions): void {
  connection.on('error', (error) => {
    // Scanners and clients that refuse the host key end like this; it is their business.
    if (!/ECONNRESET|KEY_EXCHANGE|handshake/i.test(error.message)) options.log(`ssh: ${error.message}`)
  })
  connection.on('authentication', (ctx) => authenticate(ctx, keys))
  connection.on('ready', () => {
    connection.on('session', (accept) => serveSession(accept(), options))
    connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
      const local = destIP === '127.0.0.1' || destIP === 'localhost'
      if (!local || !options.isContainerPort(destPort)) return void reject()
      forward(destPort, accept, reject)
    })
    connection.on('openssh.streamlocal', (accept, reject, { socketPath }) => {
      if (socketPath !== DOCKER_SOCKET && socketPath !== '/run/docker.sock') return void reject()
      const channel = accept()
      channel.on('error', () => channel.destroy())
      options.engine.emit('connection', channel)
    })
    connection.on('request', (_accept, reject) => reject?.())
  })
}

function authenticate(ctx: AuthContext, keys: ParsedKey[]): void {
  if (ctx.method !== 'publickey' || ctx.username !== 'root') return void ctx.reject(['publickey'])
  const key = keys.find((candidate) => sameBytes(candidate.getPublicSSH(), ctx.key.data))
  if (!key) return void ctx.reject(['publickey'])
  // Without a signature the client only asks whether this key would do.
  if (!ctx.signature || !ctx.blob) return void ctx.accept()
  if (key.verify(ctx.blob, ctx.signature, ctx.hashAlgo) === true) ctx.accept()
  else ctx.reject(['publickey'])
}

function sameBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

function serveSession(session: Session, options: SshOptions): void {
  session.on('exec', (accept, _reject, { command }) => {
    const channel = accept()
    channel.on('error', () => channel.destroy())
    const finish = ({ exitCode, stdout, stderr }: { exitCode: number; stdout: string; stderr: string }) => {
      if (stderr) channel.stderr.write(stderr)
      if (stdout) channel.write(stdout)
      channel.exit(exitCode)
      channel.end()
    }
    runCommand(options.commands, command, () => text(channel)).then(finish, (error: unknown) => {
      options.log(`ssh ${command}: ${error instanceof Error ? error.message : error}`)
      finish({ exitCode: 1, stdout: '', stderr: 'berth-droplet: failed\n' })
    })
  })
  for (const refused of ['pty', 'shell', 'sftp', 'subsystem', 'x11', 'env', 'signal'] as const)
    session.on(refused as 'pty', (_accept: unknown, reject?: () => void) => reject?.())
}

function forward(port: number, accept: () => ServerChannel, reject: () => void): void {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let channel: ServerChannel | null = null
  socket.once('connect', () => {
    channel = accept()
    channel.on('error', () => socket.destroy())
    channel.on('close', () => socket.destroy())
    channel.pipe(socket).pipe(channel)
  })
  socket.on('error', () => {
    if (channel) channel.destroy()
    else reject()
  })
}
