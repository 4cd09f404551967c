/** `/_ping`, `/version`, `/info`. */
import { cpus } from 'node:os'
import type { EngineContext } from './context.ts'

export const API_VERSION = '1.47'
export const MIN_API_VERSION = '1.24'
const ENGINE_VERSION = '27.5.0-local-cloud'

/**
 * What a real Docker Engine does and this one does not. The page shows it, and the engine contract suite skips exactly
 * these.
 */
export const LACKS = [
  'memory-limit',
  'cpu-limit',
  'pids-limit',
  'capabilities',
  'user-isolation',
  'network-isolation',
  'own-root-filesystem',
] as const

export function version() {
  return {
    Platform: { Name: 'Local cloud' },
    Components: [{ Name: 'Engine', Version: ENGINE_VERSION, Details: { ApiVersion: API_VERSION } }],
    Version: ENGINE_VERSION,
    ApiVersion: API_VERSION,
    MinAPIVersion: MIN_API_VERSION,
    GitCommit: '',
    GoVersion: '',
    Os: 'linux',
    Arch: process.arch === 'x64' ? 'amd64' : process.arch,
    BuildTime: '',
  }
}

export function info(ctx: EngineContext) {
  const count = (...statuses: string[]) => ctx.state.containers.filter((c) => statuses.includes(c.status)).length
  return {
    ID: ctx.options.name,
    Name: ctx.options.name,
    Containers: ctx.state.containers.length,
    ContainersRunning: count('running', 'restarting'),
    ContainersPaused: 0,
    ContainersStopped: count('created', 'exited'),
    Images: ctx.state.images.length,
    Driver: 'local-cloud',
    LoggingDriver: 'json-file',
    CgroupDriver: 'none',
    CgroupVersion: '2',
    SystemTime: new Date().toISOString(),
    OperatingSystem: 'Local cloud (process driver)',
    OSType: 'linux',
    Architecture: process.arch === 'x64' ? 'x86_64' : process.arch,
    KernelVersion: process.version,
    NCPU: Math.min(ctx.options.vcpus, cpus().length),
    MemTotal: ctx.options.memoryBytes,
    ServerVersion: ENGINE_VERSION,
    DockerRootDir: ctx.paths.root,
    Labels: [],
    ExperimentalBuild: false,
    LiveRestoreEnabled: false,
    MemoryLimit: false,
    PidsLimit: false,
    CPUCfsQuota: false,
    SecurityOptions: [],
    Warnings: ['This engine runs containers as plain processes: it is no sandbox'],
    Berth: { Lacks: LACKS },
  }
}
