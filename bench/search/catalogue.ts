/** Ten thousand templates that read like real ones: other words for each, the same ones again in each run. */
import type { Db } from '#db/client.ts'
import { templateValidations, templateVersions, toolCatalog } from '#db/schema/templates.ts'
import { contentOfServer, PUBLIC_SERVERS } from '#db/seed/catalogue/index.ts'
import { CATEGORIES, type TemplateContent } from '#db/template-content.ts'
import { headOf } from '#db/template-head.ts'

/** Rows an insert takes: Postgres allows 65,535 parameters. */
const BATCH = 1000
const SYLLABLES = 'ba co di fu ga he ki lo mu na pe qui ro sa te vi wu xo ya zen dor lin mar tos'.split(' ')

/** mulberry32: the same numbers in every run. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

export interface Made {
  names: string[]
  tags: string[]
}

/** Names of its own; descriptions and tags mixed from the built-in catalogue, so that words are as common as there. */
export async function fillCatalogue(db: Db, count: number): Promise<Made> {
  const next = numbers(1)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T
  const word = () => Array.from({ length: 2 + Math.floor(next() * 3) }, () => pick(SYLLABLES)).join('')
  const sentences = PUBLIC_SERVERS.flatMap(({ description }) => description.split(/(?<=\.) /))
  const tags = [...new Set(PUBLIC_SERVERS.flatMap((server) => server.tags))]
  const names: string[] = []
  for (let done = 0; done < count; done += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - done) }, (_, i) => {
      const server = pick(PUBLIC_SERVERS)
      const base = contentOfServer(server)
      const vendor = word()
      const displayName = `${vendor[0]?.toUpperCase()}${vendor.slice(1)} ${server.name}`.slice(0, 80)
      names.push(displayName)
      const content: TemplateContent = {
        ...base,
        ...{ displayName, category: pick(CATEGORIES), tags: [pick(tags), pick(tags), pick(tags)] },
        ...{ description: [pick(sentences), pick(sentences), pick(sentences)].join(' '), isOfficial: next() < 0.2 },
      }
      return { slug: `${server.slug}-${vendor}-${done + i}`, content, popularity: Math.floor(next() * 500) }
    })
    await insert(db, batch)
  }
  // Fresh statistics, as autovacuum would make them a minute later.
  await db.execute('analyze')
  return { names, tags }
}

async function insert(db: Db, batch: { slug: string; content: TemplateContent; popularity: number }[]) {
  const heads = await db
    .insert(toolCatalog)
    .values(batch.map(({ slug, content, popularity }) => ({ slug, popularity, ...headOf(slug, content) })))
    .returning({ id: toolCatalog.id })
  const versions = await db
    .insert(templateVersions)
    .values(
      batch.map(({ content }, i) => ({
        ...{ templateId: heads[i]?.id ?? '', version: 1, status: 'published' as const },
        ...{ content, config: content.config, publishedAt: new Date() },
      })),
    )
    .returning({ id: templateVersions.id })
  // Every third was tried and listed its tools.
  const tried = versions.filter((_, i) => i % 3 === 0)
  await db.insert(templateValidations).values(tried.map(({ id }) => validationOf(id)))
}

const TOOLS = Array.from({ length: 12 }, (_, i) => ({
  name: `tool_${i}`,
  description: 'Does one thing and says what it did.',
  inputSchema: { type: 'object', properties: { query: { type: 'string' }, limit: { type: 'integer' } } },
}))

const validationOf = (templateVersionId: string): typeof templateValidations.$inferInsert => ({
  ...{ templateVersionId, trigger: 'schedule', workerId: 'bench', verdict: 'pass', checks: [], endedAt: new Date() },
  facts: {
    ...{ digest: null, compressedBytes: null, layers: null, platforms: [], user: null, exposedPorts: [] },
    ...{ createdAt: null, tools: TOOLS, protocolVersion: '2025-11-25', startMs: 400 },
  },
})
