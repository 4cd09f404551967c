/**
 * One SSH connection to a droplet. Only the host keys that were given are accepted (no trust on first use), only
 * ed25519, only our own client key; nothing is forwarded back to us.
 */
import net from 'node:net'
import { Client, type ClientChannel } from 'ssh2'
import { BerthError } from '#server/errors.ts'
import type { DropletTarget } from './port.ts'

/** A droplet that vanished without a word is noticed after KEEPALIVE_MS × KEEPALIVE_MISSED_MAX. */
const KEEPALIVE_MS = 10_000
const KEEPALIVE_MISSED_MAX = 3
const CHANNEL_OPEN_DEADLINE_MS = 10_000

export interface Connection {
  /** The line of `DropletTarget.hostKeys` that the droplet proved to hold. */
  readonly hostKey: string
  readonly alive: boolean
  /** @param open calls ssh2 with the callback it is given, e.g. `(c, done) => c.exec(command, done)` */
  channel(
    open: (client: Client, done: (error: Error | undefined, channel: ClientChannel) => void) => void,
  ): Promise<ClientChannel>
  end(): void
}

/** @throws BerthError SSH_HOST_KEY_MISMATCH, SSH_UNREACHABLE (also for a refused client key: see `isRefusedKey`) */
export function connectOnce(
  target: DropletTarget,
  o: { deadlineMs: number; onClose: (connection: Connection) => void },
): Promise<Connection> {
  const accepted = target.hostKeys.flatMap((line) => {
    const [type, blob] = line.trim().split(/\s+/, 2)
    return type === 'ssh-ed25519' && blob ? [{ line, blob: Buffer.from(blob, 'base64') }] : []
  })
  return new Promise((resolve, reject) => {
    const client = new Client()
    let hostKey: string | null = null
    let mismatch = false
    let alive = false

    const connection: Connection = {
      get hostKey() {
        return hostKey ?? ''
      },
      get alive() {
        return alive
      },
      channel: (open) => openChannel(client, open, () => client.destroy()),
      end() {
        alive = false
        client.end()
      },
    }
    client.on('ready', () => {
      alive = true
      // Without it each small request waits for the delayed acknowledgement of the one before: 40 ms.
      client.setNoDelay(true)
      resolve(connection)
    })
    client.on('error', (error: Error & { level?: string }) => {
      alive = false
      reject(mismatch ? mismatchError(target) : unreachable(target, error))
      // A handshake that failed may leave its socket open.
      client.destroy()
    })
    client.on('close', () => {
      alive = false
      reject(unreachable(target, new Error('the droplet closed the connection')))
      o.onClose(connection)
    })
    // Of our own making, because ssh2 sets no-delay on its sockets only after the handshake, which costs 130 ms.
    const socket = net.connect({ host: target.host, port: target.port, noDelay: true })
    // ssh2 hears the error too and tells it above; one that comes when ssh2 no longer listens tells nobody anything.
    socket.on('error', () => {})
    try {
      client.connect({
        sock: socket,
        username: target.username,
        privateKey: target.privateKey,
        authHandler: ['publickey'],
        algorithms: { serverHostKey: ['ssh-ed25519'] },
        hostVerifier: (shown: Buffer) => {
          hostKey = accepted.find((key) => key.blob.equals(shown))?.line ?? null
          mismatch = hostKey === null
          return !mismatch
        },
        readyTimeout: o.deadlineMs,
        keepaliveInterval: KEEPALIVE_MS,
        keepaliveCountMax: KEEPALIVE_MISSED_MAX,
      })
    } catch {
      socket.destroy()
      // ssh2 throws here for a private key that it can't read; its message is not passed on.
      reject(new BerthError('INTERNAL', 'The SSH key for this droplet could not be read.'))
    }
  })
}

function openChannel(
  client: Client,
  open: (client: Client, done: (error: Error | undefined, channel: ClientChannel) => void) => void,
  giveUp: () => void,
): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error('the droplet did not open a channel in time'))
      giveUp()
    }, CHANNEL_OPEN_DEADLINE_MS)
    try {
      open(client, (error, channel) => {
        clearTimeout(timer)
        if (error) reject(error)
        else resolve(channel)
      })
    } catch (error) {
      clearTimeout(timer)
      reject(error)
    }
  })
}

const where = (target: DropletTarget) => `${target.host}:${target.port}`

const mismatchError = (target: DropletTarget) =>
  new BerthError('SSH_HOST_KEY_MISMATCH', `${where(target)} shows a host key that is not this droplet's.`)

class RefusedKey extends Error {}

function unreachable(target: DropletTarget, error: Error & { level?: string }): BerthError {
  if (error.level === 'client-authentication')
    return new BerthError('SSH_UNREACHABLE', `${where(target)} does not accept this installation's SSH key.`, {
      cause: new RefusedKey(),
    })
  const reason = (error as NodeJS.ErrnoException).code ?? error.message
  return new BerthError('SSH_UNREACHABLE', `No SSH connection to ${where(target)}: ${reason}.`, { cause: error })
}

/** The droplet answered and said no: repeating at once changes nothing. */
export const isRefusedKey = (error: unknown): boolean =>
  error instanceof BerthError && error.cause instanceof RefusedKey
