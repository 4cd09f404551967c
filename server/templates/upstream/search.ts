/** Finding servers in the local copies of registries: by words and, give or take a letter, by trigrams. */
import { and, desc, eq, ne, type SQL, sql } from 'drizzle-orm'
import { upstreamServers } from '#db/schema/templates.ts'
import type { UpstreamServerView } from '#server/api/views-templates.ts'
import type { UserCtx } from '#server/context.ts'
import { requireAdmin } from '../admin.ts'
import { wordsOf } from '../search.ts'

const LIMIT_MAX = 200

/** Every word in the text or like a word of it; words too short for trigrams only as they are. */
const matches = (words: string[]): SQL | undefined =>
  and(
    ...words.map((word) => {
      const inside = sql`${upstreamServers.searchText} ilike ${`%${word}%`}`
      return word.length < 4 ? inside : sql`(${word} <% ${upstreamServers.searchText} or ${inside})`
    }),
  )

/** The template that came from it, and whether it is of this version. */
const template = sql<{ slug: string; version: string | null } | null>`(
  select json_build_object('slug', t.slug, 'version', v.server_json->>'version')
  from tool_catalog t join template_versions v on v.template_id = t.id
  where t.registry_name = "upstream_servers"."name"
    and coalesce(t.upstream_registry_id, "upstream_servers"."registry_id") = "upstream_servers"."registry_id"
  order by v.version desc limit 1)`

/** The latest version of each; what its registry deleted is not offered. */
export async function searchUpstreamServers(
  ctx: UserCtx,
  input: { registryId?: string | undefined; search?: string | undefined; limit?: number | undefined },
): Promise<UpstreamServerView[]> {
  requireAdmin(ctx)
  const words = wordsOf(input.search ?? '')
  const { id, name, version, status, statusMessage, document, updatedAt } = upstreamServers
  const likeness = sql`word_similarity(${words.join(' ')}, ${upstreamServers.searchText})`
  const rows = await ctx.db
    .select({ id, name, version, status, statusMessage, document, updatedAt, template })
    .from(upstreamServers)
    .where(
      and(
        eq(upstreamServers.isLatest, true),
        ne(status, 'deleted'),
        input.registryId === undefined ? undefined : eq(upstreamServers.registryId, input.registryId),
        words.length === 0 ? undefined : matches(words),
      ),
    )
    .orderBy(...(words.length === 0 ? [desc(updatedAt)] : [desc(likeness), desc(updatedAt)]), name)
    .limit(Math.min(input.limit ?? 50, LIMIT_MAX))
  return rows.map(({ document: doc, template: found, ...row }) => ({
    ...row,
    title: typeof doc.title === 'string' ? doc.title : null,
    description: typeof doc.description === 'string' ? doc.description : '',
    kinds: kindsOf(doc),
    template: found && { slug: found.slug, upToDate: found.version === row.version },
  }))
}

/** As every dated schema called them. */
function kindsOf(document: Record<string, unknown>): string[] {
  const packages = Array.isArray(document.packages) ? document.packages : []
  const kinds = packages.map((entry: Record<string, unknown> | null) => {
    const kind = entry?.registryType ?? entry?.registry_type ?? entry?.registry_name
    return typeof kind === 'string' ? (kind === 'docker' ? 'oci' : kind.slice(0, 40)) : 'unknown'
  })
  const remotes = Array.isArray(document.remotes) && document.remotes.length > 0 ? ['remote'] : []
  return [...new Set([...kinds, ...remotes])]
}
