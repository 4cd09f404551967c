/**
 * A locked package onto a droplet, once: into a volume that the containers which run it mount read-only.
 *
 * The container that installs is named for lock and image, so of two deployments one makes it and the other waits for
 * its end. Whoever sees it end well seals it: makes the empty volume of that same name, whose label says which volume is
 * whole. A volume without its seal is no installed package, so a process may die before or after any line of this.
 *
 *     sealed? ──no──▶ startJob ──▶ followJob ──exit 0──▶ seal ──▶ discardJob (the installed volume stays)
 *                        └─ another's ─┘          └─ else ──▶ discardJob, PACKAGE_NOT_INSTALLABLE
 */
import type { PackageSource } from '#db/template-config.ts'
import type { PackageLock } from '#db/template-content.ts'
import type { Config } from '#server/config.ts'
import type { ContainerInfo, Engine } from '#server/engine/port.ts'
import { BerthError } from '#server/errors.ts'
import { discardJob, followJob, type JobEnd, startJob, within } from './job.ts'
import { fingerprintOf, PACKAGE_LABEL, packageName, TRY_LABEL, VOLUME_LABEL } from './names.ts'
import { npmError, npmInstall } from './npm.ts'
import { pypiError, pypiInstall } from './pypi.ts'

const INSTALL_MS = 10 * 60_000
/** Who made a container starts it at once, or died. */
const STARTED_WITHIN_MS = 60_000
const POLL_MS = 250
/** Each round that does not end it removed what a dead process left, or lost a race. */
const ROUNDS_MAX = 20

export interface InstalledPackage {
  volume: string
  /** Label of whatever mounts it. */
  fingerprint: string
}

export interface InstallInput {
  engine: Engine
  lock: PackageLock
  /** For messages. */
  source: Pick<PackageSource, 'identifier' | 'version'>
  runners: Config['runners']
  /** By digest, on the droplet already. */
  runnerImage: string
  installationId: string
  /** Names this try: the same for a re-run of the same work, so that it finds what it made. */
  tryId: string
  signal: AbortSignal
  onProgress?: (message: string) => void
}

/** @throws PACKAGE_NOT_INSTALLABLE with the last words of npm or pip, REGISTRY_UNAVAILABLE */
export async function ensurePackageInstalled(input: InstallInput): Promise<InstalledPackage> {
  const { engine, lock, installationId } = input
  const fingerprint = fingerprintOf(lock, input.runnerImage)
  const name = packageName(fingerprint)
  const ready = await installedVolume(engine, fingerprint, input)
  if (ready) return { volume: ready, fingerprint }
  refuseScripts(lock)
  const signal = within(INSTALL_MS, 'Installing the package', input.signal)
  for (let round = 1; round <= ROUNDS_MAX; round++) {
    const volume = await installedVolume(engine, fingerprint, { signal })
    if (volume) return { volume, fingerprint }
    const found = await engine.container(name, { signal })
    if (found?.labels[PACKAGE_LABEL] !== undefined && found.labels[PACKAGE_LABEL] !== fingerprint)
      throw new BerthError('CONFLICT', `The droplet has a container ${name} that is another package's.`)
    const over = found?.state === 'exited' || found?.state === 'dead'
    if (!found) {
      const { cmd, files } = commandOf(input)
      const things = tryName(name, input.tryId)
      const job = { container: name, things, installationId, fingerprint, image: input.runnerImage, cmd, files }
      if (!(await startJob(engine, job, { signal }))) continue
    } else if (found.state === 'created') {
      // Our own earlier run died before it started it; another's gets its time.
      if (isOwn(found, input) || !(await started(engine, found, signal)))
        await discardJob(engine, { things: thingsOf(found), container: found.id }, { signal })
      continue
    }
    const running = await engine.container(name, { signal })
    if (!running) continue
    const end = await followJob(engine, running.id, { signal, onLine: progress(input) })
    if (!end) continue
    if (end.exitCode === 0) {
      await seal(engine, { name, fingerprint, installationId, volume: thingsOf(running) }, signal)
      await discardJob(engine, { things: thingsOf(running), container: running.id, keep: true }, { signal })
      continue
    }
    await discardJob(engine, { things: thingsOf(running), container: running.id }, { signal })
    // One that had failed before we came is somebody else's failure: it is tried anew.
    if (!over) throw whyNot(input, end)
  }
  throw new BerthError('ENGINE_REJECTED', 'The package could not be installed: its containers keep disappearing.')
}

/** The volume that holds this package whole; null when there is none. One call to the engine. */
export async function installedVolume(
  engine: Engine,
  fingerprint: string,
  o: { signal: AbortSignal },
): Promise<string | null> {
  const volumes = await engine.volumes({ label: `${PACKAGE_LABEL}=${fingerprint}` }, { signal: o.signal })
  const seal = volumes.find((volume) => volume.name === packageName(fingerprint))
  const volume = seal?.labels[VOLUME_LABEL]
  if (!seal || !volume) return null
  if (volumes.some((other) => other.name === volume)) return volume
  // Somebody removed the volume by hand.
  await engine.removeVolume(seal.name, { signal: o.signal })
  return null
}

/** Undo of a try that was cut short; an installed package stays for the next deployment. */
export async function discardInstall(
  engine: Engine,
  input: { fingerprint: string; tryId: string; signal: AbortSignal },
): Promise<void> {
  const { fingerprint, tryId, signal } = input
  const name = packageName(fingerprint)
  const things = tryName(name, tryId)
  const found = await engine.container(name, { signal })
  const own = found !== null && thingsOf(found) === things
  const keep = (await installedVolume(engine, fingerprint, { signal })) === things
  await discardJob(engine, { things, container: own ? found.id : null, keep }, { signal })
}

const tryName = (name: string, tryId: string): string => `${name}-${tryId}`
const thingsOf = (container: ContainerInfo): string => container.labels[TRY_LABEL] ?? container.name
const isOwn = (container: ContainerInfo, { tryId }: InstallInput): boolean =>
  thingsOf(container) === tryName(container.name, tryId)

function commandOf({ lock, runners }: InstallInput) {
  return lock.registryType === 'npm' ? npmInstall(runners.node, lock) : pypiInstall(runners.python, lock)
}

const whyNot = ({ lock, source, runners }: InstallInput, end: JobEnd): BerthError =>
  lock.registryType === 'npm' ? npmError(source, end, runners.node) : pypiError(source, end, runners.python)

function refuseScripts(lock: PackageLock): void {
  if (lock.registryType !== 'npm' || lock.installScripts.length === 0) return
  const names = lock.installScripts.join(', ')
  throw new BerthError('PACKAGE_NOT_INSTALLABLE', `${names} would run install scripts, which no admin has allowed.`, {
    action: 'Have an admin allow the install scripts of these packages, or choose another version.',
  })
}

/** Waits until another's container is on its way. @returns false when nobody will start it any more */
async function started(engine: Engine, container: ContainerInfo, signal: AbortSignal): Promise<boolean> {
  const until = performance.now() + STARTED_WITHIN_MS - Math.max(0, Date.now() - container.createdAt.getTime())
  for (;;) {
    const found = await engine.container(container.id, { signal })
    if (found?.state !== 'created') return true
    if (performance.now() > until) return false
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

const seal = (
  engine: Engine,
  o: { name: string; fingerprint: string; installationId: string; volume: string },
  signal: AbortSignal,
) =>
  engine
    .ensureVolume(
      o.name,
      { 'berth.installation': o.installationId, [PACKAGE_LABEL]: o.fingerprint, [VOLUME_LABEL]: o.volume },
      { signal },
    )
    .catch((error: unknown) => {
      // Another try was sealed first: that one counts.
      if (!(error instanceof BerthError) || error.code !== 'CONFLICT') throw error
    })

/** npm tells of each file that it fetches. */
function progress({ lock, onProgress }: InstallInput): (line: string) => void {
  let fetched = 0
  return (line) => {
    if (/^npm http fetch GET 200|^\s*Downloading /.test(line)) fetched++
    onProgress?.(`Installing: ${Math.min(fetched, lock.packages)} of ${lock.packages} packages`)
  }
}
