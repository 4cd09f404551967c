/**
 * Reads of the catalogue's rows. Templates belong to the installation: every signed-in person finds what is published,
 * and what is deprecated by its address; drafts and what was withdrawn answer as what does not exist.
 */
import { and, arrayContains, asc, desc, eq, inArray, type SQL, sql } from 'drizzle-orm'
import type { Db, Tx } from '#db/client.ts'
import { toolCatalog } from '#db/schema/templates.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { housekeepingTx } from '#server/tx.ts'
import { asWritten, spelledAlike, wordsOf } from './search.ts'

export const SORTS = ['popular', 'name', 'new'] as const

export interface Wish {
  search?: string | undefined
  category?: string | undefined
  /** All of them. */
  tags?: string[] | undefined
  official?: boolean | undefined
  /** Absent: by relevance when searching, else `popular`. */
  sort?: (typeof SORTS)[number] | undefined
  limit?: number | undefined
}

/** More than anybody scrolls through; search narrows it. */
export const LIST_MAX = 500
const LIST_DEFAULT = 200
/** Matches that are ranked: a letter that half of a large catalogue begins with is no search yet. */
const RANKED_MAX = 500
/** pg_trgm's default of 0.6 misses one wrong letter in a word of six. */
const ALIKE_THRESHOLD = 0.5

const fields = {
  id: toolCatalog.id,
  slug: toolCatalog.slug,
  name: toolCatalog.displayName,
  description: toolCatalog.description,
  category: toolCatalog.category,
  tags: toolCatalog.tags,
  isOfficial: toolCatalog.isOfficial,
  githubUrl: toolCatalog.githubUrl,
  documentationUrl: toolCatalog.documentationUrl,
  config: toolCatalog.mcpTemplateConfig,
  criteria: toolCatalog.autoDeployCriteria,
  version: toolCatalog.version,
  status: toolCatalog.status,
  popularity: toolCatalog.popularity,
  security: toolCatalog.security,
  upstreamStatus: toolCatalog.upstreamStatus,
  upstreamMessage: toolCatalog.upstreamMessage,
  updatedAt: toolCatalog.updatedAt,
}

export type CatalogueRow = Awaited<ReturnType<typeof findTemplate>>

const POPULAR = [desc(toolCatalog.isOfficial), desc(toolCatalog.popularity), asc(toolCatalog.displayName)]
const SORTED = {
  popular: POPULAR,
  name: [asc(sql`lower(${toolCatalog.displayName})`), asc(toolCatalog.slug)],
  new: [desc(toolCatalog.createdAt), asc(toolCatalog.slug)],
} satisfies Record<NonNullable<Wish['sort']>, SQL[]>

export async function findTemplates(ctx: UserCtx, wish: Wish): Promise<CatalogueRow[]> {
  const words = wordsOf(wish.search ?? '')
  if (words.length === 0)
    return wish.search?.trim() ? [] : select(ctx.db, wish, undefined, SORTED[wish.sort ?? 'popular'])
  return housekeepingTx(ctx.db, async (tx) => {
    await tune(tx)
    const query = asWritten(words)
    const written = await ranked(tx, wish, sql`${toolCatalog.search} @@ (${query})`, {
      words,
      relevance: sql`ts_rank(${toolCatalog.search}, ${query}, 1)`,
    })
    if (written.length > 0) return written
    const relevance = sql`word_similarity(${words.join(' ')}, ${toolCatalog.searchText})`
    return ranked(tx, wish, spelledAlike(words), { words, relevance })
  })
}

/** For this transaction alone: how like is alike, and that a page out of order costs hardly more than the next one. */
const tune = (tx: Tx) =>
  tx.execute(sql`select set_config('pg_trgm.word_similarity_threshold', ${String(ALIKE_THRESHOLD)}, true),
    set_config('random_page_cost', '1.1', true)`)

/** Only ranks what is popular among many matches, but never leaves out the one whose name was typed. */
async function ranked(db: Db | Tx, wish: Wish, match: SQL | undefined, by: { words: string[]; relevance: SQL }) {
  if (wish.sort) return select(db, wish, match, SORTED[wish.sort])
  const typed = by.words.join(' ')
  const name = sql`lower(${toolCatalog.displayName})`
  const exact = sql`(${name} = ${typed} or ${toolCatalog.slug} = ${by.words.join('-')})`
  const begins = sql`(${name} like ${`${typed}%`})`
  const candidates = db
    .select({ id: toolCatalog.id })
    .from(toolCatalog)
    .where(and(match, ...narrowed(wish)))
    .orderBy(desc(exact), desc(begins), ...POPULAR)
    .limit(RANKED_MAX)
  const score = sql`${by.relevance} + 0.05 * ${toolCatalog.isOfficial}::int + 0.01 * ln(1 + ${toolCatalog.popularity})`
  return select(db, wish, inArray(toolCatalog.id, candidates), [desc(exact), desc(begins), desc(score), ...POPULAR])
}

const narrowed = (wish: Wish): (SQL | undefined)[] => [
  eq(toolCatalog.status, 'published'),
  wish.category === undefined ? undefined : eq(toolCatalog.category, wish.category),
  wish.tags?.length ? arrayContains(toolCatalog.tags, wish.tags) : undefined,
  wish.official === undefined ? undefined : eq(toolCatalog.isOfficial, wish.official),
]

const select = (db: Db | Tx, wish: Wish, match: SQL | undefined, order: SQL[]) =>
  db
    .select(fields)
    .from(toolCatalog)
    .where(and(match, ...narrowed(wish)))
    .orderBy(...order)
    .limit(Math.min(wish.limit ?? LIST_DEFAULT, LIST_MAX))

/** @throws NOT_FOUND */
export async function findTemplate(ctx: UserCtx, slug: string) {
  const [row] = await ctx.db
    .select(fields)
    .from(toolCatalog)
    .where(and(eq(toolCatalog.slug, slug), inArray(toolCatalog.status, ['published', 'deprecated'])))
  if (!row) throw new BerthError('NOT_FOUND', 'There is no such template.')
  return row
}
