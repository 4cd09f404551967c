/** One client a cloud account and process, so that its rate limit and its cached prices are shared. */
import type { Cloud, CloudRegion, CloudSize } from '#server/cloud/port.ts'

/** Prices and sizes change a few times a year; ten minutes keeps a new one from being missed for long. */
const CATALOGUE_MAX_AGE_MS = 10 * 60_000

export interface Catalogue {
  /** Only what the account may create now. */
  sizes: CloudSize[]
  regions: CloudRegion[]
  /** All that the cloud names, also what is sold out now. */
  slugs: { sizes: string[]; regions: string[] }
}

export interface Clouds {
  /** A client that is not kept: for a token that is still being checked. */
  probe(token: string): Cloud
  /** @param version changes with the token, so that a replaced token gets a new client */
  client(accountId: string, version: string, token: () => string): Cloud
  /** Of an account whose `client` was made before. */
  catalogue(accountId: string, signal?: AbortSignal): Promise<Catalogue>
  forget(accountId: string): void
}

interface Entry {
  version: string
  cloud: Cloud
  known: { at: number; value: Catalogue } | null
  reading: Promise<Catalogue> | null
}

export function createClouds(makeCloud: (token: string) => Cloud, now: () => number = Date.now): Clouds {
  const entries = new Map<string, Entry>()

  function read(entry: Entry): Promise<Catalogue> {
    entry.reading ??= readCatalogue(entry.cloud)
      .then((value) => {
        entry.known = { at: now(), value }
        return value
      })
      .finally(() => {
        entry.reading = null
      })
    return entry.reading
  }

  return {
    probe: makeCloud,
    client(accountId, version, token) {
      const known = entries.get(accountId)
      if (known?.version === version) return known.cloud
      const cloud = makeCloud(token())
      entries.set(accountId, { version, cloud, known: null, reading: null })
      return cloud
    },
    async catalogue(accountId, signal) {
      const entry = entries.get(accountId)
      if (!entry) throw new Error('the catalogue is read through a client that was made before')
      if (!entry.known) return aborting(read(entry), signal)
      // What is known answers at once; an old one is renewed behind it, and kept when the cloud is down.
      if (now() - entry.known.at > CATALOGUE_MAX_AGE_MS) read(entry).catch(() => {})
      return entry.known.value
    },
    forget: (accountId) => void entries.delete(accountId),
  }
}

/** One waiter may give up; the shared reading goes on for the others. */
async function aborting<T>(shared: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return shared
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    shared.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

async function readCatalogue(cloud: Cloud): Promise<Catalogue> {
  const [sizes, regions] = await Promise.all([cloud.sizes(), cloud.regions()])
  return {
    sizes: sizes.filter((s) => s.available),
    regions: regions.filter((r) => r.available),
    slugs: { sizes: sizes.map(({ slug }) => slug), regions: regions.map(({ slug }) => slug) },
  }
}
