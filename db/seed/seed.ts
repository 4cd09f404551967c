/**
 * Puts the seed's templates into the catalogue and keeps those that nobody edited at the seed's content. What a person
 * changed is never touched again: its content's hash no longer is the one the seed stored.
 */
import { createHash } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import type { Tx } from '../client.ts'
import { templateVersions, toolCatalog } from '../schema/templates.ts'
import { templateConfig } from '../template-config.ts'
import { type SeedTemplate, seedTemplates } from './templates.ts'

type Row = typeof toolCatalog.$inferSelect
type Content = Pick<
  Row,
  'displayName' | 'description' | 'category' | 'tags' | 'deploymentPriority' | 'mcpTemplateConfig'
>

/** The registry's address is not content: the local cloud's may change from start to start. */
const withoutRegistry = (image: string): string => image.replace(/^[^/]*[.:][^/]*\//, '')

/** Keys in order: Postgres' jsonb keeps its own. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, v]) => v !== undefined)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, canonical(v)]))
}

function hashOf({ displayName, description, category, tags, deploymentPriority, mcpTemplateConfig }: Content): string {
  const config = { ...mcpTemplateConfig, image: withoutRegistry(mcpTemplateConfig.image) }
  const content = canonical({ displayName, description, category, tags, deploymentPriority, config })
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}

const toContent = (seed: SeedTemplate) => ({
  displayName: seed.displayName,
  description: seed.description,
  category: seed.category,
  tags: seed.tags,
  githubUrl: seed.githubUrl,
  documentationUrl: seed.documentationUrl,
  deploymentPriority: seed.deploymentPriority,
  popularity: seed.popularity,
  mcpTemplateConfig: templateConfig.parse(seed.config),
})

/** Idempotent; one process at a time. Call inside a transaction. */
export async function seedCatalogue(tx: Tx, localRegistry: string | null): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('berth.seed'))`)
  for (const seed of seedTemplates(localRegistry)) {
    const content = toContent(seed)
    const seedHash = hashOf(content)
    const [row] = await tx.select().from(toolCatalog).where(eq(toolCatalog.slug, seed.slug))
    if (!row) await insert(tx, seed.slug, { ...content, seedHash })
    else if (row.seedHash !== null && hashOf(row) === row.seedHash) await follow(tx, row, { ...content, seedHash })
  }
}

type Seeded = ReturnType<typeof toContent> & { seedHash: string }

async function insert(tx: Tx, slug: string, content: Seeded): Promise<void> {
  const [row] = await tx
    .insert(toolCatalog)
    .values({ slug, isOfficial: true, ...content })
    .returning({ id: toolCatalog.id, version: toolCatalog.version })
  if (!row) throw new Error('insert returned no row')
  await tx
    .insert(templateVersions)
    .values({ templateId: row.id, version: row.version, config: content.mcpTemplateConfig })
}

/** New content is a new version; the same image at a new address is the same version, or nothing old could redeploy. */
async function follow(tx: Tx, row: Row, content: Seeded): Promise<void> {
  const changed = row.seedHash !== content.seedHash
  const moved = row.mcpTemplateConfig.image !== content.mcpTemplateConfig.image
  if (!changed && !moved) return
  const version = changed ? row.version + 1 : row.version
  await tx
    .update(toolCatalog)
    .set({ ...content, version, updatedAt: new Date() })
    .where(eq(toolCatalog.id, row.id))
  if (changed)
    await tx.insert(templateVersions).values({ templateId: row.id, version, config: content.mcpTemplateConfig })
  const registry = content.mcpTemplateConfig.image.split('/')[0] ?? ''
  const versions = await tx.select().from(templateVersions).where(eq(templateVersions.templateId, row.id))
  for (const old of versions) {
    const image = `${registry}/${withoutRegistry(old.config.image)}`
    // Only where the repository is one that this registry serves: a public image's past stays what it was.
    if (
      image === old.config.image ||
      withoutRegistry(old.config.image) !== withoutRegistry(content.mcpTemplateConfig.image)
    )
      continue
    await tx
      .update(templateVersions)
      .set({ config: { ...old.config, image } })
      .where(eq(templateVersions.id, old.id))
  }
}
