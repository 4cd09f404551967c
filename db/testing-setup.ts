/** Vitest global set-up of the integration tests: one Postgres a run, gone afterwards. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import postgres from 'postgres'
import { startEmbeddedPostgres } from './embedded.ts'
import { migrateDatabase } from './migrate.ts'
import { TEMPLATE_DATABASE } from './testing.ts'

export default async function setup(): Promise<() => Promise<void>> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'berth-test-'))
  const server = await startEmbeddedPostgres({
    dataDir: path.join(dir, 'postgres'),
    // Durability is not under test: a crash of the machine may lose these databases.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
  })
  const sql = postgres(server.url, { max: 1 })
  await sql.unsafe(`create database ${TEMPLATE_DATABASE}`)
  await sql.end()
  await migrateDatabase(Object.assign(new URL(server.url), { pathname: `/${TEMPLATE_DATABASE}` }).toString())
  process.env.BERTH_TEST_POSTGRES = server.url
  return async () => {
    await server.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}
