/**
 * `kill -9` of the server while a validation tries a template on a droplet that is made for it: the next process ends
 * the dry run, and nothing is left, the droplet included. Nobody waits for the answer any more, and nobody has to.
 */
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { armCrashPoint } from './crash-point.ts'
import { type Instance, startInstance } from './instance.ts'
import { factsOf } from './invariants.ts'
import { type ScriptClient, scriptClient } from './script-client.ts'

let instance: Instance
let admin: ScriptClient
let sql: postgres.Sql
beforeAll(async () => {
  instance = await startInstance({ bootDelayMs: 100 })
  admin = scriptClient(instance.url, instance.admin.apiToken)
  sql = postgres(instance.databaseUrl, { max: 1, onnotice: () => {} })
})
afterAll(async () => {
  await sql?.end()
  await instance?.stop()
})

const TIMEOUT_MS = 60_000

async function atRest(): Promise<{ id: string; state: string; leftovers: number }> {
  const deadline = Date.now() + TIMEOUT_MS
  for (;;) {
    const [row] = await sql<{ id: string; state: string; owner: string | null; leftovers: number }[]>`
      select id, state, lease_owner as owner, jsonb_array_length(coalesce(error->'leftovers', '[]')) as leftovers
      from deployments where purpose = 'dry-run' order by created_at desc limit 1`
    if (row && row.owner === null && ['cancelled', 'failed'].includes(row.state)) return row
    if (Date.now() > deadline) throw new Error(`the dry run is ${row?.state ?? 'not there'}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe('I1 I3 I4 I9: kill -9 of the server in a dry run', () => {
  test.each([
    { step: 'droplet-selection', type: 'step.succeeded' },
    { step: 'container-deploy', type: 'step.succeeded' },
    { step: 'health-check', type: 'step.succeeded' },
  ])('at $type of $step', async ({ step, type }) => {
    const point = await armCrashPoint(instance.databaseUrl, { type, step })
    await admin.mutate('admin.templates.validate', { slug: 'everything', version: 1, allowNewDroplet: true })
    await point.reached()
    await instance.killApp()
    await point.disarm()
    await instance.startApp()
    const { id, state, leftovers } = await atRest()
    expect({ state, leftovers }).toEqual({ state: 'cancelled', leftovers: 0 })
    const facts = await factsOf(instance, id)
    expect(facts).toMatchObject({ containers: [], networks: [], volumes: [], reservations: 0, cloudDroplets: 0 })
    expect(facts.eventNumbers).toEqual(facts.eventNumbers.map((_, index) => index + 1))
    for (const [name, times] of Object.entries(facts.succeeded)) expect([name, times]).toEqual([name, 1])
    expect(await admin.query('deployments.list')).toEqual([])
  })
})
