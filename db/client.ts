/** The database handle. One pool a process; `LISTEN` has its own connection (see server/observability/listen). */
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import * as schema from './schema/index.ts'

export type Db = PostgresJsDatabase<typeof schema>
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0]
export type Sql = postgres.Sql

/** Connections a process may open; embedded Postgres allows 100 in all. */
const POOL_MAX = 20

export function connect(url: string, options: { max?: number } = {}): { db: Db; sql: Sql; end: () => Promise<void> } {
  const sql = postgres(url, { max: options.max ?? POOL_MAX, onnotice: () => {} })
  return { db: drizzle(sql, { schema }), sql, end: () => sql.end({ timeout: 5 }) }
}
