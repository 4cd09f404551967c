/**
 * What may name things on an engine (R3). dockerode puts names into the path of a request as they are, so nothing
 * gets there that has not passed here.
 */
import { BerthError } from '#server/errors.ts'
import { parseReference as parseImage } from '#server/registry/reference.ts'

/** Docker's own rule for containers, networks and volumes; also covers ids. */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/
/** Networks that are no network of its own: R6. */
const SHARED_NETWORKS = new Set(['host', 'none', 'bridge', 'default', 'ingress'])
const IMAGE_ID = /^sha256:[0-9a-f]{64}$/
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
  /** Where its registry is, as Docker names it: `docker.io`, `ghcr.io`, `host:port`. */
  registry: string
  /** Fully named, without tag and digest: `docker.io/library/redis` for `redis`. */
  repository: string
  tag: string | null
  digest: string | null
}

export function parseReference(reference: string): Reference {
  try {
    const { registry, repository, tag, digest } = parseImage(reference)
    return { registry, repository: `${registry}/${repository}`, tag, digest }
  } catch {
    throw invalid('image', 'This is not an image reference.')
  }
}

/** A reference, or an image's id. */
export function checkImage(reference: string): string {
  if (!IMAGE_ID.test(reference)) parseReference(reference)
  return reference
}

export function checkLabelFilter(label: string): string {
  if (!LABEL_FILTER.test(label)) throw invalid('label', 'This is not a label filter.')
  return label
}

export function checkPort(port: number, field = 'port'): number {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw invalid(field, `${field} must be 1 to 65535.`)
  return port
}
