/** What every part of one engine works on. */
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { type EnginePaths, type EngineState, enginePaths, loadState, saveState } from './state.ts'

export interface EngineOptions {
  root: string
  name: string
  memoryBytes: number
  vcpus: number
  log: (line: string) => void
}

/** The live side of a running container. */
export interface Run {
  child: ChildProcess
  startedMs: number
  /** Set when a stop, kill or remove asked for the end, so that the restart policy lets it be. */
  ending: boolean
  forget: () => void
}

export interface ExecProcess {
  id: string
  containerId: string
  command: string[]
  env: string[]
  attachStdin: boolean
  attachStdout: boolean
  attachStderr: boolean
  tty: boolean
  started: boolean
  running: boolean
  exitCode: number | null
  pid: number
}

export interface EngineContext {
  options: EngineOptions
  paths: EnginePaths
  state: EngineState
  save(): void
  runs: Map<string, Run>
  restartTimers: Map<string, NodeJS.Timeout>
  execs: Map<string, ExecProcess>
  execChildren: Map<string, ChildProcess>
  /** `output:<id>` (stream, chunk), `line:<id>` (LogEntry), `die:<id>` (exit code), `removed:<id>`. */
  events: EventEmitter
  closing: boolean
}

export function createContext(options: EngineOptions): EngineContext {
  const paths = enginePaths(options.root)
  const state = loadState(paths)
  const events = new EventEmitter()
  // One listener a follower of logs, an attached client, a waiter: any number is right.
  events.setMaxListeners(0)
  return {
    options,
    paths,
    state,
    save: () => saveState(paths, state),
    runs: new Map(),
    restartTimers: new Map(),
    execs: new Map(),
    execChildren: new Map(),
    events,
    closing: false,
  }
}

export function newId(): string {
  return randomBytes(32).toString('hex')
}
