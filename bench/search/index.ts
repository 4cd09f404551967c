/**
 * How long `templates.list` takes over a large catalogue: the verb as the API calls it, with costs, tools and the
 * person's own deployments, on a real Postgres. The baseline of the same run is the search of the first release: every
 * word as `ILIKE '%word%'` over five columns, the bare query without any of the rest.
 *
 *   npm run bench -- search [--templates 10000] [--rounds 20] [--explain]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type SQL, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { connect, type Db, type Sql } from '#db/client.ts'
import { startEmbeddedPostgres } from '#db/embedded.ts'
import { migrateDatabase } from '#db/migrate.ts'
import * as schema from '#db/schema/index.ts'
import { listTemplates } from '#server/templates/index.ts'
import { type Metric, percentile, timed } from '../measure.ts'
import { fillCatalogue, type Made } from './catalogue.ts'
import { personWithFleet } from './person.ts'

interface Statement {
  text: string
  values: unknown[]
}

interface Query {
  kind: string
  search?: string
  category?: string
}

export async function search(args: string[]): Promise<Record<string, Metric>> {
  const { values } = parseArgs({
    args,
    options: {
      templates: { type: 'string', default: '10000' },
      rounds: { type: 'string', default: '20' },
      explain: { type: 'boolean', default: false },
    },
  })
  const folder = mkdtempSync(path.join(os.tmpdir(), 'berth-search-'))
  const server = await startEmbeddedPostgres({ dataDir: path.join(folder, 'postgres') })
  await migrateDatabase(server.url)
  const { db: plainDb, sql: client, end } = connect(server.url)
  const seen: Statement[] = []
  const db: Db = drizzle(client, { schema, logger: { logQuery: (text, values) => void seen.push({ text, values }) } })
  try {
    const made = await fillCatalogue(plainDb, Number(values.templates))
    const ctx = await personWithFleet({ db, url: server.url })
    const queries = queriesOf(made)
    if (values.explain)
      for (const query of queries) {
        seen.length = 0
        await listTemplates(ctx, query)
        await explain(client, query, [...seen])
      }
    const verb = new Map<string, number[]>()
    const plain = new Map<string, number[]>()
    for (let round = 0; round <= Number(values.rounds); round++)
      for (const query of queries) {
        const [mine, theirs] = [
          await timed(() => listTemplates(ctx, query)),
          await timed(() => plainDb.execute(ilike(query))),
        ]
        // The first round warms both sides up.
        if (round === 0) continue
        verb.set(query.kind, [...(verb.get(query.kind) ?? []), mine])
        plain.set(query.kind, [...(plain.get(query.kind) ?? []), theirs])
      }
    return metricsOf(verb, plain)
  } finally {
    await end()
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What people do: open the page, pick a category, type a name letter by letter, mistype it, describe what they want. */
function queriesOf({ names }: Made): Query[] {
  const some = names.filter((_, i) => i % Math.ceil(names.length / 6) === 0)
  const wordOf = (name: string) => name.split(' ')[0] ?? name
  const mistyped = (word: string) => word.slice(0, 2) + word.slice(3)
  return [
    { kind: 'all' },
    ...['data', 'search', 'security'].map((category) => ({ kind: 'category', category })),
    ...some.map((name) => ({ kind: 'exact', search: name })),
    ...['g', 'gi', 'git', 'post', 'elas', 'sec'].map((prefix) => ({ kind: 'prefix', search: prefix })),
    ...['githib', 'postgers', 'elasticsaerch', 'grafna'].map((typo) => ({ kind: 'typo', search: typo })),
    ...some.slice(0, 2).map((name) => ({ kind: 'typo', search: mistyped(wordOf(name)) })),
    ...['pull requests', 'vector database', 'send email', 'aws costs', 'web scraping'].map((two) => ({
      kind: 'two words',
      search: two,
    })),
    ...['zzqqxxw', 'kubernetes of mars'].map((nothing) => ({ kind: 'nothing', search: nothing })),
  ]
}

function ilike({ search: text = '', category }: Query): SQL {
  const columns = ['display_name', 'description', 'slug', 'category', `array_to_string(tags, ' ')`]
  const words = text.split(/\s+/).filter(Boolean)
  const each = words.map(
    (word) =>
      sql`(${sql.join(
        columns.map((column) => sql`${sql.raw(column)} ilike ${`%${word}%`}`),
        sql` or `,
      )})`,
  )
  const where = sql.join([sql`true`, ...each, ...(category ? [sql`category = ${category}`] : [])], sql` and `)
  return sql`select * from tool_catalog where ${where} order by is_official desc, popularity desc, display_name limit 500`
}

function metricsOf(verb: Map<string, number[]>, plain: Map<string, number[]>): Record<string, Metric> {
  const metrics: Record<string, Metric> = {}
  const add = (name: string, mine: number[], theirs: number[], p: number) => {
    const [value, baseline] = [percentile(mine, p), percentile(theirs, p)]
    metrics[name] = { value, unit: 'ms', baseline, ratio: value / baseline }
  }
  const [all, allPlain] = [[...verb.values()].flat(), [...plain.values()].flat()]
  add('search_p95_10k', all, allPlain, 95)
  add('search_p50_10k', all, allPlain, 50)
  for (const [kind, ms] of verb) add(`search_p95_${kind.replaceAll(' ', '_')}`, ms, plain.get(kind) ?? [], 95)
  return metrics
}

/** How Postgres answered what the verb asked of the catalogue. */
async function explain(client: Sql, query: Query, statements: Statement[]): Promise<void> {
  process.stdout.write(`\n${query.kind}: ${query.search ?? query.category ?? ''}\n`)
  await client.begin(async (tx) => {
    for (const { text, values } of statements.filter((s) => /tool_catalog|set_config/.test(s.text))) {
      if (/set_config/.test(text)) await tx.unsafe(text, values as string[])
      else
        for (const row of await tx.unsafe(`explain analyze ${text}`, values as string[])) {
          const line = String(row['QUERY PLAN'])
          if (/Scan|Execution/.test(line)) process.stdout.write(`  ${line}\n`)
        }
    }
  })
}
