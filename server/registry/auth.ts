/**
 * Signing in to registries the way their `WWW-Authenticate` asks for: Basic, or a token of the realm that it names,
 * for one repository and for reading alone. Without stored credentials a token is asked for anonymously, which is how
 * public images are read. Credentials go to the registry that they are for and to the realm that it names itself.
 */
import { z } from 'zod'
import { BerthError } from '#server/errors.ts'
import type { Ask } from './ask.ts'
import { parseChallenges } from './challenge.ts'
import type { Credentials } from './port.ts'

export interface SignIn {
  /** What answered 401, and how. */
  response: Response
  url: URL
  /** Null: proves the credentials without asking for a repository. */
  repository: string | null
  credentials: Credentials | null
  signal: AbortSignal | undefined
  timeoutMs: number
}
export interface Authorization {
  header: string
  /** How long it may be sent again. */
  maxAgeMs: number
}

/** Enough for one look at an image; a password that was changed is noticed soon. */
const BASIC_MAX_AGE_MS = 60_000
/** The specification's default where a token says nothing of its age. */
const TOKEN_SECONDS = 60
const TOKEN_MAX_AGE_MS = 5 * 60_000
/** A token that ends while it is on its way is refused. */
const TOKEN_LEEWAY_MS = 5000
const TOKEN_BYTES_MAX = 64 * 1024
/** What may stand in a header: RFC 6750, 2.1. */
const TOKEN = /^[\w\-.~+/]+=*$/

const tokenAnswer = z.object({
  token: z.string().regex(TOKEN).optional(),
  access_token: z.string().regex(TOKEN).optional(),
  expires_in: z.number().positive().optional().catch(undefined),
})

/** @returns null when there is nothing to sign in with. @throws REGISTRY_DENIED, REGISTRY_REFUSED, REGISTRY_UNAVAILABLE */
export async function authorize(ask: Ask, signIn: SignIn): Promise<Authorization | null> {
  const { response, url, credentials } = signIn
  // A host that the registry redirected to may not ask for the registry's credentials.
  if (new URL(response.url).origin !== url.origin) return null
  const challenges = parseChallenges(response.headers.get('www-authenticate') ?? '')
  const realm = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm'))
  if (realm) return token(ask, realm.parameters, signIn)
  if (credentials && challenges.some(({ scheme }) => scheme === 'basic'))
    return { header: basic(credentials), maxAgeMs: BASIC_MAX_AGE_MS }
  return null
}

const basic = ({ username, password }: Credentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

/** @see https://distribution.github.io/distribution/spec/auth/token/ */
async function token(ask: Ask, parameters: Map<string, string>, signIn: SignIn): Promise<Authorization | null> {
  const { url: registry, repository, credentials, signal, timeoutMs } = signIn
  const realm = URL.parse(parameters.get('realm') ?? '')
  if (!realm) throw broken(registry, 'names no address to sign in at')
  const service = parameters.get('service')
  if (service) realm.searchParams.set('service', service)
  if (repository) realm.searchParams.set('scope', `repository:${repository}:pull`)
  if (credentials) realm.searchParams.set('account', credentials.username)
  const answer = await ask(realm, {
    headers: { accept: 'application/json', ...(credentials && { authorization: basic(credentials) }) },
    bodyBytesMax: TOKEN_BYTES_MAX,
    namedBy: registry,
    signal,
    timeoutMs,
  })
  if (answer.status === 429 || answer.status >= 500)
    throw new BerthError('REGISTRY_UNAVAILABLE', `Signing in to ${registry.host} failed: ${answer.status}.`)
  if (!answer.ok) {
    if (credentials) throw denied(registry)
    return null
  }
  const parsed = tokenAnswer.safeParse(parseJson(await answer.text()))
  const value = parsed.data?.token ?? parsed.data?.access_token
  if (!value) throw broken(registry, 'gave no token')
  const seconds = parsed.data?.expires_in ?? TOKEN_SECONDS
  return { header: `Bearer ${value}`, maxAgeMs: Math.min(seconds * 1000, TOKEN_MAX_AGE_MS) - TOKEN_LEEWAY_MS }
}

export const denied = ({ host }: URL): BerthError =>
  new BerthError('REGISTRY_DENIED', `${host} does not accept these credentials.`)

/** An answer that breaks the specification. */
export const broken = ({ host }: URL, what: string): BerthError =>
  new BerthError('REGISTRY_REFUSED', `${host} ${what}.`, {
    action: 'Use a registry that speaks the OCI distribution API.',
  })

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
