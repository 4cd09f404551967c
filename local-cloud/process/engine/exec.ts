/** One more process in a running container, and attaching to the main one. */
import type { ChildProcess } from 'node:child_process'
import { z } from 'zod'
import { type EngineContext, type ExecProcess, newId } from './context.ts'
import { findContainer, mergeEnv } from './create-container.ts'
import { conflict, notFound } from './errors.ts'
import { launch } from './launch.ts'
import type { StreamName } from './logs.ts'
import type { StoredContainer } from './state.ts'
import type { Attached } from './streams.ts'

export const createExecBody = z.looseObject({
  Cmd: z.array(z.string()).min(1, 'No exec command specified'),
  Env: z.array(z.string()).nullish(),
  AttachStdin: z.boolean().default(false),
  AttachStdout: z.boolean().default(false),
  AttachStderr: z.boolean().default(false),
  Tty: z.boolean().default(false),
})

export const startExecBody = z.looseObject({ Detach: z.boolean().default(false), Tty: z.boolean().default(false) })

/** Finished ones are kept for their exit code; more than this many and the oldest go. */
const FINISHED_EXECS_MAX = 200

export function createExec(
  ctx: EngineContext,
  container: StoredContainer,
  body: z.infer<typeof createExecBody>,
): string {
  if (!ctx.runs.has(container.id)) throw conflict(`container ${container.id} is not running`)
  const finished = [...ctx.execs.values()].filter((exec) => exec.started && !exec.running)
  for (const old of finished.slice(0, Math.max(0, finished.length - FINISHED_EXECS_MAX))) ctx.execs.delete(old.id)
  const id = newId()
  ctx.execs.set(id, {
    id,
    containerId: container.id,
    command: body.Cmd,
    env: mergeEnv([], body.Env ?? []),
    attachStdin: body.AttachStdin,
    attachStdout: body.AttachStdout,
    attachStderr: body.AttachStderr,
    tty: body.Tty,
    started: false,
    running: false,
    exitCode: null,
    pid: 0,
  })
  return id
}

export function findExec(ctx: EngineContext, id: string): ExecProcess {
  const exec = ctx.execs.get(id)
  if (!exec) throw notFound(`No such exec instance: ${id}`)
  return exec
}

/** `open` takes over the connection; null when detached. @throws EngineError 409 */
export function startExec(ctx: EngineContext, exec: ExecProcess, open: (() => Attached) | null): void {
  const container = findContainer(ctx, exec.containerId)
  if (exec.started) throw conflict(`Error: Exec command ${exec.id} has already run`)
  if (!ctx.runs.has(container.id)) throw conflict(`container ${container.id} is not running`)
  exec.started = true
  const attached = open?.() ?? null
  let child: ChildProcess
  let forget: () => void
  try {
    ;({ child, forget } = launch(ctx, container, exec.command, {
      env: exec.env,
      openStdin: attached !== null && exec.attachStdin,
      hostPort: null,
    }))
  } catch (error) {
    // Docker has given the connection away by then, so the reason goes into the stream.
    exec.exitCode = 126
    attached?.write(
      'stderr',
      Buffer.from(`OCI runtime exec failed: ${error instanceof Error ? error.message : error}\r\n`),
    )
    attached?.end()
    if (!attached) throw error
    return
  }
  exec.running = true
  exec.pid = child.pid ?? 0
  ctx.execChildren.set(exec.id, child)
  if (attached) {
    const wanted: StreamName[] = [
      ...(exec.attachStdout ? (['stdout'] as const) : []),
      ...(exec.attachStderr ? (['stderr'] as const) : []),
    ]
    connect(child, attached, wanted)
  } else {
    child.stdout?.resume()
    child.stderr?.resume()
  }
  child.once('error', (error) => ctx.options.log(`exec in ${container.name}: ${error.message}`))
  child.once('close', (code) => {
    forget()
    ctx.execChildren.delete(exec.id)
    exec.running = false
    exec.exitCode = code ?? 137
    attached?.end()
  })
}

/** Both ways with back-pressure. The end of the client's input is the end of the process's stdin. */
function connect(child: ChildProcess, attached: Attached, wanted: StreamName[]): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = child[name]
    if (!wanted.includes(name)) {
      stream?.resume()
      continue
    }
    stream?.on('data', (chunk: Buffer) => {
      if (!attached.write(name, chunk)) stream.pause()
    })
    attached.onDrain(() => stream?.resume())
  }
  const { stdin } = child
  if (stdin && attached.input) attached.input.pipe(stdin)
  // A connection that is gone reads nothing more: let the process run on unheard, but tell it that nobody speaks.
  attached.onClose(() => {
    stdin?.end()
    child.stdout?.resume()
    child.stderr?.resume()
  })
}

/** Follows the main process; what it wrote before is in the logs. */
export function attachContainer(
  ctx: EngineContext,
  container: StoredContainer,
  attached: Attached,
  wanted: { stdin: boolean; stdout: boolean; stderr: boolean },
): void {
  const stdin = ctx.runs.get(container.id)?.child.stdin
  const onOutput = (stream: StreamName, chunk: Buffer) => {
    if (wanted[stream]) attached.write(stream, chunk)
  }
  const onDie = () => attached.end()
  ctx.events.on(`output:${container.id}`, onOutput)
  ctx.events.once(`die:${container.id}`, onDie)
  attached.onClose(() => {
    ctx.events.off(`output:${container.id}`, onOutput)
    ctx.events.off(`die:${container.id}`, onDie)
  })
  if (!attached.input) return
  if (wanted.stdin && stdin) attached.input.pipe(stdin, { end: container.config.StdinOnce })
  else attached.input.resume()
}

export function inspectExec(ctx: EngineContext, exec: ExecProcess) {
  const [entrypoint = '', ...args] = exec.command
  return {
    CanRemove: false,
    ContainerID: exec.containerId,
    DetachKeys: '',
    ExitCode: exec.exitCode,
    ID: exec.id,
    OpenStderr: exec.attachStderr,
    OpenStdin: exec.attachStdin,
    OpenStdout: exec.attachStdout,
    ProcessConfig: { arguments: args, entrypoint, privileged: false, tty: exec.tty, user: '' },
    Running: exec.running && ctx.execs.has(exec.id),
    Pid: exec.pid,
  }
}
