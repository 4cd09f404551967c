/** One client a cloud account and process, so that its rate limit and its cached prices are shared. */
import type { Cloud, CloudRegion, CloudSize } from '#server/cloud/port.ts'

/** Prices and sizes change a few times a year; ten minutes keeps a new one from being missed for long. */
const CATALOGUE_MAX_AGE_MS = 10 * 60_000

export interface Catalogue {
  /** Only what the account may create now. */
  sizes: CloudSize[]
  regions: CloudRegion[]
}

export interface Clouds {
  /** A client that is not kept: for a token that is still being checked. */
  probe(token: string): Cloud
  /** @param version changes with the token, so that a replaced token gets a new client */
  client(accountId: string, version: string, token: () => string): Cloud
  catalogue(accountId: string, cloud: Cloud, signal?: AbortSignal): Promise<Catalogue>
  forget(accountId: string): void
}

interface Entry {
  version: string
  cloud: Cloud
  catalogue: { at: number; value: Promise<Catalogue> } | null
}

export function createClouds(makeCloud: (token: string) => Cloud, now: () => number = Date.now): Clouds {
  const entries = new Map<string, Entry>()
  return {
    probe: makeCloud,
    client(accountId, version, token) {
      const known = entries.get(accountId)
      if (known?.version === version) return known.cloud
      const cloud = makeCloud(token())
      entries.set(accountId, { version, cloud, catalogue: null })
      return cloud
    },
    async catalogue(accountId, cloud, signal) {
      const entry = entries.get(accountId)
      if (entry?.catalogue && now() - entry.catalogue.at < CATALOGUE_MAX_AGE_MS) return entry.catalogue.value
      // Shared by every waiter, so no single caller's signal may abort it.
      const value = readCatalogue(cloud)
      if (entry) {
        entry.catalogue = { at: now(), value }
        value.catch(() => {
          if (entry.catalogue?.value === value) entry.catalogue = null
        })
      }
      signal?.throwIfAborted()
      return value
    },
    forget: (accountId) => void entries.delete(accountId),
  }
}

async function readCatalogue(cloud: Cloud): Promise<Catalogue> {
  const [sizes, regions] = await Promise.all([cloud.sizes(), cloud.regions()])
  return { sizes: sizes.filter((s) => s.available), regions: regions.filter((r) => r.available) }
}
