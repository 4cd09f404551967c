/**
 * Does an image exist? One `HEAD` of its manifest over the OCI distribution API, anonymously, remembered for a while.
 * A registry that is slow or down makes the answer "not known to resolve", never an error (R20).
 */
import { BerthError } from '#server/errors.ts'
import { type Ask, createAsk, isOwnNetwork } from './ask.ts'
import { type ImageReference, parseReference } from './reference.ts'

export type Resolution = { resolves: true; digest: string | null } | { resolves: false; reason: string }

export interface Resolver {
  resolve(image: string): Promise<Resolution>
}

/** An image that was there rarely goes; one that was missing may be pushed any minute. */
const FOUND_MAX_AGE_MS = 10 * 60_000
const MISSING_MAX_AGE_MS = 30_000
const REQUEST_TIMEOUT_MS = 3000
/** Catalogue entries; the oldest goes first. */
const CACHE_MAX = 2000

const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

interface Entry {
  at: number
  last: Resolution | null
  asking: Promise<Resolution> | null
}

/** @param o.plainHttp ask registries on this machine or its private networks, over http: the demo's */
export function createResolver(o: { plainHttp: boolean; now?: () => number; ask?: Ask }): Resolver {
  const now = o.now ?? Date.now
  const get = o.ask ?? createAsk({ ownNetwork: o.plainHttp })
  const cache = new Map<string, Entry>()

  const ask = (image: string, entry: Entry): Promise<Resolution> => {
    entry.asking ??= head(get, image, o.plainHttp)
      .catch((error: unknown): Resolution => ({ resolves: false, reason: reasonOf(error) }))
      .then((resolution) => {
        entry.at = now()
        entry.last = resolution
        entry.asking = null
        return resolution
      })
    return entry.asking
  }

  return {
    async resolve(image) {
      const entry = cache.get(image) ?? { at: 0, last: null, asking: null }
      if (!cache.has(image)) {
        const [oldest] = cache.keys()
        if (cache.size >= CACHE_MAX && oldest !== undefined) cache.delete(oldest)
        cache.set(image, entry)
      }
      const maxAge = entry.last?.resolves ? FOUND_MAX_AGE_MS : MISSING_MAX_AGE_MS
      if (entry.last && now() - entry.at < maxAge) return entry.last
      const asked = ask(image, entry)
      // What was found before is shown at once and checked behind the reader's back.
      return entry.last?.resolves ? entry.last : asked
    },
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof BerthError ? error.message : 'Its registry can’t be reached right now.'

async function head(get: Ask, image: string, plainHttp: boolean): Promise<Resolution> {
  const reference = parseReference(image)
  const address = `${schemeOf(reference, plainHttp)}://${reference.registry}/v2/${reference.repository}/manifests/${reference.reference}`
  const url = URL.parse(address)
  // A port that is none, say.
  if (!url) return { resolves: false, reason: `${image} names no registry.` }
  const send = (authorization?: string) =>
    get(url, {
      method: 'HEAD',
      headers: { accept: MANIFEST_TYPES, ...(authorization && { authorization }) },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    })
  let response = await send()
  if (response.status === 401) {
    const token = await anonymousToken(get, response.headers.get('www-authenticate') ?? '', reference)
    if (token) response = await send(`Bearer ${token}`)
  }
  if (response.ok) return { resolves: true, digest: response.headers.get('docker-content-digest') }
  if (response.status === 404) return { resolves: false, reason: `${image} is not in its registry.` }
  if (response.status === 401 || response.status === 403)
    return { resolves: false, reason: `${image} is private or does not exist.` }
  return { resolves: false, reason: `Its registry answered ${response.status}.` }
}

const hostOf = (registry: string): string => registry.replace(/:\d+$/, '')

/** https everywhere but, in the demo, for a literal address of this machine or a private network. */
function schemeOf({ registry }: ImageReference, plainHttp: boolean): 'http' | 'https' {
  return plainHttp && isOwnNetwork(hostOf(registry)) ? 'http' : 'https'
}

/** The distribution specification's token flow, without credentials: what Docker does for a public image. */
async function anonymousToken(
  get: Ask,
  challenge: string,
  { registry, repository }: ImageReference,
): Promise<string | null> {
  const field = (name: string) => new RegExp(`${name}="([^"]*)"`, 'i').exec(challenge)?.[1]
  const realm = field('realm')
  if (!/^bearer\s/i.test(challenge) || !realm || !URL.canParse(realm)) return null
  const url = new URL(realm)
  if (isOwnNetwork(url.hostname) && !isOwnNetwork(hostOf(registry))) return null
  const service = field('service')
  if (service) url.searchParams.set('service', service)
  url.searchParams.set('scope', `repository:${repository}:pull`)
  const response = await get(url, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) })
  if (!response.ok) return null
  const body = (await response.json()) as { token?: unknown; access_token?: unknown }
  const token = body.token ?? body.access_token
  return typeof token === 'string' ? token : null
}
