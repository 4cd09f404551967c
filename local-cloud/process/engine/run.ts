/**
 * The life of a container's main process: start, supervision, restart policy, stop.
 *
 *     start ──▶ running ──exit──▶ exited ──policy──▶ restarting ──delay──▶ running
 *                  └──stop/kill──▶ exited (stoppedByUser)
 */
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { releasePort, takePort } from '../ports.ts'
import { killGroup } from '../reaper.ts'
import type { EngineContext } from './context.ts'
import { conflict, EngineError, notFound } from './errors.ts'
import { ExecutableMissing, launch } from './launch.ts'
import { logWriter, nowNanos } from './logs.ts'
import type { StoredContainer } from './state.ts'

/** Docker's own: the delay doubles up to a minute, and starts anew after a run of ten seconds. */
const RESTART_DELAY_MS = 100
const RESTART_DELAY_MAX_MS = 60_000
const HEALTHY_RUN_MS = 10_000
const STOP_GRACE_SECONDS = 10
const SIGNAL_NUMBERS: Record<string, number> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
}

const delays = new WeakMap<StoredContainer, number>()

/** False when it runs already. @throws EngineError */
export async function startContainer(ctx: EngineContext, container: StoredContainer): Promise<boolean> {
  if (ctx.runs.has(container.id)) return false
  cancelRestart(ctx, container)
  container.stoppedByUser = false
  container.restartCount = 0
  delays.delete(container)
  await run(ctx, container)
  return true
}

async function run(ctx: EngineContext, container: StoredContainer): Promise<void> {
  for (const name of container.networks)
    if (!ctx.state.networks.some((network) => network.name === name)) throw notFound(`network ${name} not found`)
  const hostPort = await choosePort(container)
  // Taking the port took a moment: a second start, a removal or the end of the engine may have come in between.
  if (ctx.closing || ctx.runs.has(container.id) || !ctx.state.containers.includes(container)) {
    if (hostPort) releasePort(hostPort)
    if (ctx.runs.has(container.id)) return
    throw conflict(`container ${container.id} is being removed`)
  }
  const started = tryLaunch(ctx, container, hostPort)
  const writer = logWriter(ctx, container.id)
  for (const stream of ['stdout', 'stderr'] as const)
    started.child[stream]?.on('data', (chunk: Buffer) => {
      ctx.events.emit(`output:${container.id}`, stream, chunk)
      writer.write(stream, chunk)
    })
  ctx.runs.set(container.id, { ...started, startedMs: performance.now(), ending: false })
  Object.assign(container, {
    status: 'running',
    pid: started.child.pid ?? 0,
    exitCode: 0,
    error: '',
    startedAt: nowNanos(),
    hostPort,
  } satisfies Partial<StoredContainer>)
  ctx.save()
  started.child.once('error', (error) => ctx.options.log(`container ${container.name}: ${error.message}`))
  started.child.once('close', (code, signal) => {
    writer.end()
    ended(ctx, container, code ?? 128 + (SIGNAL_NUMBERS[signal ?? ''] ?? 1))
  })
}

function tryLaunch(ctx: EngineContext, container: StoredContainer, hostPort: number | null) {
  const argv = [...container.config.Entrypoint, ...container.config.Cmd]
  try {
    return launch(ctx, container, argv, { openStdin: container.config.OpenStdin, hostPort })
  } catch (error) {
    if (hostPort) releasePort(hostPort)
    container.exitCode = error instanceof ExecutableMissing ? 127 : 128
    container.error = error instanceof Error ? error.message : String(error)
    ctx.save()
    throw error
  }
}

async function choosePort(container: StoredContainer): Promise<number | null> {
  const exposed = Object.keys(container.config.ExposedPorts)[0]
  if (!exposed) return null
  const wanted = container.published[exposed] ?? 0
  const port = await takePort(wanted || undefined)
  if (wanted && port !== wanted) {
    releasePort(port)
    throw new EngineError(
      500,
      `driver failed programming external connectivity: Bind for 127.0.0.1:${wanted} failed: port is already allocated`,
    )
  }
  return port
}

function ended(ctx: EngineContext, container: StoredContainer, exitCode: number): void {
  const finished = ctx.runs.get(container.id)
  ctx.runs.delete(container.id)
  finished?.forget()
  if (container.hostPort) releasePort(container.hostPort)
  for (const [id, child] of ctx.execChildren)
    if (ctx.execs.get(id)?.containerId === container.id && child.pid) killGroup(child.pid, 'SIGKILL')
  Object.assign(container, { pid: 0, exitCode, finishedAt: nowNanos(), hostPort: null })
  // When the engine closes, the record keeps saying `running`: that is what the next start restores.
  if (!ctx.closing) {
    container.status = 'exited'
    const ranMs = performance.now() - (finished?.startedMs ?? 0)
    if (!finished?.ending && shouldRestart(container)) scheduleRestart(ctx, container, ranMs)
    ctx.save()
  }
  ctx.events.emit(`die:${container.id}`, exitCode)
  if (container.hostConfig.AutoRemove && !ctx.closing) forgetContainer(ctx, container)
}

function shouldRestart(container: StoredContainer): boolean {
  const { Name, MaximumRetryCount } = container.hostConfig.RestartPolicy
  if (Name === 'on-failure')
    return container.exitCode !== 0 && (MaximumRetryCount === 0 || container.restartCount < MaximumRetryCount)
  return Name === 'always' || Name === 'unless-stopped'
}

function scheduleRestart(ctx: EngineContext, container: StoredContainer, ranMs: number): void {
  const previous = ranMs > HEALTHY_RUN_MS ? 0 : (delays.get(container) ?? 0)
  const delay = Math.min(previous === 0 ? RESTART_DELAY_MS : previous * 2, RESTART_DELAY_MAX_MS)
  delays.set(container, delay)
  container.status = 'restarting'
  container.restartCount += 1
  const timer = setTimeout(() => {
    ctx.restartTimers.delete(container.id)
    run(ctx, container).catch((error: unknown) => {
      container.status = 'exited'
      ctx.save()
      ctx.options.log(`container ${container.name}: ${error instanceof Error ? error.message : error}`)
    })
  }, delay)
  ctx.restartTimers.set(container.id, timer)
}

function cancelRestart(ctx: EngineContext, container: StoredContainer): boolean {
  const timer = ctx.restartTimers.get(container.id)
  if (!timer) return false
  clearTimeout(timer)
  ctx.restartTimers.delete(container.id)
  container.status = 'exited'
  return true
}

/** SIGTERM, then SIGKILL after the grace. False when it did not run. */
export async function stopContainer(
  ctx: EngineContext,
  container: StoredContainer,
  graceSeconds: number | null,
): Promise<boolean> {
  container.stoppedByUser = true
  ctx.save()
  const wasRestarting = cancelRestart(ctx, container)
  const running = ctx.runs.get(container.id)
  if (!running) return wasRestarting
  running.ending = true
  const died = once(ctx.events, `die:${container.id}`)
  const grace = graceSeconds ?? container.config.StopTimeout ?? STOP_GRACE_SECONDS
  killGroup(running.child.pid ?? 0, 'SIGTERM')
  // A negative grace means to wait without end.
  const timer = grace < 0 ? null : setTimeout(() => killGroup(running.child.pid ?? 0, 'SIGKILL'), grace * 1000)
  await died
  if (timer) clearTimeout(timer)
  return true
}

export async function killContainer(
  ctx: EngineContext,
  container: StoredContainer,
  signal: NodeJS.Signals,
): Promise<void> {
  const running = ctx.runs.get(container.id)
  if (!running && !cancelRestart(ctx, container)) throw conflict(`container ${container.id} is not running`)
  if (!running) return
  // Only what is meant to end it counts as stopped by hand; a SIGHUP does not.
  if (signal === 'SIGKILL' || signal === 'SIGTERM') {
    running.ending = true
    container.stoppedByUser = true
  }
  const died = signal === 'SIGKILL' ? once(ctx.events, `die:${container.id}`) : null
  killGroup(running.child.pid ?? 0, signal)
  await died
}

/** @throws EngineError 409 while it runs, unless `force` */
export async function removeContainer(ctx: EngineContext, container: StoredContainer, force: boolean): Promise<void> {
  cancelRestart(ctx, container)
  if (ctx.runs.has(container.id)) {
    if (!force)
      throw conflict(
        `cannot remove container "/${container.name}": container is running: stop the container before removing or force remove`,
      )
    await killContainer(ctx, container, 'SIGKILL')
  }
  forgetContainer(ctx, container)
}

function forgetContainer(ctx: EngineContext, container: StoredContainer): void {
  ctx.state.containers = ctx.state.containers.filter((other) => other !== container)
  for (const exec of [...ctx.execs.values()]) if (exec.containerId === container.id) ctx.execs.delete(exec.id)
  ctx.save()
  rmSync(ctx.paths.container(container.id), { recursive: true, force: true })
  ctx.events.emit(`removed:${container.id}`)
}

/** After a restart of the engine: what was running starts again if its policy says so, the rest has exited. */
export async function restoreContainers(ctx: EngineContext): Promise<void> {
  await Promise.all(
    ctx.state.containers.map(async (container) => {
      const wasUp = container.status === 'running' || container.status === 'restarting'
      const { Name } = container.hostConfig.RestartPolicy
      const again = Name === 'always' || (Name === 'unless-stopped' && !container.stoppedByUser)
      if (wasUp)
        Object.assign(container, { status: 'exited', exitCode: 137, pid: 0, hostPort: null, finishedAt: nowNanos() })
      if (!(again && (wasUp || Name === 'always'))) return
      await run(ctx, container).catch((error: unknown) => {
        ctx.options.log(`container ${container.name}: ${error instanceof Error ? error.message : error}`)
      })
    }),
  )
  ctx.save()
}

/** How long each of SIGTERM and SIGKILL gets. */
const END_WITHIN_MS = 1000
const END_POLL_MS = 20

/**
 * Ends one process of a container, main or exec, and its group; any other number is left alone.
 * @throws Error when it outlives SIGKILL
 */
export async function endProcess(ctx: EngineContext, pid: number, containerId: string): Promise<void> {
  const lives = () =>
    ctx.state.containers.some((container) => container.id === containerId && container.pid === pid) ||
    [...ctx.execs.values()].some((exec) => exec.containerId === containerId && exec.running && exec.pid === pid)
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!lives()) return
    killGroup(pid, signal)
    const until = performance.now() + END_WITHIN_MS
    while (lives() && performance.now() < until) await delay(END_POLL_MS)
  }
  if (lives()) throw new Error('the process did not end')
}

/** Ends every process. `signal` reaches the containers first; what is left after the grace is killed. */
export async function endAll(ctx: EngineContext, signal: 'SIGTERM' | 'SIGKILL', graceMs: number): Promise<void> {
  ctx.closing = true
  for (const timer of ctx.restartTimers.values()) clearTimeout(timer)
  ctx.restartTimers.clear()
  for (const child of ctx.execChildren.values()) if (child.pid) killGroup(child.pid, 'SIGKILL')
  const deaths = [...ctx.runs].map(([id]) => once(ctx.events, `die:${id}`))
  const pids = [...ctx.runs.values()].map(({ child }) => child.pid ?? 0)
  for (const pid of pids) killGroup(pid, signal)
  const timer = setTimeout(() => {
    for (const pid of pids) killGroup(pid, 'SIGKILL')
  }, graceMs)
  await Promise.all(deaths)
  clearTimeout(timer)
  ctx.save()
}
