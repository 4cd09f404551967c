/** Binds what validations need to the registry, the operator's tools, the fleet and the saga. */
import { and, desc, eq, isNull, ne } from 'drizzle-orm'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { droplets } from '#db/schema/fleet.ts'
import { dryRunResult, startDryRun } from '#server/deployments/index.ts'
import type { EnginePool } from '#server/engine/port.ts'
import { type FleetBase, snapshotFor } from '#server/fleet/index.ts'
import { createCredentials, parseReference } from '#server/registry/index.ts'
import type { InspectedImage, RegistryClient } from '#server/registry/port.ts'
import { verifyImage } from '#server/registry/signature/index.ts'
import { resolveOnDroplet } from './package.ts'
import type { ValidationDeps } from './ports.ts'
import type { Offer } from './resources.ts'
import type { SignatureSeen } from './security.ts'
import { scanImage } from './trivy.ts'

export function validationDeps(parts: {
  base: FleetBase
  images: RegistryClient
  engines: EnginePool
}): ValidationDeps {
  const { base, images } = parts
  const { config } = base
  const credentialsFor = createCredentials(base)
  return {
    images,
    signature: (image, { signal }) => signatureOf(parts, image, signal),
    async scan(image, { signal }) {
      // Nothing is asked for before there is somebody to give it to.
      if (!config.trivy) return scanImage(null, image.reference)
      const reference = parseReference(image.reference)
      const pinned = `${reference.registry}/${reference.repository}@${image.digest}`
      return scanImage(config.trivy, pinned, { signal, credentials: await credentialsFor(reference.registry) })
    },
    offer: (userId, { signal }) => offerFor(base, userId, signal),
    resolvePackage: (input, o) => resolveOnDroplet(parts, input, o),
    dryRun: {
      start: (input) => startDryRun(base, input),
      result: (deploymentId, o) => dryRunResult(base, deploymentId, o),
    },
  }
}

/** The index first: its signature holds for all that it names. */
async function signatureOf(
  { base, images }: { base: FleetBase; images: RegistryClient },
  { reference, digest, manifestDigest }: InspectedImage,
  signal: AbortSignal,
): Promise<SignatureSeen> {
  const { signatures, dataDir } = base.config
  let seen: SignatureSeen = { digest, verdict: { kind: 'unsigned' } }
  for (const signed of new Set([digest, manifestDigest])) {
    const materials = await images.signatures(reference, signed, { signal })
    const about = { digest: signed, image: reference, policy: { ...signatures, dataDir } }
    seen = { digest: signed, verdict: await verifyImage(materials, about) }
    if (seen.verdict.kind !== 'unsigned') break
  }
  return seen
}

/** Prices are the same for every account, so anybody's will do when nobody asks. */
async function offerFor(base: FleetBase, userId: string | null, signal: AbortSignal): Promise<Offer | null> {
  const [account] = await base.db
    .select({ userId: cloudAccounts.userId })
    .from(cloudAccounts)
    .where(and(isNull(cloudAccounts.forgottenAt), userId ? eq(cloudAccounts.userId, userId) : undefined))
    .orderBy(desc(cloudAccounts.checkedAt))
    .limit(1)
  if (account) {
    const { sizes, regions } = await snapshotFor(base, account.userId, { signal })
    if (sizes.length > 0) return { sizes, regions, source: `${sizes.length} sizes that are sold today` }
  }
  return storedSizes(base)
}

/** Without an account: sizes of droplets that the installation has. */
async function storedSizes(base: FleetBase): Promise<Offer | null> {
  const rows = await base.db
    .selectDistinctOn([droplets.size, droplets.region])
    .from(droplets)
    .where(ne(droplets.state, 'deleted'))
  if (rows.length === 0) return null
  const sizes = rows.map(({ size, region, vcpus, memoryBytes, diskBytes, priceMonthlyMicros }) => ({
    ...{ slug: size, vcpus, memoryBytes, diskBytes, priceMonthlyMicros, regions: [region] },
  }))
  const source = 'droplets of this installation; add a cloud account to compare with all that is sold'
  return { sizes, regions: [...new Set(rows.map(({ region }) => region))], source }
}
