/** Whose request it is, for rate limits and the list of sessions. */
import type { IncomingMessage } from 'node:http'
import ipaddr from 'ipaddr.js'

/**
 * The peer's address; behind a proxy on this machine, the last hop that the proxy itself saw (what stands before it in
 * `X-Forwarded-For` is the client's own word). A proxy elsewhere is not believed: its address is what is counted.
 */
export function clientAddress(req: IncomingMessage): string {
  const peer = normal(req.socket.remoteAddress ?? '')
  if (!isLoopback(peer)) return peer
  const forwarded = [req.headers['x-forwarded-for']].flat().join(',').split(',').at(-1)?.trim() ?? ''
  return ipaddr.isValid(forwarded) ? normal(forwarded) : peer
}

/** `::ffff:192.0.2.1` and `192.0.2.1` are one address; an IPv6 client owns at least a /64 and counts as that. */
function normal(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4' || parsed.range() === 'loopback') return parsed.toString()
  return `${new ipaddr.IPv6([...(parsed as ipaddr.IPv6).parts.slice(0, 4), 0, 0, 0, 0]).toString()}/64`
}

const isLoopback = (address: string): boolean => ipaddr.isValid(address) && ipaddr.parse(address).range() === 'loopback'

/** Set on requests that are handed to Next, whose handlers see no socket; a client's own value is overwritten. */
export const ADDRESS_HEADER = 'x-berth-client-address'
