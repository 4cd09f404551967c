/**
 * `npm start`: everything that Berth needs on one machine, in order, and stopped in reverse.
 * Only Node built-ins, so that it runs before anything is installed, on Node 20 or newer.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { ensureBuild } from './lib/build.mjs'
import { startChild } from './lib/children.mjs'
import { nodeRuntime } from './lib/node-runtime.mjs'
import { whenNpmEnds } from './lib/npm-parent.mjs'
import { ensurePackages } from './lib/packages.mjs'
import { bold, dim, explain, Problem, phase, red, root, say } from './lib/say.mjs'

/** Packages, pages and a young database take about 1.5 GB. */
const DISK_BYTES_MIN = 300 * 2 ** 20
const RESTARTS_MAX = 5
const RESTART_WINDOW_MS = 60_000

const env = { ...process.env }
/** R12: the database and the local cloud get no secret of Berth's. */
const plainEnv = Object.fromEntries(
  Object.entries(env).filter(([name]) => /^(PATH|HOME|USER|TMPDIR|TZ|LANG|LC_\w+|LOCAL_CLOUD_\w+)$/.test(name)),
)
const given = (name) => (env[name] ? env[name] : undefined)
const port = Number(given('PORT') ?? 3000)
const host = given('HOST') ?? '127.0.0.1'
const dataDir = path.resolve(root, given('BERTH_DATA_DIR') ?? '.data')
const local = !given('DIGITALOCEAN_TOKEN') && !given('DIGITALOCEAN_API_URL') && given('BERTH_DEMO') !== '0'

/** What decides which parts start at all; the server checks every other variable itself. */
const CHOICES = {
  BERTH_DEMO: ['0', '1'],
  LOCAL_CLOUD_DRIVER: ['process', 'host'],
  BERTH_ROLE: ['all', 'web', 'worker'],
}

const running = []
let stopping = false
let locked = false

async function stop(code) {
  if (stopping) return
  stopping = true
  for (const child of running.reverse()) await child.stop()
  if (locked) rmSync(lockFile, { force: true })
  process.exit(code)
}
process.on('SIGINT', () => void stop(0))
process.on('SIGTERM', () => void stop(0))
process.on('SIGHUP', () => void stop(0))
whenNpmEnds(() => void stop(0))

const lockFile = path.join(dataDir, 'start.pid')

/** One `npm start` a data directory: a second one would end the first one's database. */
function lockData() {
  if (existsSync(lockFile)) {
    const pid = Number(readFileSync(lockFile, 'utf8'))
    if (pid > 0 && pid !== process.pid && isStart(pid))
      throw new Problem(
        `Berth already runs on ${dataDir} (process ${pid}): stop it, or set BERTH_DATA_DIR to another folder.`,
      )
  }
  writeFileSync(lockFile, String(process.pid))
  locked = true
}

function isStart(pid) {
  try {
    process.kill(pid, 0)
    return !existsSync('/proc/self') || readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('start.mjs')
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function checkChoices() {
  for (const [name, choices] of Object.entries(CHOICES))
    if (given(name) && !choices.includes(given(name)))
      throw new Problem(`${name} is ${env[name]}: give one of ${choices.join(', ')}.`)
}

/** One by one: below /proc, where nothing can be made, Node's own `recursive` never comes back. */
function makeFolder(folder) {
  if (existsSync(folder)) return
  makeFolder(path.dirname(folder))
  mkdirSync(folder, { mode: 0o700 })
}

function prepareData() {
  try {
    makeFolder(path.join(dataDir, 'logs'))
    writeFileSync(path.join(dataDir, 'writable'), '')
    rmSync(path.join(dataDir, 'writable'))
  } catch (error) {
    throw new Problem(
      explain(
        error.code ?? '',
        `${dataDir} can't be written (${error.code}): set BERTH_DATA_DIR to a folder that can.`,
      ),
    )
  }
  const disk = statfsSync(dataDir)
  if (disk.bavail * disk.bsize < DISK_BYTES_MIN)
    throw new Problem(
      `Only ${Math.round((disk.bavail * disk.bsize) / 2 ** 20)} MB are free on the disk of ${dataDir}: free at least ${DISK_BYTES_MIN / 2 ** 20} MB and start again.`,
    )
}

const listens = (p, h) =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', (error) => resolve(error.code))
    probe.listen(p, h, () => probe.close(() => resolve(null)))
  })

async function checkPort() {
  // A worker serves only its own health and metrics, and with 0 not even those.
  if (port === 0 && given('BERTH_ROLE') === 'worker') return
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Problem(`PORT is ${env.PORT}: give a number from 1 to 65535.`)
  const problem = await listens(port, host)
  if (problem === 'EADDRINUSE')
    throw new Problem(`Port ${port} is in use: stop what listens there, or start with PORT=${port + 1} npm start.`)
  if (problem === 'EACCES') throw new Problem(`Port ${port} is reserved for root: start with PORT=3000 npm start.`)
  if (problem)
    throw new Problem(
      `Berth can't listen on ${host}:${port} (${problem}): set HOST and PORT to an address of this machine.`,
    )
}

/** The local cloud keeps its two ports over restarts: image references hold them. */
async function localCloudPorts() {
  const file = path.join(dataDir, 'local-cloud-ports.json')
  const saved = existsSync(file) ? readJson(file) : null
  for (const api of [saved?.api, 4000, 4100, 4200, 4300, 4400].filter(Boolean)) {
    if ((await listens(api, '127.0.0.1')) || (await listens(api + 1, '127.0.0.1'))) continue
    writeFileSync(file, JSON.stringify({ api }))
    return { api, registry: api + 1 }
  }
  throw new Problem('The local cloud found no two free ports near 4000, 4100, … 4400: stop what listens there.')
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new Problem(`${file} is damaged: restore it from a backup or delete it, then start again.`)
  }
}

function ensureMasterKey() {
  const file = path.join(dataDir, 'master.key')
  if (given('BERTH_MASTER_KEY') || existsSync(file)) return
  if (existsSync(path.join(dataDir, 'postgres', 'PG_VERSION')))
    throw new Problem(
      `${file} is missing, and the database holds secrets written with it: restore it from a backup, or move ${dataDir} away to start empty.`,
    )
  writeFileSync(file, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 })
}

async function startLocalCloud(node) {
  const driver = given('LOCAL_CLOUD_DRIVER') ?? 'process'
  const ports = await localCloudPorts()
  const child = await startChild({
    node,
    name: 'local-cloud',
    file: 'local-cloud/main.ts',
    args: [
      '--port',
      String(ports.api),
      '--registry-port',
      String(ports.registry),
      '--driver',
      driver,
      '--data',
      path.join(dataDir, 'local-cloud'),
      '--parent-pid',
      String(process.pid),
    ],
    env: plainEnv,
    logDir: path.join(dataDir, 'logs'),
    onSpawn: (spawned) => running.push(spawned),
  })
  watch(child, 'The local cloud')
  return child.ready
}

async function startDatabase(node) {
  if (given('DATABASE_URL')) return env.DATABASE_URL
  const child = await startChild({
    node,
    name: 'postgres',
    file: 'db/embedded.ts',
    args: ['--data', path.join(dataDir, 'postgres')],
    env: plainEnv,
    logDir: path.join(dataDir, 'logs'),
    onSpawn: (spawned) => running.push(spawned),
  })
  watch(child, 'The database')
  return child.ready.url
}

function watch(child, name) {
  void child.ended.then(() => {
    if (stopping) return
    say(red(`${name} ended by itself: see ${path.join(dataDir, 'logs')}. Berth stops.`))
    void stop(1)
  })
}

/** The app is started again when it dies, so that running deployments are taken up; not in a loop. */
async function startApp(node, appEnv) {
  const started = []
  let spawned
  running.push({ stop: () => spawned?.stop() })
  const start = () =>
    startChild({
      node,
      name: 'berth',
      file: 'server/main.ts',
      args: ['--supervised'],
      env: appEnv,
      logDir: path.join(dataDir, 'logs'),
      onSpawn: (child) => {
        spawned = child
      },
    })
  const current = { child: await start() }
  const onEnd = async () => {
    await current.child.ended
    if (stopping) return
    started.push(Date.now())
    if (started.filter((at) => at > Date.now() - RESTART_WINDOW_MS).length > RESTARTS_MAX) {
      say(red(`Berth ended ${RESTARTS_MAX + 1} times within a minute: see ${path.join(dataDir, 'logs', 'berth.log')}.`))
      return stop(1)
    }
    say('Berth ended unexpectedly and is started again.')
    current.child = await start()
    void onEnd().catch(fail)
  }
  void onEnd().catch(fail)
  return current.child.ready
}

function fail(error) {
  say('')
  say(
    error instanceof Problem
      ? red(error.message)
      : red(explain(String(error?.code ?? ''), error?.stack ?? String(error))),
  )
  void stop(1)
}

async function main() {
  const began = performance.now()
  checkChoices()
  prepareData()
  lockData()
  await checkPort()
  say(bold('Berth is starting'))
  const [node] = await phase('packages', () => Promise.all([nodeRuntime(), ensurePackages({ dev: false })]))
  ensureMasterKey()
  const appEnv = { ...env, NODE_ENV: 'production', BERTH_DATA_DIR: dataDir }
  const [, databaseUrl, cloud] = await Promise.all([
    phase('pages', () => ensureBuild(node)),
    phase('database', () => startDatabase(node)),
    local ? phase('local cloud', () => startLocalCloud(node)) : null,
  ])
  appEnv.DATABASE_URL = databaseUrl
  if (cloud)
    Object.assign(appEnv, { BERTH_DEMO: '1', DIGITALOCEAN_API_URL: cloud.url, BERTH_DEMO_REGISTRY: cloud.registry })
  const { url } = await phase('server', () => startApp(node, appEnv))
  // Another process of the same database may have been the first, and written it where it runs.
  const firstRunFile = path.join(dataDir, 'first-run.json')
  const firstRun = existsSync(firstRunFile) ? readJson(firstRunFile) : {}
  say('')
  say(`${bold('Berth is ready:')} ${bold(url)}  ${dim(`(${((performance.now() - began) / 1000).toFixed(1)} s)`)}`)
  if (firstRun.demo) {
    say(`  demo user    ${firstRun.demo.email}   ${firstRun.demo.password}`)
    say(`  demo admin   ${firstRun.admin.email}  ${firstRun.admin.password}`)
    say(dim(`  (kept in ${path.join(dataDir, 'first-run.json')}; the cloud is the local one: nothing costs money)`))
  } else if (firstRun.setupToken) {
    say(`  first admin: open ${url}/setup and give the setup token ${firstRun.setupToken}`)
  }
  say(dim('  Ctrl-C stops everything'))
}

main().catch(fail)
