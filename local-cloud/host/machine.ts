/**
 * One droplet that is on: its control group, its namespace, and process 1 (`droplet.sh init`) with everything below.
 *
 *     startMachine ── createGroup, createNamespace, spawn droplet.sh ──▶ sshd accepts   (settles)
 *                                                                   └──▶ Docker answers, finish.sh   (goes on behind)
 *
 * A machine is its PID namespace: when process 1 ends, the kernel ends all others and drops the mounts. Process 1 ends
 * with its stdin, so that even `kill -9` of the local cloud leaves none running.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { DropletSpec } from '#local-cloud/driver.ts'
import { createGroup, groupUsage, limitCpu, removeGroup } from './cgroups.ts'
import {
  createNamespace,
  hostAddress,
  namespaceName,
  namespaceProcesses,
  removeNamespace,
  type Subnet,
} from './network.ts'
import { PROGRAM_ENV } from './requirements.ts'
import { run } from './run.ts'

const SSH_DEADLINE_MS = 30_000
const DOCKER_DEADLINE_MS = 60_000
/** dockerd gives containers 10 s after SIGTERM, then kills them. */
const SHUTDOWN_DEADLINE_MS = 20_000
const POLL_MS = 15
const here = (file: string) => path.join(import.meta.dirname, file)

export interface MachineOptions {
  instance: string
  subnet: Subnet
  /** Last number of its address. */
  host: number
  log: (line: string) => void
}

export interface Machine {
  readonly spec: DropletSpec
  readonly group: string
  readonly startedAt: Date
  /** Settles when cloud-init's part is over; never rejects. */
  readonly finished: Promise<void>
  /** Settles when process 1 is gone. */
  readonly ended: Promise<void>
  isOn(): boolean
  /** Containers get SIGTERM, then everything ends. */
  shutdown(): Promise<void>
  powerOff(): Promise<void>
}

/** The group's name is also the namespace's. */
export const groupName = namespaceName

/** @throws Error when sshd doesn't accept within 30 s; nothing of it is left then */
export async function startMachine(spec: DropletSpec, dir: string, options: MachineOptions): Promise<Machine> {
  const { instance, subnet, host, log } = options
  const group = groupName(instance, spec.id)
  const address = hostAddress(subnet, host)
  await removeRemains(instance, spec.id)
  await writeMeminfo(group, spec, dir)
  const groups = await createGroup(group, { memoryBytes: spec.memoryBytes }, log)
  await createNamespace(instance, spec.id, subnet, host)

  const child = spawn(here('droplet.sh'), ['launch', namespaceName(instance, spec.id), dir, spec.name, ...groups], {
    env: PROGRAM_ENV,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // Writing to a machine that just ended is no error of this process.
  child.stdin.on('error', () => {})
  let words = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-2000)
    })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', (error) => {
      words += error.message
      resolve()
    })
  })
  let on = true
  let stopping = false
  ended.then(() => {
    on = false
    if (!stopping) log(`droplet ${spec.id} ended by itself${words ? `: ${words.trim()}` : ''}`)
  })

  const powerOff = async () => {
    stopping = true
    // `unshare --kill-child` takes process 1 with it.
    child.kill('SIGKILL')
    await ended
    await removeRemains(instance, spec.id)
  }
  try {
    await until(() => accepts(address, 22), ended, SSH_DEADLINE_MS)
  } catch (error) {
    await powerOff()
    const reason = error instanceof Error ? error.message : error
    throw new Error(`droplet ${spec.id} did not start its sshd (${reason}): ${words}${lastWords(dir)}`)
  }
  const finished = finish(child, ended).then(
    () => limitCpu(group, spec.vcpus, log),
    (error: Error) => {
      if (!stopping) log(`droplet ${spec.id}: ${error.message}; see ${path.join(dir, 'var/log')}`)
    },
  )

  return {
    spec,
    group,
    startedAt: new Date(),
    finished,
    ended,
    isOn: () => on,
    powerOff,
    async shutdown() {
      stopping = true
      const pid = initPid(child)
      if (pid !== null) {
        await enter(pid, 'systemctl stop docker\n', SHUTDOWN_DEADLINE_MS).catch((error: Error) =>
          log(`droplet ${spec.id} did not stop its Docker: ${error.message}`),
        )
      }
      await powerOff()
    },
  }
}

/** The end of sshd's own log, which tells why it refused to start. */
function lastWords(dir: string): string {
  try {
    return readFileSync(path.join(dir, 'var/log/auth.log'), 'utf8').slice(-1000)
  } catch {
    return ''
  }
}

/** Waits for Docker, then runs cloud-init's end in the droplet. */
async function finish(child: ChildProcess, ended: Promise<void>): Promise<void> {
  const pid = await until(() => Promise.resolve(initPid(child)), ended, SSH_DEADLINE_MS)
  await until(() => answers(`/proc/${pid}/root/run/docker.sock`), ended, DOCKER_DEADLINE_MS)
  await enter(pid, readFileSync(here('finish.sh'), 'utf8'), DOCKER_DEADLINE_MS)
}

/** Runs a script inside a droplet as its root. */
const enter = (pid: number, script: string, deadlineMs: number) =>
  run('nsenter', ['--target', String(pid), '--mount', '--uts', '--ipc', '--net', '--pid', 'sh', '-s'], {
    input: script,
    deadlineMs,
  })

/** Process 1 of the droplet as this machine numbers it: the only child of `unshare`. */
function initPid(child: ChildProcess): number | null {
  try {
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim()
    return /^\d+$/.test(children) ? Number(children) : null
  } catch {
    return null
  }
}

/** Ends and removes whatever this or an earlier life of the local cloud left of a droplet, but for its folder. */
export async function removeRemains(instance: string, id: number): Promise<void> {
  for (;;) {
    const pids = await namespaceProcesses(instance, id)
    if (pids.length === 0) break
    for (const pid of pids) kill(pid)
    await delay(POLL_MS)
  }
  await removeNamespace(instance, id)
  await removeGroup(groupName(instance, id))
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it ended in between
  }
}

/**
 * `/proc/meminfo` as the droplet sees it, so that `free`, dockerd and Berth's own command tell the size's memory and
 * not this machine's. The file is bind-mounted, so it is written in place.
 */
export async function writeMeminfo(group: string, spec: DropletSpec, dir: string): Promise<void> {
  const usage = await groupUsage(group)
  const kib = (bytes: number) => `${Math.max(0, Math.floor(bytes / 1024))} kB`
  const free = spec.memoryBytes - usage.memoryBytes
  const fields: Record<string, string> = {
    MemTotal: kib(spec.memoryBytes),
    MemFree: kib(free),
    MemAvailable: kib(free + usage.cacheBytes),
    Buffers: kib(0),
    Cached: kib(usage.cacheBytes),
    SwapTotal: kib(0),
    SwapFree: kib(0),
  }
  const lines = Object.entries(fields).map(([name, value]) => `${`${name}:`.padEnd(16)}${value.padStart(12)}\n`)
  writeFileSync(path.join(dir, 'meminfo'), lines.join(''))
}

/** Polls until `probe` gives something. @throws Error when the machine ends or the deadline passes before */
async function until<T>(probe: () => Promise<T | null>, ended: Promise<void>, deadlineMs: number): Promise<T> {
  const deadline = performance.now() + deadlineMs
  let over = false
  ended.then(() => {
    over = true
  })
  while (!over && performance.now() < deadline) {
    const value = await probe()
    if (value !== null) return value
    await delay(POLL_MS)
  }
  throw new Error(over ? 'it ended' : `not ready within ${deadlineMs / 1000} s`)
}

const accepts = (host: string, port: number) =>
  new Promise<true | null>((resolve) => {
    const socket = connect({ host, port, timeout: 100 })
    const settle = (value: true | null) => {
      socket.destroy()
      resolve(value)
    }
    socket
      .once('connect', () => settle(true))
      .once('error', () => settle(null))
      .once('timeout', () => settle(null))
  })

const answers = (socketPath: string) =>
  new Promise<true | null>((resolve) => {
    const call = request({ socketPath, path: '/_ping', timeout: 1000 }, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200 ? true : null)
    })
    call.once('error', () => resolve(null)).once('timeout', () => call.destroy(new Error('timeout')))
    call.end()
  })
