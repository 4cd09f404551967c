/** JSON-RPC lines over one process's standard streams: framing, bounds, and how it ended. */
import type { StdioProcess } from '#server/engine/port.ts'
import { createBytePile } from './byte-pile.ts'
import { type Channel, ChannelEnd } from './channel.ts'
import { asMessage, parseJson } from './json-rpc.ts'

/** How a process ended, with what it last wrote to stderr. A cause, never sent to a client. */
export class ProcessEnd extends ChannelEnd {
  readonly exitCode: number | null
  readonly stderrTail: string[]

  constructor(exitCode: number | null, stderrTail: string[]) {
    super(exitCode === null ? "The server's process was lost." : `The server's process ended with code ${exitCode}.`)
    this.name = 'ProcessEnd'
    this.exitCode = exitCode
    this.stderrTail = stderrTail
  }
}

const STDERR_LINES = 20
const STDERR_BYTES = 4096
/** Time for a server to leave by itself after its stdin closed; then the engine sends SIGTERM, then SIGKILL. */
const CLOSE_GRACE_MS = 300

export function openStdioChannel(process: StdioProcess, o: { lineBytesMax: number }): Channel {
  let end: ProcessEnd | null = null
  let open = true
  let stderr = ''
  let settle: (end: ProcessEnd) => void = () => {}
  const ended = new Promise<ProcessEnd>((resolve) => {
    settle = resolve
  })

  const finish = (exitCode: number | null): void => {
    open = false
    if (end) return
    end = new ProcessEnd(exitCode, stderr.split('\n').filter(Boolean).slice(-STDERR_LINES))
    settle(end)
  }

  const lines = lineReader(o.lineBytesMax, (line) => {
    const message = asMessage(parseJson(line))
    // Servers print banners and logs to stdout, against the protocol; skipping them is what clients do too.
    if (message) channel.onMessage(message)
  })
  process.stdout.on('data', (chunk: Buffer) => {
    if (!end && !lines(chunk)) void process.close(0)
  })
  process.stdout.once('end', () => {
    open = false
  })
  process.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-STDERR_BYTES)
  })
  for (const stream of [process.stdin, process.stdout, process.stderr]) stream.on('error', () => {})
  // An error here means that the way to the droplet was lost: the process is out of reach either way.
  process.done.then(
    ({ exitCode }) => finish(exitCode),
    () => finish(null),
  )

  const channel: Channel = {
    onMessage: () => {},
    send(message) {
      if (!open) return ended.then((why) => Promise.reject(why))
      if (process.stdin.write(`${JSON.stringify(message)}\n`)) return Promise.resolve()
      return new Promise((resolve, reject) => {
        const drained = () => resolve()
        process.stdin.once('drain', drained)
        ended.then((why) => {
          process.stdin.off('drain', drained)
          reject(why)
        })
      })
    },
    pause: () => void process.stdout.pause(),
    resume: () => void process.stdout.resume(),
    get open() {
      return open
    },
    ended,
    async close() {
      // A paused stdout would never end, and the engine waits for its end.
      process.stdout.resume()
      await process.close(CLOSE_GRACE_MS).catch(() => {})
      finish(null)
    },
  }
  return channel
}

/** @returns a function that takes chunks and answers false once a line is longer than `bytesMax` */
function lineReader(bytesMax: number, onLine: (line: string) => void): (chunk: Buffer) => boolean {
  const begun = createBytePile()
  return (chunk) => {
    let start = 0
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, start)) {
      begun.add(chunk.subarray(start, at))
      const line = begun.take().toString('utf8')
      start = at + 1
      if (line.length > 1) onLine(line)
    }
    if (start < chunk.length) begun.add(chunk.subarray(start))
    return begun.bytes <= bytesMax
  }
}
