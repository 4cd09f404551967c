/** One droplet of the `process` driver: an SSH server and an engine over one folder. */
import { totalmem } from 'node:os'
import path from 'node:path'
import type { DropletSpec, DropletStats } from '#local-cloud/driver.ts'
import { loadMeter } from '#local-cloud/load.ts'
import { type CloudConfig, parseUserData } from '#local-cloud/user-data.ts'
import { folderBytes } from './disk.ts'
import { createContext } from './engine/context.ts'
import { ensureBuiltInNetworks } from './engine/networks.ts'
import { endAll, endProcess, restoreContainers } from './engine/run.ts'
import { createEngineServer } from './engine/server.ts'
import { enginePaths } from './engine/state.ts'
import { containerPids } from './engine/stats.ts'
import { openHostKeys } from './host-keys.ts'
import { releasePort, takePort } from './ports.ts'
import { reap } from './reaper.ts'
import { startSshServer } from './ssh-server.ts'
import { usageOf } from './usage.ts'

export interface Droplet {
  sshPort: number
  stats(): Promise<DropletStats>
  /** `SIGTERM` lets containers end by themselves for a moment, `SIGKILL` does not. */
  off(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

/** A system that shuts down gives its services this long; systemd's own default is longer than anyone waits here. */
const SHUTDOWN_GRACE_MS = 5000

/** Ends what an earlier life of this droplet left running. Returns how many process groups that were. */
export function reapDroplet(dir: string): number {
  return reap(enginePaths(path.join(dir, 'engine')).processes)
}

export async function startDroplet(
  spec: DropletSpec,
  dir: string,
  preferredPort: number | undefined,
  log: (line: string) => void,
): Promise<Droplet> {
  const { config, error } = readConfig(spec.userData)
  const engine = createContext({
    root: path.join(dir, 'engine'),
    name: spec.name,
    memoryBytes: spec.memoryBytes,
    vcpus: spec.vcpus,
    log,
  })
  const orphans = reapDroplet(dir)
  if (orphans > 0) log(`ended ${orphans} processes that an earlier run left behind`)
  ensureBuiltInNetworks(engine)
  const meter = loadMeter()
  const bootedMs = performance.now()
  const stats = async (): Promise<DropletStats> => {
    const pids = engine.state.containers.flatMap((container) => containerPids(engine, container))
    const [usage, diskUsed] = await Promise.all([usageOf(pids), folderBytes(dir)])
    const elapsed = ((performance.now() - bootedMs) / 1000) * spec.vcpus
    const total = Math.min(spec.memoryBytes, totalmem())
    const load = meter.read(usage.cpuSeconds)
    return {
      cpuSeconds: { user: usage.cpuSeconds, system: 0, idle: Math.max(0, elapsed - usage.cpuSeconds), iowait: 0 },
      memoryTotalBytes: total,
      memoryFreeBytes: Math.max(0, total - usage.memoryBytes),
      memoryAvailableBytes: Math.max(0, total - usage.memoryBytes),
      memoryCachedBytes: 0,
      ...load,
      diskTotalBytes: spec.diskBytes,
      diskFreeBytes: Math.max(0, spec.diskBytes - diskUsed),
    }
  }
  const port = await takePort(preferredPort)
  const server = createEngineServer(engine)
  const ssh = await startSshServer({
    port,
    authorizedKeys: [...spec.authorizedKeys, ...config.ssh_authorized_keys],
    commands: {
      hostKeys: openHostKeys(path.join(dir, 'ssh'), config.ssh_keys.ed25519_private),
      bootstrapError: error,
      stats,
      vcpus: spec.vcpus,
      endProcess: (pid, containerId) => endProcess(engine, pid, containerId),
    },
    engine: server,
    isContainerPort: (wanted) =>
      engine.state.containers.some((c) => c.hostPort === wanted && Object.keys(c.published).length > 0),
    log,
  })
  // Docker starts its containers after sshd answers; whoever connects early sees them come up.
  const restored = restoreContainers(engine)
  return {
    sshPort: port,
    stats,
    async off(signal) {
      await ssh.close()
      server.close()
      await restored
      await endAll(engine, signal, SHUTDOWN_GRACE_MS)
      releasePort(port)
    },
  }
}

/** Unreadable user data must not stop a boot: the system comes up, and `bootstrap-status` tells the error. */
function readConfig(userData: string): { config: CloudConfig; error: string | null } {
  try {
    return { config: parseUserData(userData), error: null }
  } catch (error) {
    return { config: parseUserData(''), error: `user data: ${error instanceof Error ? error.message : error}` }
  }
}
