/**
 * The image registry of the local cloud: Debian's `docker-registry` (CNCF Distribution). It is filled once through a
 * loopback port, then serves read-only on the bridge, since every droplet, and every container in one, can reach it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../db/free-port.ts'
import { fillRegistry, hasRuntime, isFilled } from './images/fill.ts'
import { PROGRAM_ENV } from './requirements.ts'

const START_DEADLINE_MS = 15_000

export interface RegistryOptions {
  dir: string
  address: string
  /** 0 takes any free one. */
  port: number
  imageDirs: string[]
  log: (line: string) => void
}

export interface RunningRegistry {
  readonly port: number
  close(): Promise<void>
}

/** @throws Error when the port is taken or an image can't be built */
export async function startRegistry(options: RegistryOptions): Promise<RunningRegistry> {
  const { dir, address, port, imageDirs, log } = options
  const storage = path.join(dir, 'storage')
  const file = path.join(storage, 'filled.json')
  if (!hasRuntime(file)) rmSync(storage, { recursive: true, force: true })
  mkdirSync(storage, { recursive: true })
  if (!isFilled({ imageDirs, file })) {
    const fillPort = await freePort('127.0.0.1')
    const writable = await serve(dir, '127.0.0.1', fillPort, { readOnly: false })
    try {
      const workDir = path.join(dir, 'build')
      await fillRegistry({ registry: `http://127.0.0.1:${fillPort}`, imageDirs, file, workDir, log })
    } finally {
      await writable.close()
    }
  }
  return await serve(dir, address, port || (await freePort(address)), { readOnly: true })
}

async function serve(
  dir: string,
  address: string,
  port: number,
  { readOnly }: { readOnly: boolean },
): Promise<RunningRegistry> {
  const config = path.join(dir, readOnly ? 'serve.yml' : 'fill.yml')
  // JSON is YAML.
  writeFileSync(
    config,
    JSON.stringify({
      version: '0.1',
      log: { level: 'warn', accesslog: { disabled: true } },
      storage: {
        filesystem: { rootdirectory: path.join(dir, 'storage') },
        cache: { blobdescriptor: 'inmemory' },
        maintenance: { readonly: { enabled: readOnly } },
      },
      http: { addr: `${address}:${port}`, headers: { 'X-Content-Type-Options': ['nosniff'] } },
    }),
  )
  // The registry must not outlive this process, however it ends.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'docker-registry', 'serve', config], {
    env: PROGRAM_ENV,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let words = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-2000)
  })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', (error) => {
      words += error.message
      resolve()
    })
  })
  await answering(child, `http://${address}:${port}/v2/`).catch(async (error: Error) => {
    child.kill('SIGKILL')
    await ended
    throw new Error(`the image registry did not start on ${address}:${port} (${error.message}): ${words.trim()}`)
  })
  return {
    port,
    async close() {
      child.kill('SIGTERM')
      await ended
      rmSync(config, { force: true })
    },
  }
}

async function answering(child: ChildProcess, url: string): Promise<void> {
  const deadline = performance.now() + START_DEADLINE_MS
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('it ended')
    const answer = await fetch(url).catch(() => null)
    if (answer?.ok) return
    await delay(15)
  }
  throw new Error('no answer')
}
