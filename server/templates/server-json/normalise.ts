/**
 * Any dated `server.json` (2025-07-09 to the newest, the registry's first seed, vendors' mirrors of them) in the shape
 * of the newest schema. Nothing is invented but what the schema demands, nothing is lost: unknown fields stay, and
 * whatever was read differently than written has a note.
 */

import { setFact, shortened } from './berth-facts.ts'
import { at, isObject, type JsonObject, own, plainJson, type Refusal, ROOT } from './json.ts'
import { normalisePackage } from './normalise-package.ts'
import { normaliseRemote } from './normalise-transport.ts'
import { createFindings, type Findings, type Note, quoted } from './notes.ts'
import { blank, rename, scalarsToText } from './rewrite.ts'
import {
  DESCRIPTION_MAX,
  ICON_TYPES,
  isUri,
  NEWEST_SCHEMA,
  PUBLISHER_PROVIDED,
  type ServerJson,
  serverJson,
  TITLE_MAX,
} from './schema.ts'

export type Normalised =
  | { ok: true; document: ServerJson; findings: Findings }
  | { ok: false; refusals: Refusal[]; notes: Note[] }

const ROOT_NAMES = { website_url: 'websiteUrl', schema: '$schema' }

/** Never throws. Already normal documents come back as they are, without a note. */
export function normalise(given: unknown): Normalised {
  const findings = createFindings()
  const plain = plainJson(given)
  if (!plain.ok) return { ok: false, refusals: [plain.refusal], notes: [] }
  if (!isObject(plain.value))
    return { ok: false, refusals: [{ path: ROOT, reason: 'A server.json is a JSON object.' }], notes: [] }
  const document = normaliseRoot(unwrapped(plain.value, findings), findings)
  const parsed = serverJson.safeParse(document)
  if (!parsed.success)
    for (const issue of parsed.error.issues) {
      const path = issue.path.reduce<string>((so, key) => at(so, typeof key === 'symbol' ? String(key) : key), ROOT)
      findings.refuse(path, issueText(document, issue))
    }
  const { refusals, notes } = findings
  return parsed.success && refusals.length === 0
    ? { ok: true, document: parsed.data, findings }
    : { ok: false, refusals, notes }
}

function issueText(document: JsonObject, issue: { code: string; message: string; path: PropertyKey[] }): string {
  const value = issue.path.reduce<unknown>(
    (so, key) => (so as Record<PropertyKey, unknown> | undefined)?.[key],
    document,
  )
  if (value === undefined) return 'This is missing.'
  if (issue.code === 'invalid_union') return `${quoted(JSON.stringify(value))} is none of what the schema allows here.`
  return issue.message.endsWith('.') ? issue.message : `${issue.message}.`
}

/** Answers of a registry's API hold the document beside what the registry knows about it. */
function unwrapped(document: JsonObject, findings: Findings): JsonObject {
  const { server } = document
  if (!isObject(server) || document.name !== undefined) return document
  findings.note(ROOT, 'This is an answer of a registry: the document in its field server is meant.')
  return server
}

function normaliseRoot(given: JsonObject, findings: Findings): JsonObject {
  const document = scalarsToText(rename(given, ROOT_NAMES, ROOT, findings), ['version'], ROOT, findings)
  for (const key of ['title', 'websiteUrl', 'repository', 'icons', 'packages', 'remotes', '_meta'])
    if (blank(document[key])) {
      delete document[key]
    }
  normaliseSchema(document, findings)
  normaliseTexts(document, findings)
  normaliseLinks(document, findings)
  normaliseIcons(document, findings)
  if (Array.isArray(document.packages))
    document.packages = document.packages.map((entry, i) =>
      isObject(entry) ? normalisePackage(entry, at('packages', i), findings) : entry,
    )
  if (Array.isArray(document.remotes))
    document.remotes = document.remotes.map((entry, i) =>
      isObject(entry) ? normaliseRemote(entry, at('remotes', i), findings) : entry,
    )
  normaliseVersion(document, findings)
  return document
}

function normaliseSchema(document: JsonObject, findings: Findings): void {
  const { $schema } = document
  if ($schema === NEWEST_SCHEMA) return
  if (typeof $schema === 'string')
    findings.note('$schema', `Read as ${quoted($schema)} and brought to the newest schema.`)
  else findings.note('$schema', 'The document names no schema: its fields were read by their names.')
  document.$schema = NEWEST_SCHEMA
}

function normaliseVersion(document: JsonObject, findings: Findings): void {
  if (typeof document.version === 'string' && document.version !== '') return
  const detail = document.version_detail
  if (isObject(detail) && typeof detail.version === 'string' && detail.version !== '') {
    document.version = detail.version
    findings.moved('version', 'version_detail.version')
    findings.note('version', 'version_detail.version is the version.')
    return
  }
  if (!blank(document.version)) return
  document.version = '0.0.0'
  findings.note('version', 'The document has no version, which the schema demands: 0.0.0 stands in for it.')
}

/** The schema's lengths; the whole description stays beside, under Berth's own key. */
function normaliseTexts(document: JsonObject, findings: Findings): void {
  const { name, title, description } = document
  if (typeof title === 'string' && title.length > TITLE_MAX) {
    document.title = shortened(title, TITLE_MAX)
    findings.note('title', `The schema allows ${TITLE_MAX} characters: the title was shortened.`)
  }
  if (blank(description) && typeof name === 'string') {
    document.description = shortened(typeof title === 'string' ? title : name, DESCRIPTION_MAX)
    findings.note(
      'description',
      'The document has no description, which the schema demands: its name stands in for it.',
    )
  } else if (typeof description === 'string' && description.length > DESCRIPTION_MAX) {
    document.description = shortened(description, DESCRIPTION_MAX)
    setFact(document, 'content', 'description', description.trim().slice(0, 2000))
    findings.note(
      'description',
      `The schema allows ${DESCRIPTION_MAX} characters: a shortened one stands there, the whole one under _meta.`,
    )
  }
}

const linksOf = (document: JsonObject): [JsonObject, string, string][] => [
  [document, 'websiteUrl', 'websiteUrl'],
  ...(isObject(document.repository)
    ? [[document.repository, 'url', 'repository.url'] as [JsonObject, string, string]]
    : []),
]

function normaliseLinks(document: JsonObject, findings: Findings): void {
  for (const [holder, key, path] of linksOf(document)) {
    const url = holder[key]
    if (typeof url !== 'string' || isUri(url) || !URL.canParse(url.trim()) || !isUri(new URL(url.trim()).href)) continue
    holder[key] = new URL(url.trim()).href
    findings.note(path, 'Written as a URL wants it, without characters that none has.')
  }
  const { websiteUrl, repository, _meta } = document
  if (typeof websiteUrl === 'string' && !isUri(websiteUrl)) {
    delete document.websiteUrl
    findings.note('websiteUrl', `${quoted(websiteUrl)} is not a URL and was left out.`)
  }
  if (isObject(_meta) && own(_meta, PUBLISHER_PROVIDED) === null) delete _meta[PUBLISHER_PROVIDED]
  if (!isObject(repository)) return
  for (const key of ['id', 'subfolder']) if (blank(repository[key])) delete repository[key]
  if (typeof repository.id === 'number') repository.id = String(repository.id)
  const { url } = repository
  if (blank(url) || (typeof url === 'string' && !isUri(url))) {
    delete document.repository
    if (!blank(url))
      findings.note('repository.url', `${quoted(String(url))} is not a URL: the repository was left out.`)
  } else if (blank(repository.source) && typeof url === 'string') {
    repository.source =
      /^https?:\/\/(?:www\.)?(?<host>[^/:]+)/.exec(url)?.groups?.host?.replace(/\.(com|org)$/, '') ?? 'git'
    findings.note('repository.source', `The schema demands it: ${repository.source}, after the repository’s host.`)
  }
}

function normaliseIcons(document: JsonObject, findings: Findings): void {
  if (!Array.isArray(document.icons)) return
  const icons = document.icons.flatMap((icon, i) => {
    const path = at('icons', i)
    if (!isObject(icon)) return [icon]
    if (typeof icon.sizes === 'string') {
      icon.sizes = icon.sizes.split(/\s+/).filter(Boolean)
      findings.note(at(path, 'sizes'), 'Sizes are a list.')
    }
    const sizes =
      icon.sizes === undefined ||
      (Array.isArray(icon.sizes) && icon.sizes.every((size) => /^(\d+x\d+|any)$/.test(String(size))))
    const mime = icon.mimeType === undefined || (ICON_TYPES as readonly unknown[]).includes(icon.mimeType)
    if (!sizes) delete icon.sizes
    if (!mime) delete icon.mimeType
    if (!sizes || !mime) findings.note(path, 'What the schema does not allow of this icon was left out.')
    if (typeof icon.src === 'string' && isUri(icon.src) && icon.src.length <= 255) return [icon]
    findings.note(path, 'This icon has no URL and was left out.')
    return []
  })
  document.icons = icons
}
