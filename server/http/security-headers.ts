/** R17: what every answer says about how a browser may use it. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Config } from '#server/config.ts'

const TWO_YEARS_S = 63_072_000

export function setCommonHeaders(config: Config, res: ServerResponse): void {
  res.setHeader('x-content-type-options', 'nosniff')
  res.setHeader('x-frame-options', 'DENY')
  res.setHeader('referrer-policy', 'strict-origin-when-cross-origin')
  res.setHeader('permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=(), usb=()')
  res.setHeader('cross-origin-opener-policy', 'same-origin')
  res.setHeader('cross-origin-resource-policy', 'same-origin')
  if (config.publicUrl.startsWith('https://')) res.setHeader('strict-transport-security', `max-age=${TWO_YEARS_S}`)
}

/** For answers that are data: nothing in them may run or be framed. */
export const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"

/**
 * For pages. Next reads the nonce from the request's header of the same name and puts it on its own scripts;
 * `strict-dynamic` lets those load their chunks. Styles may stand in attributes and elements: Radix and React write
 * them, and a style can't run code.
 */
export function pagePolicy(dev: boolean, nonce: string): string {
  const rules = {
    'default-src': "'self'",
    'script-src': `'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ''}`,
    'style-src': "'self' 'unsafe-inline'",
    'img-src': "'self' data: blob:",
    'font-src': "'self'",
    'connect-src': `'self'${dev ? ' ws:' : ''}`,
    'worker-src': "'self' blob:",
    'manifest-src': "'self'",
    'object-src': "'none'",
    'base-uri': "'none'",
    'form-action': "'self'",
    'frame-ancestors': "'none'",
  }
  return Object.entries(rules)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ')
}

/** For what a page itself writes as inline script. */
export const NONCE_HEADER = 'x-nonce'
/** Path and query as asked for: server components do not see them, and sign-in leads back there. */
export const PATH_HEADER = 'x-path'

export function setPagePolicy(config: Config, req: IncomingMessage, res: ServerResponse): void {
  const nonce = randomBytes(16).toString('base64')
  const policy = pagePolicy(config.dev, nonce)
  req.headers['content-security-policy'] = policy
  req.headers[NONCE_HEADER] = nonce
  req.headers[PATH_HEADER] = req.url ?? '/'
  res.setHeader('content-security-policy', policy)
}
