/**
 * What may name things on an engine (R3). dockerode puts names into the path of a request as they are, so nothing
 * gets there that has not passed here.
 */
import { BerthError } from '#server/errors.ts'

/** Docker's own rule for containers, networks and volumes; also covers ids. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/
/** Networks that are no network of its own: R6. */
const SHARED_NETWORKS = new Set(['host', 'none', 'bridge', 'default', 'ingress'])
/**
 * `[host[:port]/]path[:tag][@digest]`, the grammar of distribution's reference package without its rarest forms.
 * @see https://github.com/distribution/reference/blob/main/regexp.go
 */
const HOST = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\\.)*[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?::[0-9]{1,5})?'
const PART = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const REFERENCE = new RegExp(
  `^(?<repository>(?:${HOST}/)?${PART}(?:/${PART})*)(?::(?<tag>[\\w][\\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$`,
)
const IMAGE_ID = /^sha256:[0-9a-f]{64}$/
const REFERENCE_LENGTH_MAX = 512
const LABEL_FILTER = /^[a-z0-9][a-z0-9._-]{0,127}(?:=[\w.:-]{0,255})?$/

const invalid = (field: string, message: string) => new BerthError('INVALID_INPUT', message, { field })

export function checkName(name: string, field = 'name'): string {
  if (!NAME.test(name)) throw invalid(field, `${field} may hold letters, digits, dots, dashes and underscores.`)
  return name
}

export function checkNetwork(name: string): string {
  if (SHARED_NETWORKS.has(checkName(name, 'network')))
    throw invalid('network', 'A container needs a network of its own.')
  return name
}

export interface Reference {
  /** As given, without tag and digest. */
  repository: string
  tag: string | null
  digest: string | null
}

export function parseReference(reference: string): Reference {
  const groups = reference.length <= REFERENCE_LENGTH_MAX ? REFERENCE.exec(reference)?.groups : undefined
  if (!groups?.repository) throw invalid('image', 'This is not an image reference.')
  return { repository: groups.repository, tag: groups.tag ?? null, digest: groups.digest ?? null }
}

/** A reference, or an image's id. */
export function checkImage(reference: string): string {
  if (!IMAGE_ID.test(reference)) parseReference(reference)
  return reference
}

/** Docker Hub's short forms and full forms name the same repository: `redis` is `docker.io/library/redis`. */
export function canonicalRepository(repository: string): string {
  const slash = repository.indexOf('/')
  const first = slash < 0 ? '' : repository.slice(0, slash)
  const hasHost = first.includes('.') || first.includes(':') || first === 'localhost'
  const host = hasHost ? first : 'docker.io'
  const path = hasHost ? repository.slice(slash + 1) : repository
  if (host !== 'docker.io' && host !== 'index.docker.io') return repository
  return `docker.io/${path.includes('/') ? path : `library/${path}`}`
}

export function checkLabelFilter(label: string): string {
  if (!LABEL_FILTER.test(label)) throw invalid('label', 'This is not a label filter.')
  return label
}

export function checkPort(port: number, field = 'port'): number {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw invalid(field, `${field} must be 1 to 65535.`)
  return port
}
