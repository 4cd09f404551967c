/** Runs one of the literal droplet commands over a session channel: stdin in, bounded stdout out. */
import type { ClientChannel } from 'ssh2'
import { BerthError } from '#server/errors.ts'
import type { Connection } from './connection.ts'
import { abortError } from './failure.ts'
import type { RemoteCommand } from './port.ts'

const STDOUT_BYTES_MAX = 1 << 20
const STDERR_BYTES_MAX = 8 * 1024
export const COMMAND_DEADLINE_MS = 15_000

/** @throws BerthError ENGINE_REJECTED with the end of stderr when the command exits with anything but 0 */
export async function runCommand(
  connection: Connection,
  command: RemoteCommand,
  o: { input?: string; signal: AbortSignal },
): Promise<string> {
  let output = Promise.resolve('')
  const channel = await connection.channel((client, done) =>
    client.exec(command, (error, opened) => {
      // Within this very call: a quick command's exit code may stand in the same packet, and no one else hears it.
      if (!error) output = collect(opened, command, o)
      done(error, opened)
    }),
  )
  const onAbort = () => channel.close()
  if (o.signal.aborted) onAbort()
  o.signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await output
  } finally {
    o.signal.removeEventListener('abort', onAbort)
    channel.close()
  }
}

function collect(channel: ClientChannel, command: string, o: { input?: string; signal: AbortSignal }): Promise<string> {
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = []
    let stdoutBytes = 0
    let stderr = ''
    let exit: number | null = null
    channel.on('data', (chunk: Buffer) => {
      stdoutBytes += chunk.length
      if (stdoutBytes <= STDOUT_BYTES_MAX) stdout.push(chunk)
      else channel.close()
    })
    channel.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-STDERR_BYTES_MAX)
    })
    channel.on('exit', (code: number | null) => {
      exit = code
    })
    channel.on('error', reject)
    channel.on('close', () => {
      if (o.signal.aborted) return reject(abortError(o.signal))
      if (stdoutBytes > STDOUT_BYTES_MAX)
        return reject(new BerthError('ENGINE_REJECTED', `\`${command}\` printed too much.`))
      if (exit === null) return reject(new Error('the connection was lost'))
      if (exit !== 0)
        return reject(new BerthError('ENGINE_REJECTED', `\`${command}\` ended with ${exit}: ${stderr.trim()}`))
      resolve(Buffer.concat(stdout).toString('utf8'))
    })
    channel.end(o.input ?? '')
  })
}
