/** Image references: `[host[:port]/]name[:tag|@digest]`. */
import { badParameter } from './errors.ts'

export interface Reference {
  registry: string
  name: string
  /** A tag or a `sha256:…` digest. */
  target: string
  byDigest: boolean
}

const DIGEST = /^sha256:[0-9a-f]{64}$/
const TAG = /^\w[\w.-]{0,127}$/
const HOST =
  /^([a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?\.)*[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(:\d{1,5})?$|^\[[0-9a-f:]+\](:\d{1,5})?$/
const NAME = /^[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/

/** `tag` is the API's own parameter; it may be a tag, a digest or absent. @throws EngineError 400 */
export function parseReference(text: string, tag?: string): Reference {
  const at = text.indexOf('@')
  const digest = at >= 0 ? text.slice(at + 1) : tag?.startsWith('sha256:') ? tag : undefined
  let rest = at >= 0 ? text.slice(0, at) : text
  const colon = rest.lastIndexOf(':')
  let target = digest ?? (tag || 'latest')
  if (colon > rest.lastIndexOf('/')) {
    if (!digest && !tag) target = rest.slice(colon + 1)
    rest = rest.slice(0, colon)
  }
  const [first = '', ...others] = rest.split('/')
  const hasHost = others.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  const registry = hasHost ? first : 'docker.io'
  const name = hasHost ? others.join('/') : others.length > 0 ? rest : `library/${rest}`
  if (!HOST.test(registry) || !NAME.test(name) || !(digest ? DIGEST : TAG).test(target))
    throw badParameter('invalid reference format')
  return { registry, name, target, byDigest: digest !== undefined }
}

export function repository(reference: Reference): string {
  return `${reference.registry}/${reference.name}`
}

export function formatReference(reference: Reference): string {
  return `${repository(reference)}${reference.byDigest ? '@' : ':'}${reference.target}`
}
