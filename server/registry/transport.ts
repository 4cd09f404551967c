/**
 * Requests to the distribution API of a registry: its address, signing in when it asks for it, and repeating what may
 * succeed a moment later. Answers that say "down" or "too many requests" are errors here; all others are the caller's.
 */
import { DelegateBackoff, handleWhen, retry } from 'cockatiel'
import { BerthError } from '#server/errors.ts'
import { isOwnLiteral } from './addresses.ts'
import type { Ask } from './ask.ts'
import { authorize, broken, denied } from './auth.ts'
import type { Credentials, CredentialsFor } from './port.ts'
import { apiHost } from './reference.ts'

export interface Get {
  registry: string
  /** Null for `/v2/` itself, with `path` empty. */
  repository: string | null
  /** Behind the repository, e.g. `manifests/latest`; or a path with a query that the registry itself gave. */
  path: string
  method?: 'GET' | 'HEAD'
  accept?: string
  bodyBytesMax?: number
  signal: AbortSignal
  /** These, and nothing that is remembered. */
  credentials?: Credentials
  /** It asked for credentials and let these in. */
  onAuthorized?: () => void
}
/** @returns any answer but 429 and 5xx. @throws REGISTRY_UNAVAILABLE, REGISTRY_REFUSED, REGISTRY_DENIED */
export type Transport = (get: Get) => Promise<Response>

/** Twice more is enough for a hiccup; a registry that is down is not helped by asking. */
const REPEATS_MAX = 2
const BACKOFF_FIRST_MS = 250
/** A registry that wants to be left alone for longer is down for whoever waits. */
const WAIT_MAX_MS = 3000
/** Repositories whose authorization is remembered; the oldest goes first. */
const REMEMBERED_MAX = 1000

export function createTransport(o: {
  ask: Ask
  credentialsFor: CredentialsFor
  timeoutMs: number
  now: () => number
}): Transport {
  const remembered = new Map<string, { header: string; until: number }>()

  async function once(get: Get): Promise<Response> {
    const url = addressOf(get)
    const key = `${get.registry} ${get.repository}`
    const send = (authorization: string | undefined) =>
      o.ask(url, {
        method: get.method,
        headers: { ...(get.accept && { accept: get.accept }), ...(authorization && { authorization }) },
        bodyBytesMax: get.bodyBytesMax,
        signal: get.signal,
        timeoutMs: o.timeoutMs,
      })
    const known = get.credentials ? undefined : remembered.get(key)
    let response = await send(known && known.until > o.now() ? known.header : undefined)
    if (response.status === 401) {
      remembered.delete(key)
      const credentials = get.credentials ?? (await o.credentialsFor(get.registry))
      const authorization = await authorize(o.ask, { ...get, timeoutMs: o.timeoutMs, response, url, credentials })
      if (authorization) {
        response = await send(authorization.header)
        if (response.status === 401 && authorization.header.startsWith('Basic ')) throw denied(url)
        const [oldest] = remembered.keys()
        if (remembered.size >= REMEMBERED_MAX && oldest !== undefined) remembered.delete(oldest)
        if (response.ok) get.onAuthorized?.()
        if (!get.credentials && response.status !== 401)
          remembered.set(key, { header: authorization.header, until: o.now() + authorization.maxAgeMs })
      }
    }
    // 501 says that a registry lacks this part of the API, not that it is down.
    if (response.status === 429 || (response.status >= 500 && response.status !== 501)) throw unavailable(url, response)
    return response
  }

  return (get) => repeating.execute(() => once(get), get.signal)
}

const repeating = retry(
  handleWhen(
    (error) =>
      error instanceof BerthError && error.code === 'REGISTRY_UNAVAILABLE' && (error.retryAfterMs ?? 0) <= WAIT_MAX_MS,
  ),
  {
    maxAttempts: REPEATS_MAX,
    backoff: new DelegateBackoff(({ attempt, result }) => {
      const asked = 'error' in result && result.error instanceof BerthError ? result.error.retryAfterMs : undefined
      return asked ?? BACKOFF_FIRST_MS * 2 ** (attempt - 1)
    }),
  },
)

function unavailable({ host }: URL, response: Response): BerthError {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  const retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined
  const why = response.status === 429 ? 'takes no more requests for now' : `answered ${response.status}`
  return new BerthError('REGISTRY_UNAVAILABLE', `The registry ${host} ${why}.`, { retryAfterMs })
}

/**
 * https, but for a literal address of this machine or a private network with a port of its own: there is no
 * certificate for such. Whether it may be asked at all is the guard's to say.
 */
function addressOf({ registry, repository, path }: Get): URL {
  const base = URL.parse(`https://${apiHost(registry)}/v2/`)
  if (!base) throw new BerthError('REGISTRY_REFUSED', `${registry} is not the address of a registry.`)
  if (base.port !== '' && isOwnLiteral(base.hostname)) base.protocol = 'http:'
  const url = new URL(repository === null ? base : `${base.href}${repository}/${path}`)
  if (url.origin !== base.origin || !url.pathname.startsWith('/v2/')) throw broken(base, 'names another host')
  return url
}
