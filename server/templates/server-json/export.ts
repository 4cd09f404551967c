/**
 * A template as a `server.json` of the newest schema. What the standard fields can say stands there; the rest stands
 * beside as Berth's own facts, found by reading the document back: so an import of it gives the same content.
 *
 *   imported   the stored document, with the fields of it changed that an admin changed
 *   hand-made  a document written from the content
 */
import type { TemplateContent } from '#db/template-content.ts'
import { addFacts, setPackageOfFacts, shortened, withoutFacts } from './berth-facts.ts'
import { type Imported, importServerJson, OWN_NAMESPACE } from './import.ts'
import { isObject, type JsonObject, same } from './json.ts'
import type { Runners } from './package.ts'
import { DESCRIPTION_MAX, NEWEST_SCHEMA, type ServerJson } from './schema.ts'
import { identifierOf, packageOf } from './write-package.ts'

export interface ExportInput {
  slug: string
  registryName: string | null
  /** Of the template; stands in for a version where the document has none of its own. */
  version: number
  content: TemplateContent
  /** The document it was imported from, as stored. */
  serverJson: Record<string, unknown> | null
  runners: Runners
}

export function exportServerJson(o: ExportInput): ServerJson {
  const stored =
    o.serverJson === null ? null : { document: o.serverJson as JsonObject, read: readBack(o.serverJson, o) }
  if (stored?.read && same(stored.read.content, o.content)) return stored.document as ServerJson
  const document = stored?.read ? changed(stored.document, stored.read, o) : written(o)
  const read = readBack(document, o)
  if (read) addFacts(document, o.content, read.content)
  const again = importServerJson(document, { runners: o.runners })
  if (read && again.ok && again.packageIndex !== read.packageIndex) setPackageOfFacts(document, read.packageIndex)
  return document as ServerJson
}

type Read = Extract<Imported, { ok: true }>

/** The document read as that package of it which the content is of. */
function readBack(document: Record<string, unknown>, { content, runners }: ExportInput): Read | null {
  const count = Array.isArray(document.packages) ? document.packages.length : 0
  const reads = Array.from({ length: count }, (_, packageIndex) =>
    importServerJson(document, { packageIndex, runners }),
  )
  const first = importServerJson(document, { runners })
  const readable = [first, ...reads].filter((read): read is Read => read.ok)
  return (
    readable.find((read) => same(read.content, content)) ??
    readable.find((read) => identifierOf(read.content.config) === identifierOf(content.config)) ??
    readable.find((read) => kindOf(read.content) === kindOf(content)) ??
    readable[0] ??
    null
  )
}

const kindOf = ({ config }: TemplateContent): string => config.package?.registryType ?? 'oci'

function written({ slug, registryName, version, content }: ExportInput): JsonObject {
  const { githubUrl, documentationUrl, config } = content
  return {
    $schema: NEWEST_SCHEMA,
    name: registryName ?? `${OWN_NAMESPACE}${slug}`,
    title: content.displayName,
    description: shortened(content.description, DESCRIPTION_MAX),
    version: config.package?.version ?? `${version}.0.0`,
    ...(githubUrl === null ? {} : { repository: repositoryOf(githubUrl) }),
    ...(documentationUrl === null ? {} : { websiteUrl: documentationUrl }),
    packages: [packageOf(config)],
  }
}

const repositoryOf = (url: string): JsonObject => ({
  url,
  source: new URL(url).hostname.replace(/^www\./, '').replace(/\.(com|org)$/, ''),
})

/** Only what differs: an untouched field keeps the words of its publisher. */
function changed(stored: JsonObject, read: Read, { content, version }: ExportInput): JsonObject {
  const document: JsonObject = { ...withoutFacts(stored) }
  const { content: old, packageIndex } = read
  if (content.displayName !== old.displayName) document.title = content.displayName
  if (content.description !== old.description) document.description = shortened(content.description, DESCRIPTION_MAX)
  if (content.githubUrl !== old.githubUrl)
    set(document, 'repository', content.githubUrl && repositoryOf(content.githubUrl))
  if (content.documentationUrl !== old.documentationUrl) set(document, 'websiteUrl', content.documentationUrl)
  if (typeof document.version !== 'string') document.version = `${version}.0.0`
  const before = Array.isArray(document.packages) ? document.packages[packageIndex] : undefined
  if (!isObject(before) || !Array.isArray(document.packages)) return document
  const next = packageOf(content.config)
  const [was, is] = [old.config, content.config]
  const entry: JsonObject = { ...before }
  if (identifierOf(was) !== identifierOf(is)) {
    for (const key of ['registryType', 'identifier', 'version', 'registryBaseUrl', 'fileSha256'])
      set(entry, key, next[key])
  }
  if (!same(was.transport, is.transport)) set(entry, 'transport', next.transport)
  const run = ['environmentVariables', 'arguments', 'volumes', 'workingDir', 'transport'] as const
  // They are written in one another's terms, so they change together.
  if (run.some((key) => !same(was[key], is[key])))
    for (const key of ['runtimeHint', 'runtimeArguments', 'packageArguments', 'environmentVariables'])
      set(entry, key, next[key])
  document.packages = document.packages.map((other, i) => (i === packageIndex ? entry : other))
  return document
}

function set(target: JsonObject, key: string, value: JsonObject[string] | undefined): void {
  if (value === undefined || value === null) delete target[key]
  else target[key] = value
}
