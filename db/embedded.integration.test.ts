import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import postgres from 'postgres'
import { afterAll, expect, test } from 'vitest'
import { startEmbeddedPostgres } from './embedded.ts'
import { testDatabase } from './testing.ts'

const dir = mkdtempSync(path.join(os.tmpdir(), 'berth-embedded-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

test('a killed server leaves a postmaster.pid that does not stop the next start, and the data is kept', async () => {
  const dataDir = path.join(dir, 'kept')
  const first = await startEmbeddedPostgres({ dataDir })
  const sql = postgres(first.url, { max: 1 })
  await sql`create table t (v int)`
  await sql`insert into t values (7)`
  const [row] = await sql<{ pid: number }[]>`select pid from pg_stat_activity where backend_type = 'checkpointer'`
  expect(row?.pid).toBeGreaterThan(0)
  await sql.end()
  // A second start on the same data ends the first server, as after a parent that was killed.
  const second = await startEmbeddedPostgres({ dataDir })
  await first.ended
  const again = postgres(second.url, { max: 1 })
  expect(await again`select v from t`).toEqual([{ v: 7 }])
  await again.end()
  await second.stop()
  writeFileSync(path.join(dataDir, 'postmaster.pid'), `${process.pid}\n`)
  const third = await startEmbeddedPostgres({ dataDir })
  await third.stop()
})

test('a folder that holds files but no database is refused with what to do', async () => {
  const dataDir = path.join(dir, 'damaged')
  mkdirSync(dataDir)
  writeFileSync(path.join(dataDir, 'something'), '')
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(/is damaged.*move it away/)
})

test('a test database is migrated and its own', async () => {
  const one = await testDatabase()
  const two = await testDatabase()
  await one.sql`insert into installation (installation_id) values ('x')`
  expect(await two.sql`select * from installation`).toEqual([])
  await one.end()
  await two.end()
})
