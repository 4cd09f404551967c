/**
 * Image references as Docker reads them: `[registry/]repository[:tag][@digest]`. What Docker leaves out of a name
 * (`docker.io`, `library/`, `latest`) is put in here, so that two spellings of one image are one canonical name.
 * Grammar: https://github.com/distribution/reference/blob/main/reference.go and normalize.go
 */
import { isIPv6 } from 'node:net'
import { BerthError } from '#server/errors.ts'

export interface ImageReference {
  /** `host[:port]` as it stands in the canonical name; `docker.io` for Docker Hub. */
  registry: string
  /** `library/node` for `node`. */
  repository: string
  /** Null only where a digest stands without one. */
  tag: string | null
  /** `sha256:…` */
  digest: string | null
  /** What to ask the registry for: the digest where there is one, else the tag. */
  reference: string
}

export const DOCKER_HUB = 'docker.io'
/** Docker knows two names of it in a reference; credentials may also be meant for its API. */
const DOCKER_HUB_OLD = 'index.docker.io'
const DOCKER_HUB_API = 'registry-1.docker.io'

const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'
const HOST = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[(?<ipv6>[0-9a-fA-F:]+)\\])(?::(?<port>[0-9]{1,5}))?$`)
const PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const REPOSITORY = new RegExp(`^${PART}(?:/${PART})*$`)
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^sha256:[0-9a-f]{64}$/
/** An image's id; Docker never takes it for a name. */
const IMAGE_ID = /^[0-9a-f]{64}$/
const REPOSITORY_LENGTH_MAX = 255
/** A host name has at most 253 characters, a port five. */
const REGISTRY_LENGTH_MAX = 260
const PORT_MAX = 65_535

/** @throws IMAGE_NOT_FOUND for what is no reference, with what is wrong about it */
export function parseReference(image: string): ImageReference {
  const bad = (why: string) =>
    new BerthError('IMAGE_NOT_FOUND', `"${image.slice(0, 200)}" is not an image reference: ${why}.`)
  const at = image.indexOf('@')
  const digest = at < 0 ? null : image.slice(at + 1)
  const named = at < 0 ? image : image.slice(0, at)
  const colon = named.lastIndexOf(':')
  const hasTag = colon > named.lastIndexOf('/')
  const name = hasTag ? named.slice(0, colon) : named
  const tag = hasTag ? named.slice(colon + 1) : digest === null ? 'latest' : null

  const { host, path } = splitRegistry(name)
  const registry = normalHost(host)
  if (registry === null) throw bad('its registry is not host or host:port')
  const repository = registry === DOCKER_HUB && path !== '' && !path.includes('/') ? `library/${path}` : path
  if (IMAGE_ID.test(name)) throw bad('this is the id of an image')
  if (/[A-Z]/.test(repository)) throw bad('the repository must be in lower case')
  if (!REPOSITORY.test(repository) || repository.length > REPOSITORY_LENGTH_MAX)
    throw bad('the repository has characters or a length that no registry takes')
  if (tag !== null && !TAG.test(tag)) throw bad('the tag has characters or a length that no registry takes')
  if (digest !== null && !DIGEST.test(digest)) throw bad('the digest must be sha256: and 64 hexadecimal digits')
  return { registry, repository, tag, digest, reference: digest ?? tag ?? 'latest' }
}

/** Docker's rule: what stands before the first slash is a host when no part of a repository could look like it. */
function splitRegistry(name: string): { host: string; path: string } {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(slash, 0))
  const isHost = /[.:]/.test(first) || first === 'localhost' || /[A-Z]/.test(first)
  return isHost ? { host: first, path: name.slice(slash + 1) } : { host: DOCKER_HUB, path: name }
}

/** @returns null for what is no host */
function normalHost(host: string): string | null {
  const groups = host.length > REGISTRY_LENGTH_MAX ? undefined : HOST.exec(host)?.groups
  if (!groups) return null
  const { ipv6, port } = groups
  if (ipv6 !== undefined && !isIPv6(ipv6)) return null
  if (port !== undefined && (Number(port) > PORT_MAX || Number(port) === 0)) return null
  return host === DOCKER_HUB_OLD ? DOCKER_HUB : host
}

/** Fully named, without what Docker would add by itself: `docker.io/library/node:24`. */
export function canonical({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry}/${repository}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`
}

/**
 * A registry's name as credentials are stored under: `docker.io`, `ghcr.io`, `registry.example:5000`. People also paste
 * its address, and Docker's own `https://index.docker.io/v1/`.
 * @throws INVALID_INPUT
 */
export function parseRegistry(text: string): string {
  const bare = text.trim().replace(/^https?:\/\/([^/]*)(\/(v[12]\/?)?)?$/i, '$1')
  const registry = normalHost(bare.toLowerCase())
  if (registry === null)
    throw new BerthError('INVALID_INPUT', 'A registry is named host or host:port.', { field: 'registry' })
  return registry === DOCKER_HUB_API ? DOCKER_HUB : registry
}

/** Where the distribution API of a registry is: `host[:port]`. */
export const apiHost = (registry: string): string => (registry === DOCKER_HUB ? DOCKER_HUB_API : registry)
