/**
 * The way to every droplet's Docker Engine: one SSH connection a droplet, shared by all of its callers.
 *
 *     engine(dropletId) ─▶ dockerode ─▶ ChannelAgent (≤ 16) ─▶ ChannelSocket ┐
 *     agentFor(port)    ─▶ http.request ─▶ ChannelAgent (≤ 256) ─▶ ChannelSocket ├▶ connected() ─▶ connectOnce (ssh2)
 *     command(literal)  ─▶ runCommand ─▶ session channel (≤ 8) ──────────────┘        one at a time a droplet
 *
 * Promises: only the host keys that `resolve` gives are accepted, and which one was proven is told
 * (`provenHostKey`). A lost connection is made anew by the next call, with a bounded back-off shared by all callers;
 * agents and engines stay valid across it. Every call has a deadline. Sockets are reused and bounded: channels that
 * are left open use up dockerd's file descriptors after about 1,000. A connection that nobody used for a while is
 * dropped. Private keys live as long as one attempt to connect.
 *
 * To end a process: the Engine API starts one in a container (`exec`) but can't end it, and an image need not hold
 * `kill`. So `StdioProcess.close` closes stdin, waits for its grace, asks `GET /exec/<id>/json`, and for what is still
 * running sends one literal (`execKill` in remote-commands.ts) with its pid and container id; the droplet's script
 * compares the pid's cgroup with the container before it signals the process group. Then the engine is asked again.
 *
 * Never: a shell, a string of a user in a command (R1), a name that was not checked in a path (`names.ts`, R3), a field
 * of `HostConfig` beyond the allow-list (`container-body.ts`, R6), a variable in a URL (`docker.ts`, I6).
 */
import type { Agent } from 'node:http'
import type { ClientChannel } from 'ssh2'
import { BerthError } from '#server/errors.ts'
import { ChannelAgent } from './channel-socket.ts'
import { COMMAND_DEADLINE_MS, runCommand } from './command.ts'
import { type Connection, connectOnce, isRefusedKey } from './connection.ts'
import { dockerOver } from './docker.ts'
import { createEngine } from './engine.ts'
import { withDeadline } from './failure.ts'
import type { CallOptions, DropletTarget, Engine, EnginePool } from './port.ts'

const DOCKER_SOCKET = '/var/run/docker.sock'
const CONNECT_DEADLINE_MS = 15_000
const BACKOFF_FIRST_MS = 100
const BACKOFF_MAX_MS = 2_000
const IDLE_MS = 5 * 60_000
/** dockerd is no quicker with more, and each costs it a file descriptor. */
const CALL_SOCKETS_MAX = 16
/** One each for a pull, a followed log, a process that starts; sshd's own limit is 1,024 descriptors. */
const STREAM_SOCKETS_MAX = 256
const PORT_SOCKETS_MAX = 256
const FREE_SOCKETS_MAX = 16
/** Below sshd's MaxSessions of 10. */
const SESSIONS_MAX = 8

export interface EnginePoolOptions {
  /** Where and how; asked anew for every connection. Throws when there is no such droplet. */
  resolve: (dropletId: string) => Promise<DropletTarget>
  connectDeadlineMs?: number
  idleMs?: number
}

interface Entry {
  connecting: Promise<Connection> | null
  live: Connection | null
  /** Failed attempts in a row, over all callers. */
  failures: number
  triedAt: number
  usedAt: number
  holds: number
  sessions: number
  waiting: (() => void)[]
  ports: Map<number, ChannelAgent>
  calls: ChannelAgent
  streams: ChannelAgent
  engine: Engine
  forgotten: boolean
}

export function createEnginePool(options: EnginePoolOptions): EnginePool {
  const connectDeadlineMs = options.connectDeadlineMs ?? CONNECT_DEADLINE_MS
  const idleMs = options.idleMs ?? IDLE_MS
  const entries = new Map<string, Entry>()
  let closed = false
  const idleTimer = setInterval(dropIdle, Math.max(20, idleMs / 4)).unref()

  function entryOf(dropletId: string): Entry {
    if (closed) throw new BerthError('SSH_UNREACHABLE', 'Berth is stopping.')
    let entry = entries.get(dropletId)
    if (!entry) {
      entry = newEntry(dropletId)
      entries.set(dropletId, entry)
    }
    return entry
  }

  function newEntry(dropletId: string): Entry {
    const dockerSocket = () =>
      openChannel(dropletId, (connection) =>
        connection.channel((client, done) => client.openssh_forwardOutStreamLocal(DOCKER_SOCKET, done)),
      )
    const calls = new ChannelAgent(dockerSocket, { maxSockets: CALL_SOCKETS_MAX, maxFreeSockets: CALL_SOCKETS_MAX })
    // Their sockets end with their stream, so none is kept.
    const streams = new ChannelAgent(dockerSocket, { maxSockets: STREAM_SOCKETS_MAX, maxFreeSockets: 0 })
    const engine = createEngine({
      calls: dockerOver(calls),
      streams: dockerOver(streams),
      command: (command) => pool.command(dropletId, command),
      agentFor: (hostPort) => portAgent(dropletId, hostPort),
      hold: () => hold(entryOf(dropletId)),
    })
    return {
      connecting: null,
      live: null,
      failures: 0,
      triedAt: 0,
      usedAt: performance.now(),
      holds: 0,
      sessions: 0,
      waiting: [],
      ports: new Map(),
      calls,
      streams,
      engine,
      forgotten: false,
    }
  }

  function hold(entry: Entry): () => void {
    entry.holds++
    let held = true
    return () => {
      if (!held) return
      held = false
      entry.holds--
      entry.usedAt = performance.now()
    }
  }

  function portAgent(dropletId: string, hostPort: number): Agent {
    const entry = entryOf(dropletId)
    let agent = entry.ports.get(hostPort)
    if (!agent) {
      const open = () =>
        openChannel(dropletId, (connection) =>
          connection.channel((client, done) => client.forwardOut('127.0.0.1', 0, '127.0.0.1', hostPort, done)),
        )
      agent = new ChannelAgent(open, { maxSockets: PORT_SOCKETS_MAX, maxFreeSockets: FREE_SOCKETS_MAX })
      entry.ports.set(hostPort, agent)
    }
    return agent
  }

  async function openChannel(
    dropletId: string,
    open: (connection: Connection) => Promise<ClientChannel>,
  ): Promise<ClientChannel> {
    const entry = entryOf(dropletId)
    entry.usedAt = performance.now()
    return open(await connected(dropletId, entry))
  }

  /** Single-flight: whoever comes while a connection is made waits for that one. */
  function connected(dropletId: string, entry: Entry): Promise<Connection> {
    if (entry.live?.alive) return Promise.resolve(entry.live)
    entry.connecting ??= connect(dropletId, entry).finally(() => {
      entry.connecting = null
    })
    return entry.connecting
  }

  async function connect(dropletId: string, entry: Entry): Promise<Connection> {
    const deadlineAt = performance.now() + connectDeadlineMs
    let refusedKeys = ''
    for (;;) {
      await backOff(entry)
      const target = await options.resolve(dropletId)
      const keys = target.hostKeys.join('\n')
      try {
        entry.triedAt = performance.now()
        const leftMs = Math.max(1, deadlineAt - entry.triedAt)
        const connection = await connectOnce(target, {
          deadlineMs: Math.ceil(leftMs),
          onClose: (closed) => {
            if (entry.live === closed) entry.live = null
          },
        })
        if (entry.forgotten || closed) {
          connection.end()
          throw new BerthError('SSH_UNREACHABLE', 'The droplet was let go meanwhile.')
        }
        entry.failures = 0
        entry.live = connection
        return connection
      } catch (error) {
        entry.failures++
        if (!(error instanceof BerthError) || entry.forgotten || closed || isRefusedKey(error)) throw error
        // A rotation may have stored its key between our look and the droplet's answer: look once more.
        const stale = error.code === 'SSH_HOST_KEY_MISMATCH' && refusedKeys !== keys
        if (stale && (await options.resolve(dropletId)).hostKeys.join('\n') !== keys) {
          refusedKeys = keys
          continue
        }
        const later = performance.now() + backOffMs(entry)
        if (error.code !== 'SSH_UNREACHABLE' || later >= deadlineAt) throw error
      }
    }
  }

  const backOffMs = (entry: Entry): number =>
    entry.failures === 0 ? 0 : Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(10, entry.failures - 1))

  async function backOff(entry: Entry): Promise<void> {
    const waitMs = entry.triedAt + backOffMs(entry) - performance.now()
    if (entry.failures > 0 && waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
  }

  function dropIdle(): void {
    for (const entry of entries.values()) {
      const agents = [entry.calls, entry.streams, ...entry.ports.values()]
      if (entry.holds > 0 || entry.sessions > 0 || agents.some((agent) => agent.busy)) entry.usedAt = performance.now()
      else if (entry.live && performance.now() - entry.usedAt >= idleMs) {
        for (const agent of agents) agent.destroy()
        entry.live.end()
        entry.live = null
      }
    }
  }

  function drop(dropletId: string, entry: Entry): void {
    entry.forgotten = true
    entries.delete(dropletId)
    for (const agent of [entry.calls, entry.streams, ...entry.ports.values()]) agent.destroy()
    entry.live?.end()
    entry.live = null
  }

  /** Runs when fewer than SESSIONS_MAX others do. */
  async function inSession<T>(entry: Entry, run: () => Promise<T>): Promise<T> {
    if (entry.sessions >= SESSIONS_MAX) await new Promise<void>((resolve) => entry.waiting.push(resolve))
    else entry.sessions++
    try {
      return await run()
    } finally {
      const next = entry.waiting.shift()
      // The place is handed on, so the count stays.
      if (next) next()
      else entry.sessions--
    }
  }

  const pool: EnginePool = {
    async engine(dropletId) {
      const entry = entryOf(dropletId)
      await connected(dropletId, entry)
      return entry.engine
    },

    async command(dropletId, command, o: CallOptions & { input?: string; deadlineMs?: number } = {}) {
      const entry = entryOf(dropletId)
      const deadlineMs = o.deadlineMs ?? COMMAND_DEADLINE_MS
      return withDeadline({ what: `run \`${command}\``, deadlineMs, signal: o.signal }, (signal) =>
        inSession(entry, async () => {
          const connection = await connected(dropletId, entry)
          try {
            return await runCommand(connection, command, { input: o.input, signal })
          } catch (error) {
            if (error instanceof BerthError) throw error
            throw new BerthError('SSH_UNREACHABLE', 'The droplet went away while it ran a command.', { cause: error })
          }
        }),
      )
    },

    provenHostKey(dropletId) {
      const live = entries.get(dropletId)?.live
      return live?.alive ? live.hostKey : null
    },

    async probeHostKey(dropletId, o: CallOptions & { deadlineMs?: number } = {}) {
      const deadlineMs = o.deadlineMs ?? connectDeadlineMs
      const target = await options.resolve(dropletId)
      return withDeadline({ what: 'show its host key', deadlineMs, signal: o.signal }, async (signal) => {
        const connection = await connectOnce(target, { deadlineMs, onClose: () => {} })
        connection.end()
        if (signal.aborted) throw signal.reason
        return connection.hostKey
      })
    },

    forget(dropletId) {
      const entry = entries.get(dropletId)
      if (entry) drop(dropletId, entry)
    },

    async close() {
      closed = true
      clearInterval(idleTimer)
      for (const [dropletId, entry] of entries) drop(dropletId, entry)
    },
  }
  return pool
}
