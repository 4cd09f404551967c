/** A whole Berth of its own for a test: database, local cloud and server as real processes in a folder of their own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from '../db/free-port.ts'
import { type ScriptClient, scriptClient } from './script-client.ts'

const root = path.join(import.meta.dirname, '..')

export interface Account {
  email: string
  password: string
  apiToken: string
}

export interface Instance {
  url: string
  dataDir: string
  databaseUrl: string
  localCloud: { url: string; registry: string }
  demo: Account
  admin: Account
  /** A client with the demo user's API token. */
  client: ScriptClient
  /** `kill -9` of the server alone. */
  killApp(): Promise<void>
  startApp(env?: Record<string, string>): Promise<void>
  /** Process ids of the whole tree, by part. */
  pids(): { app: number; localCloud: number; postgres: number }
  stop(): Promise<void>
}

interface Part {
  child: ChildProcess
  ready: Record<string, string>
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** Starts `node file args`, resolves with the JSON object of its first line on stdout. */
function part(name: string, dataDir: string, file: string, args: string[], env: NodeJS.ProcessEnv): Promise<Part> {
  const log = openSync(path.join(dataDir, `${name}.log`), 'a')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path.join(root, file), ...args], {
    cwd: root,
    env,
    stdio: ['pipe', 'pipe', log],
  })
  child.stdin?.on('error', () => {})
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    await ended
  }
  return new Promise((resolve, reject) => {
    const fail = () =>
      reject(
        new Error(`${name} did not start: ${readFileSync(path.join(dataDir, `${name}.log`), 'utf8').slice(-3000)}`),
      )
    child.once('exit', fail)
    if (!child.stdout) return fail()
    createInterface({ input: child.stdout }).once('line', (line) => {
      child.off('exit', fail)
      child.stdout?.resume()
      // A sentence for people may stand before the object.
      resolve({ child, ready: JSON.parse(line.slice(line.indexOf('{'))) as Record<string, string>, stop })
    })
  })
}

export async function startInstance(
  o: { driver?: 'process' | 'host'; env?: Record<string, string>; bootDelayMs?: number; imagesDir?: string } = {},
): Promise<Instance> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'berth-instance-'))
  mkdirSync(path.join(dataDir, 'logs'))
  writeFileSync(path.join(dataDir, 'master.key'), randomBytes(32).toString('base64'), { mode: 0o600 })
  const clean = { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', NODE_ENV: 'production' as const }
  const [apiPort, registryPort, port] = [await freePort(), await freePort(), await freePort()]
  const [postgres, cloud] = await Promise.all([
    part('postgres', dataDir, 'db/embedded.ts', ['--data', path.join(dataDir, 'postgres')], clean),
    part(
      'local-cloud',
      dataDir,
      'local-cloud/main.ts',
      [
        ...['--port', String(apiPort), '--registry-port', String(registryPort), '--driver', o.driver ?? 'process'],
        ...['--data', path.join(dataDir, 'local-cloud'), '--parent-pid', String(process.pid)],
        ...(o.bootDelayMs === undefined ? [] : ['--boot-delay-ms', String(o.bootDelayMs)]),
        ...(o.imagesDir ? ['--images', o.imagesDir] : []),
      ],
      clean,
    ),
  ])
  const appEnv = {
    ...clean,
    PORT: String(port),
    BERTH_DATA_DIR: dataDir,
    BERTH_DEMO: '1',
    DATABASE_URL: postgres.ready.url,
    DIGITALOCEAN_API_URL: cloud.ready.url,
    BERTH_DEMO_REGISTRY: cloud.ready.registry,
    ...o.env,
  }
  const startApp = (env: Record<string, string> = {}) =>
    part('berth', dataDir, 'server/main.ts', ['--supervised'], { ...appEnv, ...env })
  let app = await startApp()
  const firstRun = JSON.parse(readFileSync(path.join(dataDir, 'first-run.json'), 'utf8')) as {
    demo: Account
    admin: Account
  }
  const url = app.ready.url ?? `http://localhost:${port}`
  return {
    url,
    dataDir,
    databaseUrl: String(postgres.ready.url),
    localCloud: { url: String(cloud.ready.url), registry: String(cloud.ready.registry) },
    demo: firstRun.demo,
    admin: firstRun.admin,
    client: scriptClient(url, firstRun.demo.apiToken),
    killApp: () => app.stop('SIGKILL'),
    async startApp(env) {
      app = await startApp(env)
    },
    pids: () => ({ app: app.child.pid ?? 0, localCloud: cloud.child.pid ?? 0, postgres: postgres.child.pid ?? 0 }),
    async stop() {
      await app.stop()
      await cloud.stop()
      await postgres.stop()
      if (!process.env.BERTH_KEEP_INSTANCES) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
