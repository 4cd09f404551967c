/** Databases for integration tests: a fresh migrated one each, cloned from a template in the run's own Postgres. */
import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { connect, type Db, type Sql } from './client.ts'

export interface TestDatabase {
  db: Db
  sql: Sql
  url: string
  /** Closes the connections and drops the database. */
  end(): Promise<void>
}

export const TEMPLATE_DATABASE = 'berth_template'

export async function testDatabase(): Promise<TestDatabase> {
  const base = process.env.BERTH_TEST_POSTGRES
  if (!base) throw new Error('run integration tests through vitest: its global set-up starts Postgres')
  const name = `berth_test_${randomBytes(6).toString('hex')}`
  const admin = postgres(base, { max: 1, onnotice: () => {} })
  // CREATE DATABASE copies the template under a lock that a second copy at the same instant may miss: one at a time.
  await admin`select pg_advisory_lock(1)`
  await admin.unsafe(`create database ${name} template ${TEMPLATE_DATABASE}`)
  await admin.end()
  const url = Object.assign(new URL(base), { pathname: `/${name}` }).toString()
  const { db, sql, end } = connect(url, { max: 10 })
  return {
    db,
    sql,
    url,
    async end() {
      await end()
      const again = postgres(base, { max: 1, onnotice: () => {} })
      await again.unsafe(`drop database if exists ${name} with (force)`)
      await again.end()
    },
  }
}
