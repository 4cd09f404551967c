/** A package and all it needs, chosen once: versions and hashes, resolved on a droplet, never by this process (R6). */
import { randomBytes } from 'node:crypto'
import type { PackageSource } from '#db/template-config.ts'
import type { PackageLock } from '#db/template-content.ts'
import type { Config } from '#server/config.ts'
import type { Engine } from '#server/engine/port.ts'
import { BerthError } from '#server/errors.ts'
import { discardJob, followJob, startJob, within } from './job.ts'
import { PACKAGE_DIR } from './names.ts'
import { npmError, npmLock, npmResolve } from './npm.ts'
import { pypiError, pypiLock, pypiResolve, RESOLVED_FILE } from './pypi.ts'

const RESOLVE_MS = 3 * 60_000
/** A thousand packages make about 600 kB. */
const LOCK_BYTES_MAX = 8 * 2 ** 20
/** Cleaning up goes on when the caller has given up. */
const DISCARD_MS = 60_000

export interface ResolveInput {
  engine: Engine
  runners: Config['runners']
  /** The runner image, by digest, on the droplet already. */
  image: string
  installationId: string
  source: PackageSource
  signal: AbortSignal
}

/** @throws PACKAGE_NOT_INSTALLABLE naming what is at fault, REGISTRY_UNAVAILABLE */
export async function resolvePackage(input: ResolveInput): Promise<PackageLock> {
  const { engine, source, runners } = input
  const name = `berth-pkg-resolve-${randomBytes(8).toString('hex')}`
  const npm = source.registryType === 'npm'
  const { cmd, files } = npm ? npmResolve(runners.node, source) : pypiResolve(runners.python, source)
  const { installationId, image } = input
  const signal = within(RESOLVE_MS, `Resolving ${source.identifier}`, input.signal)
  try {
    const job = { container: name, things: name, installationId, fingerprint: 'resolve', image, cmd, files }
    await startJob(engine, job, { signal })
    const end = await followJob(engine, name, { signal })
    if (!end) throw new BerthError('ENGINE_REJECTED', 'The container that resolved the package was removed.')
    if (end.exitCode !== 0) throw npm ? npmError(source, end, runners.node) : pypiError(source, end, runners.python)
    const file = `${PACKAGE_DIR}/${npm ? 'package-lock.json' : RESOLVED_FILE}`
    const text = await engine.readFile(name, file, { bytesMax: LOCK_BYTES_MAX, signal })
    if (text === null) throw new BerthError('PACKAGE_NOT_INSTALLABLE', `${source.identifier} was resolved to nothing.`)
    return npm ? npmLock(text, source, runners.node) : pypiLock(text, source)
  } finally {
    await discardJob(engine, { things: name, container: name }, { signal: AbortSignal.timeout(DISCARD_MS) })
  }
}
