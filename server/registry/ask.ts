/**
 * Requests to addresses that somebody else chooses: image references, `WWW-Authenticate`, redirects, URLs to import
 * from, registries to follow. They must never make Berth ask a service of its own machine or network (the metadata
 * address of a cloud, say) on their behalf.
 *
 *   ask(url) ─ allowedKinds(url) ─ lookup, judged ─ connect to that very address ─ redirect? again from the start
 *
 * Public addresses are asked over https alone. Hosts that the operator named may be inside, and be asked over http
 * there; nobody outside leads to them. Answers are bounded in size and time, and what authorizes a request is not sent
 * on to another origin.
 *
 * @throws BerthError REGISTRY_REFUSED for what may not be asked, REGISTRY_UNAVAILABLE for what does not answer
 */
import { lookup as dnsLookup, type LookupAddress } from 'node:dns'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import { BerthError } from '#server/errors.ts'
import { VERSION } from '#server/version.ts'
import { type AddressKind, bareHost, createTrust, isAddress, isInsideName, kindOf } from './addresses.ts'

export interface AskOptions {
  method?: 'GET' | 'HEAD' | 'POST'
  headers?: Record<string, string>
  body?: string
  /** Its own reason is thrown when it aborts. */
  signal?: AbortSignal
  /** For the whole answer, redirects included. */
  timeoutMs?: number
  bodyBytesMax?: number
  /** Whose answer named this URL: an outside one leads to no host inside. */
  namedBy?: URL
}
/** The answer's `url` is the one that answered, after redirects. A status that says failure is an answer, too. */
export type Ask = (url: URL | string, o?: AskOptions) => Promise<Response>

/** How a name becomes addresses; `dns.lookup` in its form with `all`. */
export type Lookup = (
  hostname: string,
  options: { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

const REDIRECTS_MAX = 4
const TIMEOUT_MS = 10_000
const BODY_BYTES_MAX = 64 * 1024
const HEADER_BYTES_MAX = 16 * 1024
const URL_LENGTH_MAX = 8 * 1024
/** Say who asks, and are for one origin alone. */
const CREDENTIAL_HEADERS = ['authorization', 'cookie', 'proxy-authorization']

/** @param o.allowedHosts `host` or `host:port` that may be inside: the operator's own list, the demo's registry */
export function createAsk(o: { allowedHosts: string[]; lookup?: Lookup }): Ask {
  const trusts = createTrust(o.allowedHosts)
  const lookup: Lookup = o.lookup ?? dnsLookup

  return async function ask(asked, options = {}) {
    const { method = 'GET', signal, timeoutMs = TIMEOUT_MS, namedBy } = options
    const timeout = AbortSignal.timeout(timeoutMs)
    const either = signal ? AbortSignal.any([signal, timeout]) : timeout
    let to = toUrl(asked)
    let headers = lowerCase(options.headers)
    let inside = namedBy === undefined || trusts(namedBy)
    try {
      for (let hops = 0; ; hops++) {
        inside &&= trusts(to)
        const kinds = allowedKinds(to, inside)
        const answer = await once(to, { ...options, method, headers, signal: either }, judged(lookup, kinds, to))
        const next = redirectOf(answer, to)
        if (!next) return await read(answer, to, { method, bodyBytesMax: options.bodyBytesMax ?? BODY_BYTES_MAX })
        answer.destroy()
        if (method === 'POST') throw refused(to, 'it redirects what was sent to it')
        if (hops === REDIRECTS_MAX) throw refused(to, 'it redirects too often')
        if (next.origin !== to.origin)
          headers = Object.fromEntries(Object.entries(headers).filter(([name]) => !CREDENTIAL_HEADERS.includes(name)))
        to = next
      }
    } catch (error) {
      if (error instanceof BerthError) throw error
      if (signal?.aborted && !isTimeout(signal.reason)) throw signal.reason
      const why = either.aborted ? 'did not answer in time' : 'can’t be reached right now'
      throw new BerthError('REGISTRY_UNAVAILABLE', `${to.host} ${why}.`, { cause: error })
    }
  }
}

const isTimeout = (reason: unknown): boolean => reason instanceof DOMException && reason.name === 'TimeoutError'

const refused = ({ host }: URL, why: string): BerthError =>
  new BerthError('REGISTRY_REFUSED', `Berth does not ask ${host.slice(0, 200)}: ${why}.`)

function toUrl(asked: URL | string): URL {
  const url = String(asked).length > URL_LENGTH_MAX ? null : URL.parse(String(asked))
  if (!url) throw new BerthError('REGISTRY_REFUSED', 'This is not the address of a web server.')
  return url
}

const lowerCase = (headers: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** Names are judged by the address that they turn out to be, when it is connected to. @throws REGISTRY_REFUSED */
function allowedKinds(url: URL, inside: boolean): AddressKind[] {
  const { protocol, hostname, username, password } = url
  if (protocol !== 'https:' && protocol !== 'http:') throw refused(url, 'only https is asked')
  if (username || password) throw refused(url, 'its address holds a user name or password')
  const plain = protocol === 'http:'
  const kinds: AddressKind[] = !inside ? ['public'] : plain ? ['own'] : ['public', 'own']
  const host = bareHost(hostname)
  if (isAddress(host)) requireKind(url, kindOf(host), kinds)
  else if (!inside && isInsideName(host)) throw notPublic(url)
  if (plain && !inside) throw refused(url, 'only https is asked')
  return kinds
}

function requireKind(url: URL, kind: AddressKind, kinds: AddressKind[]): void {
  if (kinds.includes(kind)) return
  // A listed host on a public address is asked as everybody's are.
  if (kind === 'public') throw refused(url, 'only https is asked')
  throw notPublic(url)
}

const notPublic = (url: URL) => refused(url, 'its address is not a public one')

/** Judges the very addresses that are connected to, so that a name can't change its mind in between. */
function judged(lookup: Lookup, kinds: AddressKind[], url: URL): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? []
      if (error || !first) return done(error ?? new Error('no address'), '')
      try {
        for (const { address } of addresses) requireKind(url, kindOf(address), kinds)
      } catch (refusal) {
        return done(refusal as Error, '')
      }
      if (options.all) return done(null, addresses)
      done(null, first.address, first.family)
    })
  }
}

function once(url: URL, o: AskOptions, lookup: LookupFunction): Promise<IncomingMessage> {
  const { request } = url.protocol === 'http:' ? http : https
  const headers = { 'user-agent': `berth/${VERSION}`, 'accept-encoding': 'identity', ...o.headers }
  return new Promise((resolve, reject) => {
    request(url, {
      method: o.method,
      headers,
      signal: o.signal,
      lookup,
      agent: false,
      maxHeaderSize: HEADER_BYTES_MAX,
    })
      .once('response', resolve)
      .on('error', reject)
      .end(o.body)
  })
}

function redirectOf({ statusCode = 0, headers }: IncomingMessage, from: URL): URL | null {
  const { location } = headers
  if (![301, 302, 303, 307, 308].includes(statusCode) || location === undefined) return null
  const next = location.length > URL_LENGTH_MAX ? null : URL.parse(location, from.href)
  if (!next) throw refused(from, 'it redirects to no address')
  return next
}

async function read(
  answer: IncomingMessage,
  from: URL,
  o: { method: string; bodyBytesMax: number },
): Promise<Response> {
  const parts: Buffer[] = []
  let bytes = 0
  answer.on('error', () => {})
  if (o.method === 'HEAD') answer.resume()
  else
    for await (const part of answer as AsyncIterable<Buffer>) {
      bytes += part.length
      if (bytes > o.bodyBytesMax) throw refused(from, 'its answer is too long')
      parts.push(part)
    }
  const headers = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)])
  const response = new Response(bytes > 0 ? Buffer.concat(parts) : null, { status: answer.statusCode ?? 500, headers })
  return Object.defineProperty(response, 'url', { value: from.href })
}
