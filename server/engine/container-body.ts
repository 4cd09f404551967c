/**
 * From Berth's allow-list to Docker's create body (I8, R6). It is built field by field from checked values and never
 * from a spread object, so that no field of a template, a form or a `server.json` can become a field of `HostConfig`.
 */
import path from 'node:path'
import type { ContainerCreateOptions, ContainerInspectInfo, HostConfig } from 'dockerode'
import { z } from 'zod'
import { BerthError } from '#server/errors.ts'
import { checkImage, checkName, checkNetwork, checkPort } from './names.ts'
import type { ContainerInfo, ContainerSpec } from './port.ts'

const MIB = 2 ** 20
/** A tmpfs counts against the container's own memory; this keeps it from being filled to the last byte. */
const TMP_BYTES_MAX = 64 * MIB
const NANO_PER_MILLI = 1_000_000
/** Docker refuses less. */
const MEMORY_BYTES_MIN = 6 * MIB
const LOG_FILE_SIZE = '10m'
const LOG_FILES = '3'
/** Mounting over these would replace what the runtime sets up. */
const RESERVED_PATHS = ['/', '/proc', '/sys', '/dev', '/run', '/var/run', '/etc', '/tmp']

const text = z.string().refine((value) => !value.includes('\0'), 'may not hold NUL')
const limits = z.object({
  memoryBytes: z.int().min(MEMORY_BYTES_MIN),
  cpuMillis: z.int().min(1),
  pidsMax: z.int().min(1),
  /** R5. */
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not the name of a variable'), text),
  labels: z.record(z.string().regex(/^[a-z0-9][a-z0-9._-]{0,127}$/, 'is not the name of a label'), text),
  cmd: z.array(text).optional(),
})

/** @throws BerthError INVALID_INPUT naming the field, never its value: it may be a secret */
export function containerBody(spec: ContainerSpec): ContainerCreateOptions & { HostConfig: HostConfig } {
  const parsed = limits.safeParse(spec)
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join('.')
    throw new BerthError('INVALID_INPUT', `${field} ${parsed.error.issues[0]?.message}.`, { field })
  }
  const { memoryBytes, cpuMillis, pidsMax, env, labels, cmd } = parsed.data
  const port = spec.port === undefined ? null : `${checkPort(spec.port)}/tcp`
  return {
    name: checkName(spec.name),
    Image: checkImage(spec.image),
    ...(cmd ? { Cmd: cmd } : {}),
    ...(spec.workingDir === undefined ? {} : { WorkingDir: checkWorkingDir(spec.workingDir) }),
    Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
    Labels: labels,
    Tty: false,
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    OpenStdin: spec.openStdin === true,
    StdinOnce: false,
    ...(port ? { ExposedPorts: { [port]: {} } } : {}),
    HostConfig: {
      NetworkMode: checkNetwork(spec.network),
      // An empty HostPort lets the engine choose; 127.0.0.1 keeps it inside the droplet.
      PortBindings: port ? { [port]: [{ HostIp: '127.0.0.1', HostPort: '' }] } : {},
      Mounts: spec.volumes.map((volume) => ({
        Type: 'volume' as const,
        Source: checkName(volume.name, 'volume'),
        Target: checkMountPath(volume.path),
        ReadOnly: volume.readOnly === true,
      })),
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: spec.readOnlyRoot === true,
      ...(spec.readOnlyRoot === true ? { Tmpfs: { '/tmp': tmpOptions(memoryBytes) } } : {}),
      Memory: memoryBytes,
      // Equal to Memory means no swap.
      MemorySwap: memoryBytes,
      NanoCpus: cpuMillis * NANO_PER_MILLI,
      PidsLimit: pidsMax,
      // Reaps what a server's child processes leave behind.
      Init: true,
      RestartPolicy: { Name: spec.once === true ? 'no' : 'unless-stopped' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': LOG_FILE_SIZE, 'max-file': LOG_FILES } },
    },
  }
}

function tmpOptions(memoryBytes: number): string {
  return `rw,nosuid,nodev,mode=1777,size=${Math.min(TMP_BYTES_MAX, Math.floor(memoryBytes / 4))}`
}

const plainPath = (target: string): boolean =>
  /^\/[\w\-./]*$/.test(target) && target.length <= 200 && path.posix.normalize(target) === target

function checkWorkingDir(target: string): string {
  if (plainPath(target)) return target
  throw new BerthError('INVALID_INPUT', 'The working folder must be a plain absolute path.', { field: 'workingDir' })
}

function checkMountPath(target: string): string {
  const bare = target.replace(/\/$/, '') || '/'
  const reserved = RESERVED_PATHS.includes(bare) || ['/proc/', '/sys/', '/dev/'].some((p) => target.startsWith(p))
  if (plainPath(target) && !reserved) return target
  throw new BerthError('INVALID_INPUT', 'A volume can not be mounted there.', { field: 'volumes' })
}

export function containerInfo(found: ContainerInspectInfo): ContainerInfo {
  const hostPorts: Record<number, number> = {}
  for (const [key, bindings] of Object.entries(found.NetworkSettings?.Ports ?? {})) {
    const local = bindings?.find((b) => b.HostIp === '127.0.0.1')
    const port = Number.parseInt(key, 10)
    if (local && port > 0 && Number(local.HostPort) > 0) hostPorts[port] = Number(local.HostPort)
  }
  const startedAt = new Date(found.State.StartedAt)
  return {
    id: found.Id,
    name: found.Name.replace(/^\//, ''),
    image: found.Config.Image,
    state: found.State.Status as ContainerInfo['state'],
    exitCode: found.State.ExitCode,
    oomKilled: found.State.OOMKilled,
    // Docker says year 1 for "never".
    createdAt: new Date(found.Created),
    startedAt: startedAt.getTime() > 0 ? startedAt : null,
    restartCount: found.RestartCount ?? 0,
    labels: found.Config.Labels ?? {},
    hostPorts,
  }
}
