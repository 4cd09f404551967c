/**
 * What a template says and `server.json` has no field for, kept beside it under a publisher's key of `_meta`:
 *
 *   { packageIndex, content: { category, tags, … }, config: { resources, volumes, … } }
 *
 * Only what the standard fields don't already say when they are read back, so that an untouched document stays
 * untouched. In `config`, null stands for a field that the template does not have.
 */
import { type TemplateContent, templateContent } from '#db/template-content.ts'
import { isObject, type JsonObject, own, same } from './json.ts'
import type { Findings } from './notes.ts'
import { PUBLISHER_PROVIDED } from './schema.ts'

const BERTH = 'dev.berth'
const FACTS_PATH = `_meta.[${JSON.stringify(PUBLISHER_PROVIDED)}].[${JSON.stringify(BERTH)}]`

/** Cut at a word where there is one. */
export function shortened(text: string, max: number): string {
  const bare = text.trim()
  if (bare.length <= max) return bare
  const cut = bare.slice(0, max - 1)
  const space = cut.lastIndexOf(' ')
  return `${(space > max / 2 ? cut.slice(0, space) : cut).replace(/[\s,;:.\p{Cs}]+$/u, '')}…`
}

export function setFact(document: JsonObject, part: 'content' | 'config', key: string, value: unknown): void {
  const old = factsOf(document)?.[part]
  setFacts(document, { [part]: { ...(isObject(old) ? old : {}), [key]: value } })
}

function setFacts(document: JsonObject, facts: Record<string, unknown>): void {
  const meta = isObject(document._meta) ? document._meta : {}
  const provided = own(meta, PUBLISHER_PROVIDED)
  document._meta = {
    ...meta,
    [PUBLISHER_PROVIDED]: { ...(isObject(provided) ? provided : {}), [BERTH]: { ...factsOf(document), ...facts } },
  } as JsonObject
}

function factsOf(document: JsonObject): JsonObject | undefined {
  const provided = isObject(document._meta) ? own(document._meta, PUBLISHER_PROVIDED) : undefined
  const facts = isObject(provided) ? own(provided, BERTH) : undefined
  return isObject(facts) ? facts : undefined
}

/** Which of the packages the facts are about, where the document says so. */
export function packageOfFacts(document: JsonObject): number | undefined {
  const index = factsOf(document)?.packageIndex
  return typeof index === 'number' && Number.isInteger(index) && index >= 0 ? index : undefined
}

export const setPackageOfFacts = (document: JsonObject, packageIndex: number): void =>
  setFacts(document, { packageIndex })

/** @returns the document without Berth's own facts, and without what only held them */
export function withoutFacts(document: JsonObject): JsonObject {
  const { _meta: meta, ...rest } = document
  const provided = isObject(meta) ? own(meta, PUBLISHER_PROVIDED) : undefined
  if (!isObject(meta) || !isObject(provided) || !Object.hasOwn(provided, BERTH)) return document
  const { [BERTH]: _, ...others } = provided
  const { [PUBLISHER_PROVIDED]: __, ...otherMeta } = meta
  const nextMeta = Object.keys(others).length > 0 ? { ...otherMeta, [PUBLISHER_PROVIDED]: others } : otherMeta
  return Object.keys(nextMeta).length > 0 ? { ...rest, _meta: nextMeta } : rest
}

/**
 * A registry vouches for a document's name and packages, not for what stands in `_meta`: there nobody gets a badge, the
 * head of the queue, another program than the one that is listed, or install scripts that no admin allowed (R9).
 */
const NEVER_A_STRANGERS = new Set(['isOfficial', 'deploymentPriority', 'image', 'package', 'writableRootReason'])

/** The content as the document's own facts complete it; facts that make no valid template are left out with a note. */
export function withFacts(
  content: TemplateContent,
  document: JsonObject,
  { packageIndex, stranger }: { packageIndex: number; stranger: boolean },
  findings: Findings,
): TemplateContent {
  const facts = factsOf(document)
  if (!facts) return content
  const ofPackage = (packageOfFacts(document) ?? packageIndex) === packageIndex
  const passedOver = new Set<string>()
  const taken = (given: unknown): JsonObject => {
    const entries = Object.entries(isObject(given) ? given : {})
    const refused = entries.filter(([key]) => stranger && NEVER_A_STRANGERS.has(key))
    for (const [key] of refused) passedOver.add(key)
    return Object.fromEntries(entries.filter(([key]) => !passedOver.has(key)))
  }
  const parts = { content: taken(facts.content), config: taken(ofPackage ? facts.config : null) }
  if (passedOver.size > 0)
    findings.note(FACTS_PATH, `Passed over, for an admin to decide: ${[...passedOver].join(', ')}.`)
  const { config: _, ...ofContent } = parts.content
  const config = Object.entries({ ...content.config, ...parts.config }).filter(([, value]) => value !== null)
  const parsed = templateContent.safeParse({ ...content, ...ofContent, config: Object.fromEntries(config) })
  if (!parsed.success) {
    findings.note(FACTS_PATH, 'Berth’s own facts in this document make no valid template and were left out.')
    return content
  }
  const names = [...Object.keys(ofContent), ...Object.keys(parts.config)]
  if (names.length > 0) findings.note(FACTS_PATH, `Taken from Berth’s own facts in this document: ${names.join(', ')}.`)
  return parsed.data
}

/** Writes what `read` (the content as the document alone gives it) does not say of `meant`. */
export function addFacts(document: JsonObject, meant: TemplateContent, read: TemplateContent): void {
  for (const key of Object.keys(meant) as (keyof TemplateContent)[])
    if (key !== 'config' && !same(meant[key], read[key])) setFact(document, 'content', key, meant[key])
  const [wanted, got] = [meant.config as Record<string, unknown>, read.config as Record<string, unknown>]
  for (const key of new Set([...Object.keys(wanted), ...Object.keys(got)]))
    if (!same(wanted[key], got[key])) setFact(document, 'config', key, wanted[key] ?? null)
}
