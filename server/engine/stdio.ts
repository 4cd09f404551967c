/** A process of a container as three streams over one hijacked connection. */
import { type Duplex, PassThrough } from 'node:stream'
import { BerthError } from '#server/errors.ts'
import { createDemuxer } from './frames.ts'
import type { StdioProcess } from './port.ts'

/** How long a process may take to end by itself once its stdin is closed; MCP's stdio transport says to wait. */
const GRACE_MS = 2_000
/** The script sends SIGTERM, waits a second, sends SIGKILL; the engine then notices at once. */
const KILLED_WITHIN_MS = 5_000
/** The engine closes the stream a little before it knows the exit code. */
const EXIT_KNOWN_WITHIN_MS = 1_000
const POLL_MS = 50
const BUFFER_BYTES = 64 * 1024

export interface ProcessState {
  running: boolean
  exitCode: number | null
}

export interface StdioControl {
  /** What the engine knows of the process now. @throws BerthError when the droplet can't be asked */
  inspect(): Promise<ProcessState>
  /** Ends a process that did not end by itself; null for one that goes on without us. */
  kill: (() => Promise<void>) | null
  onClose(): void
}

export function stdioProcess(socket: Duplex, control: StdioControl): StdioProcess {
  const stdout = new PassThrough({ highWaterMark: BUFFER_BYTES })
  const stderr = new PassThrough({ highWaterMark: BUFFER_BYTES })
  const demux = createDemuxer()
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const { stream, data } of demux(chunk)) {
        if (stream === 'stdout') {
          if (!stdout.write(data) && !socket.isPaused()) {
            socket.pause()
            stdout.once('drain', () => socket.resume())
          }
        } else if (!stderr.writableNeedDrain) {
          // Nobody has to read stderr: when it is full, what comes is dropped, and stdout never waits for it.
          stderr.write(data)
        }
      }
    } catch (error) {
      socket.destroy(error as Error)
    }
  })
  const streamEnded = new Promise<void>((resolve) => {
    const end = () => {
      stdout.end()
      stderr.end()
      resolve()
    }
    socket.once('end', end)
    // A lost connection is told by `done`; an unheard 'error' would end this whole process.
    socket.on('error', end)
    socket.once('close', () => {
      end()
      control.onClose()
    })
  })

  const done = streamEnded.then(async () => {
    const state = await waitUntilGone(control, EXIT_KNOWN_WITHIN_MS).catch(() => null)
    return { exitCode: state && !state.running ? state.exitCode : null }
  })

  async function end(graceMs: number): Promise<void> {
    if (!control.kill) {
      socket.destroy()
      return
    }
    try {
      const graceEndsAt = performance.now() + graceMs
      socket.end()
      // What is still printed has no reader any more and must not hold the end back.
      stdout.resume()
      stderr.resume()
      await settledWithin(streamEnded, graceMs)
      const left = Math.max(0, graceEndsAt - performance.now())
      if (!(await waitUntilGone(control, left)).running) return
      await control.kill()
      if ((await waitUntilGone(control, KILLED_WITHIN_MS)).running)
        throw new BerthError('ENGINE_REJECTED', 'A process of the container could not be ended.')
    } finally {
      socket.destroy()
    }
  }

  let closing: Promise<void> | null = null
  return {
    stdin: socket,
    stdout,
    stderr,
    done,
    close(graceMs = GRACE_MS) {
      closing ??= end(graceMs)
      return closing
    },
  }
}

async function waitUntilGone(control: StdioControl, withinMs: number): Promise<ProcessState> {
  const until = performance.now() + withinMs
  for (;;) {
    const state = await control.inspect()
    if (!state.running || performance.now() >= until) return state
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

async function settledWithin(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([promise, timeUp])
  clearTimeout(timer)
}
