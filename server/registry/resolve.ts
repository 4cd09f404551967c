/**
 * Does an image exist? Its digest is asked for through the registry client and remembered for a while. A registry that
 * is slow or down makes the answer "not known to resolve", never an error (R20).
 *
 * A list of many images asks `resolveWithin(image, ms)` for all of them at once: what is remembered is answered at
 * once, what the registries tell in that time too, and the rest is null ("not known yet") while asking goes on behind
 * it, so that the next look knows; `peek(image)` is the same without any waiting. A page about one image waits with
 * `resolve(image)`.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { bulkhead, type IPolicy } from 'cockatiel'
import { BerthError } from '#server/errors.ts'
import type { RegistryClient } from './port.ts'
import { parseReference } from './reference.ts'

/** `unknown`: its registry said nothing about it, so it may well be there. */
export type Resolution =
  | { resolves: true; digest: string | null }
  | { resolves: false; unknown: boolean; reason: string }

export interface Resolver {
  resolve(image: string): Promise<Resolution>
  /** @returns what was known last when `ms` is over; null when nothing was */
  resolveWithin(image: string, ms: number): Promise<Resolution | null>
  /** What is known now; asks behind the reader's back when that is nothing, or old. */
  peek(image: string): Resolution | null
}

/** An image that was there rarely goes; one that was missing may be pushed any minute. */
const FOUND_MAX_AGE_MS = 10 * 60_000
const MISSING_MAX_AGE_MS = 30_000
const REQUEST_TIMEOUT_MS = 3000
/** Requests to one registry at a time. A slow registry holds up nobody else's images. */
const AT_ONCE_MAX = 8
/** Images; the oldest goes first. */
const CACHE_MAX = 2000
/** Registries that are asked side by side at most; the oldest idle one is forgotten. */
const REGISTRIES_MAX = 200

interface Entry {
  at: number
  last: Resolution | null
  asking: Promise<Resolution> | null
}

export function createResolver(o: { images: Pick<RegistryClient, 'digest'>; now?: () => number }): Resolver {
  const now = o.now ?? Date.now
  const cache = new Map<string, Entry>()
  const lanes = new Map<string, IPolicy>()

  const laneOf = (registry: string): IPolicy => {
    const lane = lanes.get(registry) ?? bulkhead(AT_ONCE_MAX, Number.POSITIVE_INFINITY)
    drop(lanes, REGISTRIES_MAX, registry)
    lanes.set(registry, lane)
    return lane
  }

  const head = async (image: string): Promise<Resolution> => {
    try {
      const { registry } = parseReference(image)
      const digest = await laneOf(registry).execute(() =>
        o.images.digest(image, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) }),
      )
      return { resolves: true, digest }
    } catch (error) {
      return { resolves: false, ...refusal(error) }
    }
  }

  const ask = (image: string, entry: Entry): Promise<Resolution> => {
    entry.asking ??= head(image).then((resolution) => {
      entry.at = now()
      entry.last = resolution
      entry.asking = null
      return resolution
    })
    return entry.asking
  }

  /** What is remembered of an image, and the question that is on its way when that is too old. */
  const look = (image: string): { known: Resolution | null; asked: Promise<Resolution> } => {
    const entry = cache.get(image) ?? { at: 0, last: null, asking: null }
    drop(cache, CACHE_MAX, image)
    cache.set(image, entry)
    const maxAge = entry.last?.resolves ? FOUND_MAX_AGE_MS : MISSING_MAX_AGE_MS
    if (entry.last && now() - entry.at < maxAge) return { known: entry.last, asked: Promise.resolve(entry.last) }
    return { known: entry.last, asked: ask(image, entry) }
  }

  return {
    async resolve(image) {
      const { known, asked } = look(image)
      // What was found before is shown at once and checked behind the reader's back.
      return known?.resolves ? known : asked
    },
    async resolveWithin(image, ms) {
      const { known, asked } = look(image)
      if (known?.resolves) return known
      const waited = new AbortController()
      try {
        return (await Promise.race([asked, pause(ms, null, { signal: waited.signal, ref: false })])) ?? known
      } finally {
        waited.abort()
      }
    },
    peek: (image) => look(image).known,
  }
}

/** Makes room for one more. */
function drop(map: Map<string, unknown>, max: number, key: string): void {
  const [oldest] = map.keys()
  if (map.size >= max && !map.has(key) && oldest !== undefined) map.delete(oldest)
}

const refusal = (error: unknown): { unknown: boolean; reason: string } =>
  error instanceof BerthError
    ? { unknown: error.code === 'REGISTRY_UNAVAILABLE', reason: error.message }
    : { unknown: true, reason: 'Its registry can’t be reached right now.' }
