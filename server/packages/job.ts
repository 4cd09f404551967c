/**
 * A throw-away container that runs one command to its end: boxed as every container (I8), with a network of its own, no
 * variable of anybody's, and two volumes: one for what it makes, one for its caches.
 *
 *     startJob ──▶ followJob (its lines, its exit code) ──▶ discardJob
 */
import type { Engine, FileToPut } from '#server/engine/port.ts'
import { BerthError } from '#server/errors.ts'
import { PACKAGE_DIR, PACKAGE_LABEL, PACKAGE_MOUNT, SCRATCH_DIR, SCRATCH_MOUNT, TRY_LABEL } from './names.ts'

const MEMORY_BYTES = 512 * 2 ** 20
const CPU_MILLIS = 1000
const PIDS_MAX = 256
const ANY_USER = 0o777
const LINES_KEPT = 30
const LINE_LENGTH_MAX = 500
/** The log ends a little before the engine knows the exit code. */
const EXIT_KNOWN_WITHIN_MS = 10_000
const POLL_MS = 50

export interface Job {
  /** Of the container: whoever makes it first runs the job. */
  container: string
  /** Of its network and volumes; another job's never. */
  things: string
  installationId: string
  fingerprint: string
  /** By digest. */
  image: string
  cmd: string[]
  files: FileToPut[]
}

export interface JobEnd {
  exitCode: number
  oomKilled: boolean
  /** The last lines that it printed. */
  tail: string[]
}

export interface JobOptions {
  signal: AbortSignal
}

export const scratchOf = (things: string): string => `${things}-scratch`

/** @returns false when another try holds the container's name; then nothing of this one is left */
export async function startJob(engine: Engine, job: Job, o: JobOptions): Promise<boolean> {
  const { things } = job
  const labels = {
    'berth.installation': job.installationId,
    [PACKAGE_LABEL]: job.fingerprint,
    [TRY_LABEL]: things,
  }
  await engine.ensureNetwork(things, labels, o)
  for (const volume of [things, scratchOf(things)]) await engine.ensureVolume(volume, labels, o)
  try {
    const container = await engine.ensureContainer(
      {
        name: job.container,
        image: job.image,
        labels,
        env: { HOME: SCRATCH_DIR, TMPDIR: SCRATCH_DIR },
        cmd: job.cmd,
        network: things,
        memoryBytes: MEMORY_BYTES,
        cpuMillis: CPU_MILLIS,
        pidsMax: PIDS_MAX,
        readOnlyRoot: true,
        volumes: [
          { name: things, path: PACKAGE_MOUNT },
          { name: scratchOf(things), path: SCRATCH_MOUNT },
        ],
        openStdin: false,
        once: true,
      },
      o,
    )
    // A dead process of ours may have left it at any point; what has started is not started again.
    if (container.state !== 'created') return true
    const folder = { path: 'files', content: null, mode: ANY_USER }
    await engine.putFiles(container.id, PACKAGE_MOUNT, [folder], o)
    await engine.putFiles(container.id, PACKAGE_DIR, job.files, o)
    await engine.putFiles(container.id, SCRATCH_MOUNT, [folder], o)
    await startOrSayWhy(engine, container.id, job, o)
    return true
  } catch (error) {
    if (!(error instanceof BerthError) || error.code !== 'CONFLICT') throw error
    await discardJob(engine, { things, container: null }, o)
    return false
  }
}

async function startOrSayWhy(engine: Engine, id: string, job: Job, o: JobOptions): Promise<void> {
  try {
    await engine.startContainer(id, o)
  } catch (error) {
    // What runs containers says so in these words, whichever engine it is.
    if (!(error instanceof BerthError && error.message.includes('executable file not found'))) throw error
    throw new BerthError('PACKAGE_NOT_INSTALLABLE', `This droplet can't run ${job.cmd[0]} from ${job.image}.`, {
      cause: error,
      action: 'Use a droplet with a real Docker Engine and a runner image that holds this program.',
    })
  }
}

/** Waits for the end of a container. @returns null when somebody removed it */
export async function followJob(
  engine: Engine,
  container: string,
  o: JobOptions & { onLine?: (line: string) => void },
): Promise<JobEnd | null> {
  const tail: string[] = []
  try {
    for await (const { text } of engine.logs(container, { follow: true, signal: o.signal })) {
      o.onLine?.(text)
      tail.push(text.slice(0, LINE_LENGTH_MAX))
      if (tail.length > LINES_KEPT) tail.shift()
    }
  } catch (error) {
    if (!(error instanceof BerthError) || error.code !== 'NOT_FOUND') throw error
  }
  const until = performance.now() + EXIT_KNOWN_WITHIN_MS
  for (;;) {
    const found = await engine.container(container, o)
    if (!found) return null
    if (found.state === 'exited' || found.state === 'dead')
      return { exitCode: found.exitCode, oomKilled: found.oomKilled, tail }
    if (performance.now() > until) throw new BerthError('ENGINE_UNAVAILABLE', 'A container did not end with its log.')
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

/** Missing things are success. @param keep the volume with what the job made */
export async function discardJob(
  engine: Engine,
  job: { things: string; container: string | null; keep?: boolean },
  o: JobOptions,
): Promise<void> {
  if (job.container) await engine.removeContainer(job.container, o)
  await engine.removeNetwork(job.things, o)
  await engine.removeVolume(scratchOf(job.things), o)
  if (!job.keep) await engine.removeVolume(job.things, o)
}

/** A signal that also aborts after a time, saying so. */
export function within(ms: number, what: string, signal: AbortSignal): AbortSignal {
  const late = new AbortController()
  const message = `${what} did not end within ${ms / 60_000} minutes.`
  setTimeout(() => late.abort(new BerthError('PACKAGE_NOT_INSTALLABLE', message)), ms).unref()
  return AbortSignal.any([signal, late.signal])
}
