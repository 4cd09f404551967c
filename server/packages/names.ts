/** Names, labels and folders of what packages need on a droplet: derived, so that a re-run finds them (I1, I3). */
import { createHash } from 'node:crypto'
import type { PackageLock } from '#db/template-content.ts'

/** Where the volume with an installed package is mounted, in the container that installs it and in those that run it. */
export const PACKAGE_MOUNT = '/opt/package'
/** Docker leaves the mode of a volume's own root as it is, so everything is in a folder that any user may write. */
export const PACKAGE_DIR = `${PACKAGE_MOUNT}/files`
/** Caches and temporary files while installing; a tmpfs would count against the memory. */
export const SCRATCH_MOUNT = '/opt/scratch'
export const SCRATCH_DIR = `${SCRATCH_MOUNT}/files`

export const PACKAGE_LABEL = 'berth.package'
/** On the seal: the volume that is whole. */
export const VOLUME_LABEL = 'berth.package.volume'
/** On everything that one try to install or resolve made. */
export const TRY_LABEL = 'berth.package.try'

/** What is installed depends on the lock and on the image that installs it, since native parts fit one of them only. */
export const fingerprintOf = (lock: PackageLock, image: string): string =>
  createHash('sha256')
    .update(JSON.stringify([lock, image]))
    .digest('hex')

/** Of the container that installs, and of the seal: a volume that exists once the install is whole. */
export const packageName = (fingerprint: string): string => `berth-pkg-${fingerprint.slice(0, 12)}`
