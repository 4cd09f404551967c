/**
 * A control group per droplet, `berth-<instance>-<id>`, with the size's memory and CPU as its limit. Its own services
 * run in the child `system`; dockerd puts containers below the child `docker`. Works on cgroup v2 and on the separate
 * hierarchies of v1. Limits are best effort: a machine that doesn't let them be written runs droplets without.
 */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

const ROOT = '/sys/fs/cgroup'
const PERIOD_US = 100_000
/** Kernel ticks a second, as seen by programs (USER_HZ). */
const TICKS_PER_SECOND = 100

const unified = () => existsSync(path.join(ROOT, 'cgroup.controllers'))

/** v1: folder of a controller; controllers that share a hierarchy (`cpu,cpuacct`) have the same. */
const hierarchy = (controller: string) => path.join(ROOT, controller)

export const containerParent = (group: string) => `/${group}/docker`

/** @returns the folders whose `cgroup.procs` a process must be written to */
export async function createGroup(
  group: string,
  limits: { memoryBytes: number },
  log: (line: string) => void,
): Promise<string[]> {
  const attempt = async (file: string, value: string) => {
    await writeFile(file, value).catch((error: Error) => log(`no limit on ${group}: ${error.message}`))
  }
  if (unified()) {
    const controllers = ['memory', 'cpu', 'pids', 'cpuset', 'io']
    const delegate = async (dir: string) => {
      const offered = (await readFile(path.join(dir, 'cgroup.controllers'), 'utf8')).trim().split(' ')
      for (const name of controllers.filter((c) => offered.includes(c)))
        await attempt(path.join(dir, 'cgroup.subtree_control'), `+${name}`)
    }
    const dir = path.join(ROOT, group)
    await delegate(ROOT)
    await mkdir(dir, { recursive: true })
    await delegate(dir)
    await attempt(path.join(dir, 'memory.max'), String(limits.memoryBytes))
    await mkdir(path.join(dir, 'system'), { recursive: true })
    return [path.join(dir, 'system')]
  }
  const dirs = new Set(
    ['memory', 'cpu', 'cpuacct', 'pids']
      .map(hierarchy)
      .filter(existsSync)
      .map((dir) => path.join(realpathSync(dir), group)),
  )
  for (const dir of dirs) await mkdir(path.join(dir, 'system'), { recursive: true })
  await attempt(path.join(hierarchy('memory'), group, 'memory.limit_in_bytes'), String(limits.memoryBytes))
  return [...dirs].map((dir) => path.join(dir, 'system'))
}

/** Set once the droplet is up: a boot on one throttled vCPU would only test patience. */
export async function limitCpu(group: string, vcpus: number, log: (line: string) => void): Promise<void> {
  const quota = Math.round(vcpus * PERIOD_US)
  const write = unified()
    ? writeFile(path.join(ROOT, group, 'cpu.max'), `${quota} ${PERIOD_US}`)
    : writeFile(path.join(hierarchy('cpu'), group, 'cpu.cfs_quota_us'), String(quota))
  await write.catch((error: Error) => log(`no CPU limit on ${group}: ${error.message}`))
}

/** Ended processes may hold a group for some milliseconds more. @throws after `deadlineMs` */
export async function removeGroup(group: string, deadlineMs = 5_000): Promise<void> {
  const deadline = performance.now() + deadlineMs
  for (const dir of groupDirs(group)) {
    for (;;) {
      try {
        await removeTree(dir)
        break
      } catch (error) {
        if (performance.now() > deadline) throw error
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }
  }
}

/** Names of the groups of this instance. */
export function listGroups(prefix: string): string[] {
  const parents = unified() ? [ROOT] : v1Hierarchies()
  const names = parents.flatMap((dir) => readdirSync(dir).filter((name) => name.startsWith(prefix)))
  return [...new Set(names)]
}

export interface GroupUsage {
  memoryBytes: number
  /** File pages that the kernel gives back under pressure. */
  cacheBytes: number
  userSeconds: number
  systemSeconds: number
}

/** Zeros where the machine counts nothing. */
export async function groupUsage(group: string): Promise<GroupUsage> {
  const text = (file: string) => readFile(file, 'utf8').catch(() => '')
  const field = (of: string, name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(of)?.[1] ?? 0)
  if (unified()) {
    const dir = path.join(ROOT, group)
    const [current, memory, cpu] = await Promise.all(
      ['memory.current', 'memory.stat', 'cpu.stat'].map((file) => text(path.join(dir, file))),
    )
    return {
      memoryBytes: Number(current),
      cacheBytes: field(memory ?? '', 'file'),
      userSeconds: field(cpu ?? '', 'user_usec') / 1e6,
      systemSeconds: field(cpu ?? '', 'system_usec') / 1e6,
    }
  }
  const [current, memory, cpu] = await Promise.all([
    text(path.join(hierarchy('memory'), group, 'memory.usage_in_bytes')),
    text(path.join(hierarchy('memory'), group, 'memory.stat')),
    text(path.join(hierarchy('cpuacct'), group, 'cpuacct.stat')),
  ])
  return {
    memoryBytes: Number(current),
    cacheBytes: field(memory, 'total_cache'),
    userSeconds: field(cpu, 'user') / TICKS_PER_SECOND,
    systemSeconds: field(cpu, 'system') / TICKS_PER_SECOND,
  }
}

/** Processes in a group and below it, e.g. what a container runs. */
export function groupProcesses(group: string): number[] {
  const dir = unified() ? path.join(ROOT, group) : path.join(hierarchy('memory'), group)
  if (!existsSync(dir)) return []
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === 'cgroup.procs')
    .flatMap((file) => readFileSync(path.join(dir, file), 'utf8').split('\n').filter(Boolean).map(Number))
}

const v1Hierarchies = () => [
  ...new Set(
    readdirSync(ROOT, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map((entry) => realpathSync(path.join(ROOT, entry.name))),
  ),
]

function groupDirs(group: string): string[] {
  const parents = unified() ? [ROOT] : v1Hierarchies()
  return parents.map((dir) => path.join(dir, group)).filter(existsSync)
}

async function removeTree(dir: string): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true }))
    if (entry.isDirectory()) await removeTree(path.join(dir, entry.name))
  await rmdir(dir)
}
