/** Which network addresses are a service of somebody else, which are inside, and which no request may ever go to. */
import ipaddr from 'ipaddr.js'

/**
 * - `public`: anybody's.
 * - `own`: this machine or a private network. Asked only where the operator named the host.
 * - `never`: answers only to its neighbours (the metadata service of a cloud), to nobody, or hides another address.
 */
export type AddressKind = 'public' | 'own' | 'never'

const OWN = new Set(['loopback', 'private', 'uniqueLocal', 'carrierGradeNat'])
/** Metadata and host services of clouds that stand in ranges of another kind. */
const NEVER = new Set(['168.63.129.16', '100.100.100.200', 'fd00:ec2::254', 'fd20:ce::254'])
/** What is routed at all in IPv6; the rest is reserved, local, or an address of another kind in disguise. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3')
/** How networks without IPv4 write its addresses (NAT64). */
const NAT64 = ipaddr.parseCIDR('64:ff9b::/96')

/** @param address a literal one, as DNS gives it or as `URL` writes it, without brackets */
export function kindOf(address: string): AddressKind {
  const parsed = ipaddr.process(address)
  if (NEVER.has(parsed.toString())) return 'never'
  const range = parsed.range()
  if (OWN.has(range)) return 'own'
  if (parsed.kind() === 'ipv4') return range === 'unicast' ? 'public' : 'never'
  if (parsed.match(NAT64)) {
    const inner = new ipaddr.IPv4(parsed.toByteArray().slice(12)).toString()
    return kindOf(inner) === 'public' ? 'public' : 'never'
  }
  return range === 'unicast' && parsed.match(GLOBAL_IPV6) ? 'public' : 'never'
}

/** The host of a URL without the brackets of IPv6 and the dot that ends a full name. */
export const bareHost = (hostname: string): string => hostname.replace(/^\[|\]$|\.$/g, '')

export const isAddress = (host: string): boolean => ipaddr.isValid(host)

/** Names that mean something only inside of a network, whatever they resolve to. */
export const isInsideName = (host: string): boolean =>
  !host.includes('.') || /\.(localhost|local|internal|home\.arpa)$/.test(host)

/** On this machine or in a private network, and said so by the address itself. */
export const isOwnLiteral = (hostname: string): boolean => {
  const host = bareHost(hostname)
  return host === 'localhost' || (isAddress(host) && kindOf(host) === 'own')
}

export type Trusts = (url: URL) => boolean

/** @param hosts `host` for every port of it, or `host:port`; IPv6 in brackets */
export function createTrust(hosts: string[]): Trusts {
  const listed = new Set(hosts)
  return ({ protocol, hostname, port }) => {
    const host = hostname.replace(/\.$/, '')
    return listed.has(host) || listed.has(`${host}:${port || (protocol === 'http:' ? 80 : 443)}`)
  }
}
