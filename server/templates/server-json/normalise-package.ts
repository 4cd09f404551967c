/** One entry of `packages` in the newest shape: names, arguments, and an image as one full reference. */
import { at, isObject, type Json, type JsonObject } from './json.ts'
import { normaliseArgument } from './normalise-argument.ts'
import { normaliseTransport } from './normalise-transport.ts'
import { type Findings, quoted } from './notes.ts'
import { blank, normaliseInput, rename, scalarsToText } from './rewrite.ts'
import { splitSeedArguments } from './seed-form.ts'

const NAMES = {
  registry_type: 'registryType',
  registry_name: 'registryType',
  registry_base_url: 'registryBaseUrl',
  file_sha256: 'fileSha256',
  runtime_hint: 'runtimeHint',
  runtime_arguments: 'runtimeArguments',
  package_arguments: 'packageArguments',
  environment_variables: 'environmentVariables',
}
const OPTIONAL = [
  'version',
  'registryBaseUrl',
  'fileSha256',
  'runtimeHint',
  'runtimeArguments',
  'packageArguments',
  'environmentVariables',
]

export function normalisePackage(given: JsonObject, path: string, findings: Findings): JsonObject {
  const isSeed = Object.hasOwn(given, 'registry_name')
  // The seed called the identifier `name`.
  const names = given.identifier === undefined ? { ...NAMES, name: 'identifier' } : NAMES
  const entry = scalarsToText(rename(given, names, path, findings), ['version', 'identifier'], path, findings)
  for (const key of OPTIONAL) if (blank(entry[key])) delete entry[key]
  normaliseType(entry, path, findings)
  normaliseHash(entry, path, findings)
  for (const key of ['runtimeArguments', 'packageArguments'])
    entry[key] = eachObject(entry[key], at(path, key), (value, place) =>
      normaliseArgument(value, place, { isSeed }, findings),
    )
  entry.environmentVariables = eachObject(
    entry.environmentVariables,
    at(path, 'environmentVariables'),
    (value, place) => normaliseInput(value, place, findings),
  )
  if (isSeed) splitSeedArguments(entry, path, findings)
  for (const key of OPTIONAL) if (entry[key] === undefined) delete entry[key]
  if (blank(entry.transport)) {
    entry.transport = { type: 'stdio' }
    findings.note(at(path, 'transport'), 'Older documents name no transport: they mean stdio.')
  } else if (typeof entry.transport === 'string') entry.transport = { type: entry.transport }
  if (isObject(entry.transport)) entry.transport = normaliseTransport(entry.transport, at(path, 'transport'), findings)
  if (entry.registryType === 'oci') foldImage(entry, path, findings)
  return entry
}

/** Undefined for a missing list; what is no list is left to the schema to refuse. */
function eachObject(
  list: Json | undefined,
  path: string,
  change: (entry: JsonObject, path: string) => JsonObject,
): Json {
  if (!Array.isArray(list)) return list as Json
  return list.map((entry, i) => (isObject(entry) ? change(entry, at(path, i)) : entry))
}

function normaliseType(entry: JsonObject, path: string, findings: Findings): void {
  const { registryType } = entry
  if (typeof registryType !== 'string') return
  const lower = registryType.trim().toLowerCase()
  const type = lower === 'docker' ? 'oci' : lower
  if (type === registryType) return
  entry.registryType = type
  findings.note(at(path, 'registryType'), `${quoted(registryType)} is ${type}.`)
}

function normaliseHash(entry: JsonObject, path: string, findings: Findings): void {
  const { fileSha256 } = entry
  if (typeof fileSha256 !== 'string' || /^[a-f0-9]{64}$/.test(fileSha256)) return
  const lower = fileSha256.toLowerCase()
  if (/^[a-f0-9]{64}$/.test(lower)) entry.fileSha256 = lower
  else delete entry.fileSha256
  findings.note(at(path, 'fileSha256'), 'A hash is 64 lower-case hexadecimal digits; what is no hash was left out.')
}

/** Docker Hub's names in documents. */
const DOCKER_HUB = /^(?:(?:www\.|index\.|registry-1\.|registry\.hub\.|hub\.)?docker\.(?:io|com))$/
const TAG = /^\w[\w.-]{0,127}$/

/**
 * Since 2025-10-11 the identifier of an image holds registry and tag; before, they stood beside it. A version that is
 * no tag stays where it is, for the import to name it.
 */
function foldImage(entry: JsonObject, path: string, findings: Findings): void {
  const { identifier, version, registryBaseUrl } = entry
  if (typeof identifier !== 'string') return
  let image = identifier
  if (typeof registryBaseUrl === 'string' && URL.canParse(registryBaseUrl)) {
    const { host } = new URL(registryBaseUrl)
    const registry = DOCKER_HUB.test(host) ? 'docker.io' : host
    const [first = ''] = image.split('/')
    const named = image.includes('/') && (/[.:]/.test(first) || first === 'localhost')
    if (!named && host !== '') image = `${registry}/${image}`
    if (!named || first === registry) delete entry.registryBaseUrl
  }
  const isDigest = typeof version === 'string' && /^sha256:[0-9a-f]{64}$/.test(version)
  const hasTag = image.lastIndexOf(':') > image.lastIndexOf('/') || image.includes('@')
  if (typeof version === 'string' && (isDigest || TAG.test(version))) {
    if (!hasTag) image = isDigest ? `${image}@${version}` : `${image}:${version}`
    else if (!image.endsWith(`:${version}`))
      findings.note(at(path, 'version'), `The identifier’s own tag is meant, not ${quoted(version)}.`)
    delete entry.version
  }
  if (image === identifier && entry.version === version && entry.registryBaseUrl === registryBaseUrl) return
  entry.identifier = image
  findings.note(at(path, 'identifier'), `One full reference: ${quoted(image)}.`)
}
