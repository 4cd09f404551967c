/** From what a source says to what an editor opens: the template that it would be a new version of, and what changes. */
import { desc, eq, or, sql } from 'drizzle-orm'
import { templateVersions, toolCatalog } from '#db/schema/templates.ts'
import type { TemplateContent } from '#db/template-content.ts'
import { contentOf } from '#db/template-head.ts'
import type { TemplateProposal } from '#server/api/views-templates.ts'
import type { Base } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { compareContents } from '../compare.ts'
import { type Imported, importServerJson, type Runners } from '../server-json/index.ts'

interface Parts {
  slug: string
  content: TemplateContent
  serverJson: Record<string, unknown> | null
  registryName: string | null
  notes: TemplateProposal['notes']
  choices: TemplateProposal['choices']
}

/** Paths that a refusal names; the rest is counted. */
const REFUSALS_SHOWN = 5

export const runnersOf = ({ config }: Pick<Base, 'config'>): Runners => ({
  node: config.runners.node.image,
  python: config.runners.python.image,
})

/** @throws IMPORT_REFUSED with the path and the reason of each refusal */
export async function proposeDocument(
  base: Base,
  input: { document: unknown; packageIndex?: number | undefined; stranger?: boolean },
): Promise<TemplateProposal> {
  const { document, packageIndex, stranger } = input
  const imported = importServerJson(document, { packageIndex, stranger, runners: runnersOf(base) })
  if (!imported.ok) throw refused(imported)
  return toProposal(base, imported)
}

export async function toProposal(base: Base, parts: Parts): Promise<TemplateProposal> {
  const { slug, content, serverJson, registryName, notes, choices } = parts
  const proposal = { content, serverJson, notes, choices }
  const known = await findExisting(base, slug, registryName)
  if (!known) return { ...proposal, slug, existing: null }
  const other = known.head.registryName
  if (registryName !== null && other !== null && other !== registryName) {
    // A version of it would replace what people run by somebody else's program.
    const note = {
      path: 'name',
      text: `${slug} is the template of another server, ${other}: this one gets another name.`,
    }
    return { ...proposal, slug: await freeSlug(base, slug), notes: [note, ...notes], existing: null }
  }
  const changes = compareContents(contentOf(known.head, known.version), content)
  return {
    ...proposal,
    slug: known.head.slug,
    existing: { slug: known.head.slug, version: known.version.version, changes },
  }
}

async function freeSlug(base: Base, slug: string): Promise<string> {
  for (let n = 2; ; n++) {
    const wish = `${slug.slice(0, 90)}-${n}`
    if ((await base.db.$count(toolCatalog, eq(toolCatalog.slug, wish))) === 0) return wish
  }
}

/** The same name in a registry says more than the same slug. Its newest version is what a save would follow. */
async function findExisting(base: Base, slug: string, registryName: string | null) {
  // Never null: that would sort before the row of that name.
  const sameName = sql`coalesce(${toolCatalog.registryName} = ${registryName}::text, false)`
  const [row] = await base.db
    .select({ head: toolCatalog, version: templateVersions })
    .from(toolCatalog)
    .innerJoin(templateVersions, eq(templateVersions.templateId, toolCatalog.id))
    .where(or(sameName, eq(toolCatalog.slug, slug)))
    .orderBy(desc(sameName), desc(templateVersions.version))
    .limit(1)
  return row
}

function refused({ kind, refusals }: Extract<Imported, { ok: false }>): BerthError {
  const shown = refusals.slice(0, REFUSALS_SHOWN).map(({ path, reason }) => (path ? `${path}: ${reason}` : reason))
  const more = refusals.length - shown.length
  const message = [...shown, ...(more > 0 ? [`And ${more} more.`] : [])].join(' ')
  return new BerthError('IMPORT_REFUSED', message || 'This is no server.json.', {
    field: refusals[0]?.path || undefined,
    ...(kind === 'remote-only' && { action: 'Nothing has to be deployed: give its address to the agent.' }),
  })
}
