/**
 * Puts the built-in catalogue into the database and keeps what nobody touched at its content.
 *
 *   one query reads what is there ──▶ missing: head and version 1, all in two inserts
 *                                 ──▶ untouched: a new version when the content changed, else its address and figures
 *                                 ──▶ touched: left alone, for good
 *
 * A person touched a template when its head no longer is what the seed wrote, when its status was changed, or when it
 * has a version of theirs. A start that changes nothing writes nothing.
 */
import { createHash } from 'node:crypto'
import { and, eq, inArray, isNotNull, isNull, like, sql } from 'drizzle-orm'
import type { Tx } from '../client.ts'
import { templateVersions, toolCatalog } from '../schema/templates.ts'
import type { TemplateConfig } from '../template-config.ts'
import type { TemplateContent } from '../template-content.ts'
import { contentOf, headOf } from '../template-head.ts'
import { type SeedTemplate, seedTemplates } from './templates.ts'

type Head = typeof toolCatalog.$inferSelect

interface KnownVersion {
  id: string
  version: number
  createdBy: string | null
  config: TemplateConfig
  content: TemplateContent | null
}

interface Known {
  head: Head
  versions: KnownVersion[]
}

/** Idempotent; one process at a time. Call inside a transaction. */
export async function seedCatalogue(tx: Tx, localRegistry: string | null): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('berth.seed'))`)
  const seeds = seedTemplates(localRegistry)
  const known = await readKnown(
    tx,
    seeds.map(({ slug }) => slug),
  )
  await insertAll(
    tx,
    seeds.filter(({ slug }) => !known.has(slug)),
  )
  for (const seed of seeds) {
    const there = known.get(seed.slug)
    if (there && isUntouched(there)) await follow(tx, there, seed)
  }
  if (localRegistry) await unpin(tx, localRegistry)
}

/** What has one of the seed's names, by it. Versions only of what the seed wrote: the rest is its author's alone. */
async function readKnown(tx: Tx, slugs: string[]): Promise<Map<string, Known>> {
  const versions = sql<KnownVersion[]>`(
    select json_agg(json_build_object('id', v.id, 'version', v.version, 'createdBy', v.created_by,
      'config', v.config, 'content', v.content) order by v.version)
    from template_versions v where v.template_id = "tool_catalog"."id" and "tool_catalog"."seed_hash" is not null)`
  const rows = await tx
    .select({ head: toolCatalog, versions })
    .from(toolCatalog)
    .where(inArray(toolCatalog.slug, slugs))
  return new Map(rows.map(({ head, versions: all }) => [head.slug, { head, versions: all ?? [] }]))
}

function isUntouched({ head, versions }: Known): boolean {
  if (head.seedHash === null || head.status !== 'published') return false
  if (versions.some(({ createdBy }) => createdBy !== null)) return false
  return head.seedHash === hashOf(contentOfHead(head)) || head.seedHash === firstReleaseHashOf(head)
}

const contentOfHead = (head: Head): TemplateContent =>
  contentOf(head, { content: null, config: head.mcpTemplateConfig })

const valuesOf = ({ slug, content, popularity }: SeedTemplate) => ({
  ...headOf(slug, content),
  ...{ popularity, seedHash: hashOf(content) },
})

async function insertAll(tx: Tx, seeds: SeedTemplate[]): Promise<void> {
  if (seeds.length === 0) return
  const rows = await tx
    .insert(toolCatalog)
    .values(seeds.map((seed) => ({ slug: seed.slug, ...valuesOf(seed) })))
    .returning({ id: toolCatalog.id, slug: toolCatalog.slug })
  const ids = new Map(rows.map(({ id, slug }) => [slug, id]))
  await tx.insert(templateVersions).values(seeds.map((seed) => versionOf(ids.get(seed.slug) ?? '', 1, seed.content)))
}

const versionOf = (templateId: string, version: number, content: TemplateContent) => ({
  ...{ templateId, version, content, config: content.config },
  ...{ status: 'published' as const, publishedAt: new Date() },
})

/** New content is a new version; the same image at a new address is the same version, or nothing old could redeploy. */
async function follow(tx: Tx, { head, versions }: Known, seed: SeedTemplate): Promise<void> {
  const values = valuesOf(seed)
  const changed = hashOf(contentOfHead(head)) !== values.seedHash
  const moved = head.mcpTemplateConfig.image !== seed.content.config.image
  const version = changed ? Math.max(...versions.map((v) => v.version)) + 1 : head.version
  const figures = head.popularity !== seed.popularity || head.seedHash !== values.seedHash
  if (changed || moved || figures || head.searchText !== values.searchText)
    await tx
      .update(toolCatalog)
      .set({ ...values, version, ...(changed && { security: null }), updatedAt: new Date() })
      .where(eq(toolCatalog.id, head.id))
  if (changed) await tx.insert(templateVersions).values(versionOf(head.id, version, seed.content))
  for (const old of versions) {
    // A version of the first release says its config alone: while the head still has its texts, they are kept with it.
    const content = old.content ?? (old.version === head.version ? contentOf(head, old) : null)
    const image = addressNow(old.config.image, seed.content.config.image)
    if (content === old.content && image === old.config.image) continue
    const config = { ...old.config, image }
    await tx
      .update(templateVersions)
      .set({ config, ...(content && { content: { ...content, config } }) })
      .where(eq(templateVersions.id, old.id))
  }
}

/** The local cloud's registry: the only one whose address has a port here, and may be another one after a restart. */
const LOCAL = /^[^/]+:\d+\//
const withoutLocal = (image: string): string => image.replace(LOCAL, '')

/** `old` where `now` is, when both are the same image of the local cloud; a public image's past stays what it was. */
function addressNow(old: string, now: string): string {
  const same = LOCAL.test(old) && LOCAL.test(now) && withoutLocal(old) === withoutLocal(now)
  return same ? now : old
}

/** The local cloud makes its images anew on an upgrade: a digest of before names nothing any more. */
async function unpin(tx: Tx, localRegistry: string): Promise<void> {
  await tx
    .update(templateVersions)
    .set({ imageDigest: null })
    .where(
      and(
        ...[isNotNull(templateVersions.imageDigest), isNull(templateVersions.createdBy)],
        like(sql`${templateVersions.config}->>'image'`, `${localRegistry}/%`),
      ),
    )
}

/** Keys in order: Postgres' jsonb keeps its own. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, v]) => v !== undefined)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, canonical(v)]))
}

const sha256 = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(canonical(value)))
    .digest('hex')

const hashOf = (content: TemplateContent): string =>
  sha256({ ...content, config: { ...content.config, image: withoutLocal(content.config.image) } })

/** What the first release stored: fewer fields, and no registry in the image. */
function firstReleaseHashOf(head: Head): string {
  const { displayName, description, category, tags, deploymentPriority, mcpTemplateConfig } = head
  const image = mcpTemplateConfig.image.replace(/^[^/]*[.:][^/]*\//, '')
  return sha256({
    displayName,
    description,
    category,
    tags,
    deploymentPriority,
    config: { ...mcpTemplateConfig, image },
  })
}
