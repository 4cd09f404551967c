/**
 * Child processes that end with their parent, whatever ends it: each has its own process group (Ctrl-C reaches only
 * the parent, which stops them in order) and watches its stdin, which closes when the parent is killed.
 */
import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Problem, root } from './say.mjs'

/** Longer than the server's own limit for a graceful stop. */
const STOP_TIMEOUT_MS = 20_000

/**
 * Starts `node file args` and waits for its first line on stdout, which ends in a JSON object. `onSpawn` gets the child
 * before that, so that whoever stops meanwhile stops it too.
 * @returns {Promise<{ready: any, ended: Promise<number|null>, stop: () => Promise<void>, pid: number}>}
 */
export async function startChild({ node, name, file, args = [], env, logDir, onSpawn, readyTimeoutMs = 120_000 }) {
  const log = createWriteStream(path.join(logDir, `${name}.log`), { flags: 'a' })
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', path.join(root, file), ...args], {
    cwd: root,
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)))
  child.stdin.on('error', () => {})
  const handle = {
    ended,
    pid: child.pid,
    async stop() {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
      await ended
      clearTimeout(timer)
    },
  }
  onSpawn(handle)
  const tail = []
  child.stderr.on('data', (chunk) => {
    log.write(chunk)
    tail.push(chunk.toString())
    if (tail.length > 40) tail.shift()
  })
  const lines = createInterface({ input: child.stdout })
  const ready = await new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Problem(`${name} did not become ready within ${readyTimeoutMs / 1000} s: see ${log.path}.`)),
      readyTimeoutMs,
    )
    const settle = (then) => (value) => {
      clearTimeout(timer)
      then(value)
    }
    lines.once('line', (line) => {
      try {
        settle(resolve)(JSON.parse(line.slice(line.indexOf('{'))))
      } catch {
        settle(reject)(new Problem(`${name} said something unexpected: ${line}`))
      }
    })
    // `close` comes after stderr was read to its end, so that the reason is complete.
    child.once('close', () =>
      settle(reject)(new Problem(tail.join('').trim() || `${name} ended before it was ready: see ${log.path}.`)),
    )
    child.once('error', (error) => settle(reject)(new Problem(`${name} could not be started: ${error.message}`)))
  }).catch(async (error) => {
    await handle.stop()
    throw error
  })
  lines.on('line', (line) => log.write(`${line}\n`))
  return { ...handle, ready }
}
