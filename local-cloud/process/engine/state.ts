/** What an engine remembers: one JSON file, written whole after every change. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { readJson, writeJson } from '#local-cloud/atomic-file.ts'

export interface ImageConfig {
  User?: string
  Env?: string[]
  Entrypoint?: string[] | null
  Cmd?: string[] | null
  WorkingDir?: string
  ExposedPorts?: Record<string, object>
  Volumes?: Record<string, object>
  Labels?: Record<string, string>
}

export interface StoredImage {
  /** Digest of the config. */
  id: string
  /** `host:port/name:tag` */
  repoTags: string[]
  /** `host:port/name@sha256:…` */
  repoDigests: string[]
  created: string
  architecture: string
  os: string
  sizeBytes: number
  layers: string[]
  config: ImageConfig
}

export interface Mount {
  /** Null for an anonymous volume, which lives and dies with its container. */
  volume: string | null
  source: string
  path: string
  readOnly: boolean
}

export interface ContainerConfig {
  Hostname: string
  User: string
  Env: string[]
  Cmd: string[]
  Entrypoint: string[]
  Image: string
  Labels: Record<string, string>
  WorkingDir: string
  ExposedPorts: Record<string, object>
  AttachStdin: boolean
  AttachStdout: boolean
  AttachStderr: boolean
  OpenStdin: boolean
  StdinOnce: boolean
  Tty: boolean
  StopTimeout?: number
}

export interface RestartPolicy {
  Name: '' | 'no' | 'always' | 'unless-stopped' | 'on-failure'
  MaximumRetryCount: number
}

export type Status = 'created' | 'running' | 'restarting' | 'exited'

export interface StoredContainer {
  id: string
  name: string
  createdAt: string
  imageId: string
  config: ContainerConfig
  /** As given at create, with defaults. */
  hostConfig: Record<string, unknown> & {
    NetworkMode: string
    RestartPolicy: RestartPolicy
    ReadonlyRootfs: boolean
    AutoRemove: boolean
    Memory: number
  }
  /** Container ports (`3001/tcp`) that are published → the host port asked for, 0 for any. */
  published: Record<string, number>
  tmpfs: string[]
  mounts: Mount[]
  /** Names. */
  networks: string[]
  status: Status
  pid: number
  exitCode: number
  error: string
  startedAt: string | null
  finishedAt: string | null
  restartCount: number
  stoppedByUser: boolean
  /** Where the server of this container listens on 127.0.0.1; only while running. */
  hostPort: number | null
}

export interface StoredNetwork {
  id: string
  name: string
  created: string
  driver: string
  internal: boolean
  labels: Record<string, string>
  options: Record<string, string>
}

export interface StoredVolume {
  name: string
  createdAt: string
  labels: Record<string, string>
  options: Record<string, string>
}

export interface EngineState {
  images: StoredImage[]
  containers: StoredContainer[]
  networks: StoredNetwork[]
  volumes: StoredVolume[]
}

export interface EnginePaths {
  root: string
  state: string
  image(id: string): string
  container(id: string): string
  volume(name: string): string
  /** Files of `reaper.ts`. */
  processes: string
}

export function enginePaths(root: string): EnginePaths {
  return {
    root,
    state: path.join(root, 'state.json'),
    image: (id) => path.join(root, 'images', id.replace('sha256:', '').slice(0, 12)),
    container: (id) => path.join(root, 'containers', id.slice(0, 12)),
    volume: (name) => path.join(root, 'volumes', name),
    processes: path.join(root, 'processes'),
  }
}

export function loadState(paths: EnginePaths): EngineState {
  mkdirSync(paths.root, { recursive: true })
  const stored = readJson(paths.state) as EngineState | null
  return stored ?? { images: [], containers: [], networks: [], volumes: [] }
}

export function saveState(paths: EnginePaths, state: EngineState): void {
  writeJson(paths.state, state)
}
