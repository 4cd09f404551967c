/**
 *   anything ── normalise ── newest shape ── choose a package ── configOf ── + identity, Berth's own facts ──▶ content
 *                   └─ refusals              └─ remote-only        └─ refusals, each with its path
 *
 * Pure, and never throws, whatever it is given.
 */
import { type TemplateContent, templateContent } from '#db/template-content.ts'
import { packageOfFacts, withFacts } from './berth-facts.ts'
import { categoryOf, linkOf, oneLine, slugOf, tagsOf, titleOf } from './identity.ts'
import { at, type JsonObject, type Refusal } from './json.ts'
import { normalise } from './normalise.ts'
import { createFindings, type Findings, type Note } from './notes.ts'
import { configOf, isKind, KINDS, type Runners } from './package.ts'
import type { ServerJson, ServerPackage } from './schema.ts'
import { vendorFacts } from './vendor.ts'

export interface ImportOptions {
  /** Which of `packages`; absent: the first that Berth can run, images before npm before PyPI. */
  packageIndex?: number | undefined
  runners: Runners
  /** A stranger wrote it: of Berth's own facts, those that decide what runs or who is trusted are passed over. */
  stranger?: boolean | undefined
}

export interface Choice {
  index: number
  label: string
  refused: string | null
}

export type Imported =
  | {
      ok: true
      slug: string
      content: TemplateContent
      /** As normalised: what is stored and exported. */
      serverJson: Record<string, unknown>
      /** Null for what only this installation names. */
      registryName: string | null
      packageIndex: number
      notes: Note[]
      choices: Choice[]
    }
  | { ok: false; kind: 'remote-only' | 'unsupported' | 'invalid'; refusals: Refusal[]; notes: Note[] }

/** Namespace of exported templates that were never in a registry. */
export const OWN_NAMESPACE = 'local.berth/'

export function importServerJson(given: unknown, o: ImportOptions): Imported {
  const normal = normalise(given)
  if (!normal.ok) return { ok: false, kind: 'invalid', refusals: normal.refusals, notes: normal.notes }
  const { document, findings } = normal
  const packages = document.packages ?? []
  if (packages.length === 0) return withoutPackages(document, findings)
  const choices = packages.map((entry, index): Choice => {
    const own = createFindings()
    const config = configOf(
      entry,
      at('packages', index),
      { runners: o.runners, vendor: vendorFacts(document as JsonObject) },
      own,
    )
    const refused = config && own.refusals.length === 0 ? null : (own.refusals[0]?.reason ?? 'It can’t run.')
    return { index, label: labelOf(entry), refused }
  })
  const index = o.packageIndex ?? preferred(document, packages.length) ?? bestOf(packages, choices)
  const entry = packages[index]
  if (!entry) {
    const reason = `The document has ${packages.length} ${packages.length === 1 ? 'package' : 'packages'}, counted from 0.`
    return { ok: false, kind: 'invalid', refusals: [{ path: at('packages', index), reason }], notes: findings.notes }
  }
  return importPackage(document, entry, index, choices, o, findings)
}

function importPackage(
  document: ServerJson,
  entry: ServerPackage,
  index: number,
  choices: Choice[],
  { runners, stranger = false }: ImportOptions,
  findings: Findings,
): Imported {
  const path = at('packages', index)
  const vendor = vendorFacts(document as JsonObject)
  const config = configOf(entry, path, { runners, vendor }, findings)
  const { notes, refusals } = findings
  if (!config || refusals.length > 0)
    return { ok: false, kind: isKind(entry.registryType) ? 'invalid' : 'unsupported', refusals, notes }
  if (!isKind(entry.registryType)) return { ok: false, kind: 'unsupported', refusals, notes }
  const slug = slugOf(document.name)
  const parsed = templateContent.safeParse({ ...identityOf(document, slug, vendor.tags), config })
  if (!parsed.success) {
    for (const issue of parsed.error.issues) findings.refuse(path, `${issue.path.join('.')}: ${issue.message}.`)
    return { ok: false, kind: 'invalid', refusals, notes }
  }
  if (document.status === 'deprecated' || document.status === 'deleted')
    findings.note('status', `The document says of itself that it is ${document.status}.`)
  const content = withFacts(parsed.data, document as JsonObject, { packageIndex: index, stranger }, findings)
  return {
    ok: true,
    slug,
    content,
    serverJson: document,
    registryName: document.name.startsWith(OWN_NAMESPACE) ? null : document.name,
    packageIndex: index,
    notes,
    choices,
  }
}

function identityOf(document: ServerJson, slug: string, tags: string[]): Omit<TemplateContent, 'config'> {
  const { name, title, description, repository, websiteUrl } = document
  return {
    displayName: oneLine(title ?? '', 80) || titleOf(slug),
    description: description.trim() || name,
    category: categoryOf(name.split('/')[1], title, description, ...tags),
    tags: tagsOf(tags),
    isOfficial: false,
    githubUrl: linkOf(repository?.url),
    documentationUrl: linkOf(websiteUrl),
    deploymentPriority: 5,
    criteria: {},
  }
}

const labelOf = ({ registryType, identifier, version, transport }: ServerPackage): string =>
  `${registryType} ${identifier.slice(0, 200)}${version === undefined ? '' : ` ${version.slice(0, 60)}`} (${transport.type})`

function preferred(document: ServerJson, count: number): number | undefined {
  const index = packageOfFacts(document as JsonObject)
  return index !== undefined && index < count ? index : undefined
}

/** The first that can run, by kind; where none can, the one that comes nearest. */
function bestOf(packages: ServerPackage[], choices: Choice[]): number {
  const rank = (type: string) => (isKind(type) ? KINDS.indexOf(type) : KINDS.length)
  const order = choices.toSorted(
    (a, b) =>
      Number(a.refused !== null) - Number(b.refused !== null) ||
      rank(packages[a.index]?.registryType ?? '') - rank(packages[b.index]?.registryType ?? '') ||
      a.index - b.index,
  )
  return order[0]?.index ?? 0
}

function withoutPackages(document: ServerJson, { notes }: Findings): Imported {
  const [remote] = document.remotes ?? []
  if (!remote) {
    const refusals = [
      { path: 'packages', reason: 'There is nothing to run: the document has neither packages nor remotes.' },
    ]
    return { ok: false, kind: 'invalid', refusals, notes }
  }
  const reason = `The server runs elsewhere, at ${remote.url.slice(0, 200)}, and the document offers no package; Berth runs servers.`
  return { ok: false, kind: 'remote-only', refusals: [{ path: 'remotes', reason }], notes }
}
