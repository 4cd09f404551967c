/** Resolves a template's package on a droplet of the admin who asks: nothing of a package runs in this process. */
import type { PackageSource } from '#db/template-config.ts'
import type { EnginePool } from '#server/engine/port.ts'
import { BerthError } from '#server/errors.ts'
import { type FleetBase, snapshotFor } from '#server/fleet/index.ts'
import { resolvePackage } from '#server/packages/index.ts'
import { createCredentials, parseReference } from '#server/registry/index.ts'
import type { InspectedImage } from '#server/registry/port.ts'
import type { Resolved } from './image.ts'

const NO_DROPLET: Resolved = {
  kind: 'not-tried',
  reason: 'Not locked: packages are resolved on a droplet, and you have none that runs.',
  fix: 'Deploy any template to have a droplet, then validate again.',
}

export interface PackageInput {
  /** Whose droplet; null: nobody's. */
  userId: string | null
  source: PackageSource
  /** The runner. */
  image: InspectedImage
}

export async function resolveOnDroplet(
  { base, engines }: { base: FleetBase; engines: EnginePool },
  { userId, source, image }: PackageInput,
  { signal }: { signal: AbortSignal },
): Promise<Resolved> {
  const dropletId = userId ? await roomiestDroplet(base, userId, signal) : null
  if (!dropletId) return NO_DROPLET
  const engine = await engines.engine(dropletId)
  const runner = pinned(image)
  if (!(await engine.image(runner, { signal }))) {
    const auth = await createCredentials(base)(parseReference(image.reference).registry)
    await engine.pull(runner, { signal, ...(auth && { auth }) })
  }
  try {
    const { installationId, config } = base
    const job = { engine, runners: config.runners, image: runner, installationId, source, signal }
    return { kind: 'locked', lock: await resolvePackage(job) }
  } catch (error) {
    if (error instanceof BerthError && error.code === 'PACKAGE_NOT_INSTALLABLE')
      return { kind: 'refused', message: error.message }
    if (error instanceof BerthError && error.code === 'REGISTRY_UNAVAILABLE')
      return { kind: 'not-tried', reason: error.message, fix: error.action }
    throw error
  }
}

async function roomiestDroplet(base: FleetBase, userId: string, signal: AbortSignal): Promise<string | null> {
  try {
    const { droplets } = await snapshotFor(base, userId, { signal })
    const [roomiest] = droplets.filter((d) => d.state === 'ok').sort((a, b) => b.free.memoryBytes - a.free.memoryBytes)
    return roomiest?.id ?? null
  } catch (error) {
    if (error instanceof BerthError && error.code === 'CLOUD_ACCOUNT_MISSING') return null
    throw error
  }
}

/** As it was looked at, whatever the tag points at by now. */
function pinned({ reference, digest }: InspectedImage): string {
  const named = reference.split('@')[0] ?? reference
  const colon = named.lastIndexOf(':')
  return `${colon > named.lastIndexOf('/') ? named.slice(0, colon) : named}@${digest}`
}
