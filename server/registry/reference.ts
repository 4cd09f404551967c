/** Image references as Docker reads them: `[registry/]repository[:tag|@digest]`. */
import { BerthError } from '#server/errors.ts'

export interface ImageReference {
  /** `host[:port]` of the distribution API. */
  registry: string
  repository: string
  /** Tag, or `sha256:…` */
  reference: string
}

const REPOSITORY = /^[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^sha256:[0-9a-f]{64}$/
const HOST = /^(\[[0-9a-fA-F:]+\]|[a-zA-Z0-9.-]+)(:\d{1,5})?$/
const DOCKER_HUB_API = 'registry-1.docker.io'

/** @throws IMAGE_NOT_FOUND for what is no reference */
export function parseReference(image: string): ImageReference {
  const bad = () => new BerthError('IMAGE_NOT_FOUND', `"${image.slice(0, 200)}" is not an image reference.`)
  const [named = '', digest] = image.split('@', 2)
  const colon = named.lastIndexOf(':')
  const tagged = colon > named.lastIndexOf('/')
  const name = tagged ? named.slice(0, colon) : named
  const reference = digest ?? (tagged ? named.slice(colon + 1) : 'latest')
  const [first = '', ...rest] = name.split('/')
  const hasHost = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost')
  const host = hasHost ? first : 'docker.io'
  const path = hasHost ? rest.join('/') : name
  const hub = host === 'docker.io' || host === 'index.docker.io'
  const repository = hub && !path.includes('/') ? `library/${path}` : path
  if (!HOST.test(host) || !REPOSITORY.test(repository)) throw bad()
  if (!(digest === undefined ? TAG : DIGEST).test(reference)) throw bad()
  return { registry: hub ? DOCKER_HUB_API : host, repository, reference }
}
