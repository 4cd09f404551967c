/** R17: a browser's session acts only for pages of this very origin. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Config } from '#server/config.ts'

/** What a request's headers say about the page that sent it. */
export type Origin = 'same' | 'foreign' | 'unknown'

/**
 * Browsers send `Origin` with every request that changes something, and `Sec-Fetch-Site` with every request; neither
 * can be set by a page's script. `unknown`: neither was sent (not a browser, or a plain same-origin GET of an old one).
 */
export function originOf(config: Config, headers: IncomingHttpHeaders): Origin {
  const site = headers['sec-fetch-site']
  if (headers.origin !== undefined) return isOwn(config, headers.origin, headers.host) ? 'same' : 'foreign'
  if (site === 'same-origin' || site === 'none') return 'same'
  return site === undefined ? 'unknown' : 'foreign'
}

/** The public URL's origin; on the demo also the other names of loopback, on the same port. */
function isOwn(config: Config, origin: string, host: string | undefined): boolean {
  if (origin === new URL(config.publicUrl).origin) return true
  if (!config.demo || !URL.canParse(origin)) return false
  const url = new URL(origin)
  const loopback = url.hostname === 'localhost' || url.hostname === '127.0.0.1' || url.hostname === '[::1]'
  return loopback && url.host === host
}
