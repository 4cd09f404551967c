/**
 * The Docker Engine API of one droplet, reached through one SSH connection. Methods are idempotent where their name
 * says `ensure` or where noted, honour `signal`, and throw BerthError with SSH_*, ENGINE_*, IMAGE_* codes.
 */
import type { Agent } from 'node:http'
import type { Duplex, Readable } from 'node:stream'
import type { Credentials } from '#server/registry/port.ts'

export interface EngineInfo {
  version: string
  /** What the engine says it can't do (`GET /info`, `Berth.Lacks`); empty on a real Docker Engine. */
  lacks: string[]
  memoryBytes: number
  cpus: number
}

export interface ImageInfo {
  id: string
  /** `sha256:…` of the manifest it was pulled by; null for an image that was loaded locally. */
  digest: string | null
  sizeBytes: number
  entrypoint: string[]
  cmd: string[]
  env: string[]
  user: string
}

export interface PullProgress {
  currentBytes: number
  totalBytes: number
  layersDone: number
  layersTotal: number
}

/** Everything a container may get: an allow-list (I8, R6). Nothing else reaches `HostConfig`. */
export interface ContainerSpec {
  /** Unique per deployment attempt; `ensureContainer` finds an existing one by it. */
  name: string
  /** By digest: `repo@sha256:…` */
  image: string
  labels: Record<string, string>
  env: Record<string, string>
  cmd?: string[]
  /** Absolute path inside the container; absent: the image's. */
  workingDir?: string
  network: string
  memoryBytes: number
  cpuMillis: number
  pidsMax: number
  readOnlyRoot: boolean
  /** Named volumes only. */
  volumes: { name: string; path: string; readOnly?: boolean }[]
  /** Keep stdin open (stdio transport). */
  openStdin: boolean
  /** Published on 127.0.0.1 of the droplet, host port chosen by the engine. */
  port?: number
  /** Runs to its end and is not started again; otherwise the engine starts it anew whenever it ends. */
  once?: boolean
}

export interface ContainerInfo {
  id: string
  name: string
  image: string
  state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead'
  exitCode: number
  oomKilled: boolean
  createdAt: Date
  startedAt: Date | null
  restartCount: number
  labels: Record<string, string>
  /** container port → port on the droplet's 127.0.0.1 */
  hostPorts: Record<number, number>
}

export interface LogLine {
  at: Date
  stream: 'stdout' | 'stderr'
  text: string
}

export interface ContainerStats {
  at: Date
  memoryBytes: number
  memoryLimitBytes: number
  /** Thousandths of a vCPU used since the previous sample. */
  cpuMillis: number
  pids: number
}

/** One process in a container with its standard streams. */
export interface StdioProcess {
  stdin: Duplex
  stdout: Readable
  stderr: Readable
  /** Settles when the process ended or the stream was lost. */
  done: Promise<{ exitCode: number | null }>
  /** Closes stdin, waits `graceMs`, then ends what is left of the process. */
  close(graceMs?: number): Promise<void>
}

/** One entry of `putFiles`, relative to its folder, whose own mode Docker leaves as it is. */
export interface FileToPut {
  path: string
  /** null makes a folder, or gives one that is there this mode. */
  content: string | null
  mode?: number
}

export interface NetworkInfo {
  name: string
  labels: Record<string, string>
  createdAt: Date
}
export type VolumeInfo = NetworkInfo

export interface CallOptions {
  signal?: AbortSignal
}

export interface Engine {
  info(o?: CallOptions): Promise<EngineInfo>
  image(reference: string, o?: CallOptions): Promise<ImageInfo | null>
  /** @param o.auth for a private registry; sent with this pull alone, kept nowhere on the droplet */
  pull(
    reference: string,
    o?: CallOptions & { onProgress?: (p: PullProgress) => void; auth?: Credentials },
  ): Promise<ImageInfo>
  /** Missing, or still used by a container, is success. */
  removeImage(reference: string, o?: CallOptions): Promise<void>
  ensureNetwork(name: string, labels: Record<string, string>, o?: CallOptions): Promise<void>
  removeNetwork(name: string, o?: CallOptions): Promise<void>
  ensureVolume(name: string, labels: Record<string, string>, o?: CallOptions): Promise<void>
  removeVolume(name: string, o?: CallOptions): Promise<void>
  /** Creates, or returns the one that has this name. */
  ensureContainer(spec: ContainerSpec, o?: CallOptions): Promise<ContainerInfo>
  /** Running already is success. */
  startContainer(nameOrId: string, o?: CallOptions): Promise<void>
  stopContainer(nameOrId: string, o?: CallOptions & { graceSeconds?: number }): Promise<void>
  /** Forced; missing is success. */
  removeContainer(nameOrId: string, o?: CallOptions): Promise<void>
  container(nameOrId: string, o?: CallOptions): Promise<ContainerInfo | null>
  containers(filter: { label: string }, o?: CallOptions): Promise<ContainerInfo[]>
  networks(filter: { label: string }, o?: CallOptions): Promise<NetworkInfo[]>
  volumes(filter: { label: string }, o?: CallOptions): Promise<VolumeInfo[]>
  /** Small text files into a volume of a container that runs, waits or has ended; what is there is replaced. */
  putFiles(nameOrId: string, dir: string, files: FileToPut[], o?: CallOptions): Promise<void>
  /** Text of a file below a volume; null when it is not there. @throws ENGINE_REJECTED when it is larger, or no file */
  readFile(nameOrId: string, path: string, o: CallOptions & { bytesMax: number }): Promise<string | null>
  logs(nameOrId: string, o: CallOptions & { since?: Date; tail?: number; follow: boolean }): AsyncIterable<LogLine>
  stats(nameOrId: string, o?: CallOptions): Promise<ContainerStats>
  /** Runs one more process in a running container: `entrypoint + cmd` of its image unless `command` is given. */
  exec(nameOrId: string, command: string[], o?: CallOptions): Promise<StdioProcess>
  /** The main process of a container that was created with `openStdin`. */
  attach(nameOrId: string, o?: CallOptions): Promise<StdioProcess>
  /** Keep-alive agent whose sockets end at the droplet's `127.0.0.1:<port>` (no delay set on every hop). */
  agentFor(hostPort: number): Agent
}

/** Where and how to reach a droplet; `hostKeys` are the only ones accepted (current, and pending during a rotation). */
export interface DropletTarget {
  dropletId: string
  host: string
  port: number
  username: string
  privateKey: string
  /** OpenSSH public key lines, e.g. `ssh-ed25519 AAAA…` */
  hostKeys: string[]
}

/** One SSH connection a droplet, shared, kept alive, re-made when lost. */
export interface EnginePool {
  engine(dropletId: string): Promise<Engine>
  /** Runs a literal droplet command; `input` goes to its stdin. */
  command(
    dropletId: string,
    command: RemoteCommand,
    o?: CallOptions & { input?: string; deadlineMs?: number },
  ): Promise<string>
  /** Public host key line that the live connection proved; null when not connected. */
  provenHostKey(dropletId: string): string | null
  /**
   * Opens a second, short-lived connection (the target resolved anew) and returns the host key line that it proved:
   * a rotation is proven without cutting what runs over the shared connection.
   */
  probeHostKey(dropletId: string, o?: CallOptions & { deadlineMs?: number }): Promise<string>
  /** Drops the connection (droplet deleted, keys changed). */
  forget(dropletId: string): void
  close(): Promise<void>
}

declare const remoteCommand: unique symbol
/** A string that may be run on a droplet; made only in `remote-commands.ts` (R1). */
export type RemoteCommand = string & { [remoteCommand]: true }
