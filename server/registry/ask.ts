/**
 * Requests to registries and their token servers. Their addresses come from image references, redirects and
 * `WWW-Authenticate`, so somebody else chooses them: they must never make Berth ask a service of its own machine or
 * network (the metadata address of a cloud, say) on their behalf.
 */
import { lookup } from 'node:dns'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'

interface Request {
  method?: 'GET' | 'HEAD'
  headers?: Record<string, string>
  signal: AbortSignal
}
export type Ask = (url: URL, request: Request) => Promise<Response>

const REDIRECTS_MAX = 3
/** A token answer is small; more is not read. */
const BODY_BYTES_MAX = 64 * 1024

/** @param o.ownNetwork also literal addresses of this machine and its private networks, http included: the demo's */
export function createAsk(o: { ownNetwork: boolean }): Ask {
  return async function ask(url, request) {
    // Nobody outside leads into it.
    const own = o.ownNetwork && isOwnNetwork(url.hostname)
    let to = url
    let { headers } = request
    for (let hops = 0; ; hops++) {
      requireAllowed(to, own)
      const answer = await once(to, { ...request, headers }, own)
      const next = redirectOf(answer, to)
      if (!next) return read(answer, request.method === 'HEAD')
      answer.destroy()
      if (hops === REDIRECTS_MAX) throw new Error('too many redirects')
      // A token is for the host that it was made for.
      if (next.host !== to.host && headers) {
        const { authorization: _, ...rest } = headers
        headers = rest
      }
      to = next
    }
  }
}

/** On this machine or in a private network, and said so by a literal address. */
export function isOwnNetwork(hostname: string): boolean {
  const host = bare(hostname)
  if (host === 'localhost') return true
  return ipaddr.isValid(host) && ['loopback', 'private', 'uniqueLocal'].includes(ipaddr.process(host).range())
}

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '')
const isPublic = (address: string): boolean => ipaddr.process(address).range() === 'unicast'

/** @throws Error; names are judged by what they resolve to, when they are connected to */
function requireAllowed({ protocol, hostname }: URL, ownNetwork: boolean): void {
  if (ownNetwork && isOwnNetwork(hostname) && (protocol === 'http:' || protocol === 'https:')) return
  if (protocol !== 'https:') throw new Error('only https is asked')
  if (ipaddr.isValid(bare(hostname)) && !isPublic(bare(hostname))) throw new NotPublic()
}

class NotPublic extends Error {
  constructor() {
    super('this address is not a public one')
  }
}

/** Judges the very addresses that are connected to, so that a name can't change its mind in between. */
const publicLookup: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const refused = error ?? (addresses.every(({ address }) => isPublic(address)) ? null : new NotPublic())
    const [first] = addresses ?? []
    if (refused || !first) return done(refused ?? new NotPublic(), '')
    if (options.all) return done(null, addresses)
    done(null, first.address, first.family)
  })
}

function once(url: URL, { method = 'GET', headers, signal }: Request, own: boolean) {
  const { request } = url.protocol === 'http:' ? http : https
  const guard = own ? {} : { lookup: publicLookup }
  return new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { method, headers, signal, agent: false, ...guard })
      .once('response', resolve)
      .on('error', reject)
      .end()
  })
}

function redirectOf({ statusCode = 0, headers }: IncomingMessage, from: URL): URL | null {
  const { location } = headers
  return statusCode >= 300 && statusCode < 400 && location ? URL.parse(location, from.href) : null
}

async function read(answer: IncomingMessage, headOnly: boolean): Promise<Response> {
  const parts: Buffer[] = []
  let bytes = 0
  answer.on('error', () => {})
  if (headOnly) answer.resume()
  else
    for await (const part of answer as AsyncIterable<Buffer>) {
      bytes += part.length
      if (bytes > BODY_BYTES_MAX) throw new Error('the answer is too long')
      parts.push(part)
    }
  const { statusCode: status = 500 } = answer
  const headers = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)])
  return new Response(bytes > 0 ? Buffer.concat(parts) : null, { status, headers })
}
