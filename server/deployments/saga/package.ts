/** The package of a template that has one: on the droplet once, whoever needs it first. */
import type { Engine } from '#server/engine/port.ts'
import { BerthError } from '#server/errors.ts'
import {
  discardInstall,
  ensurePackageInstalled,
  fingerprintOf,
  type InstalledPackage,
  installedVolume,
} from '#server/packages/index.ts'
import type { StepContext, Undo } from './step.ts'

/**
 * @param image by digest, on the droplet
 * @returns null for a template that runs an image of its own
 * @throws PACKAGE_NOT_INSTALLABLE, REGISTRY_UNAVAILABLE
 */
export async function installPackage(
  c: StepContext,
  engine: Engine,
  dropletId: string,
  image: string,
): Promise<InstalledPackage | null> {
  const source = c.config.package
  if (!source) return null
  const lock = c.version.packageLock
  if (!lock)
    throw new BerthError(
      'PACKAGE_NOT_INSTALLABLE',
      `${source.identifier} ${source.version} has not been resolved yet.`,
      {
        action: 'Have an admin validate the template: that chooses and locks all that the package needs.',
      },
    )
  const fingerprint = fingerprintOf(lock, image)
  const volume = await installedVolume(engine, fingerprint, { signal: c.signal })
  if (volume) return { volume, fingerprint }
  const tryId = `${c.row.id}-${c.row.attempt}`
  await c.willUndo({ name: 'package.discard', args: { dropletId, fingerprint, tryId } })
  return await ensurePackageInstalled({
    ...{ engine, lock, source, tryId, runnerImage: image },
    runners: c.ctx.config.runners,
    installationId: c.ctx.installationId,
    signal: c.signal,
    onProgress: (message) => c.progress(message),
  })
}

/** What is installed whole stays for the next deployment. */
export const discardPackage: Undo = async (u, args) => {
  const engine = await u.deps.engines.engine(String(args.dropletId))
  const [fingerprint, tryId] = [String(args.fingerprint), String(args.tryId)]
  await discardInstall(engine, { fingerprint, tryId, signal: u.signal })
  return 'Removed what was installing its package'
}
