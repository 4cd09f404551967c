import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import type { UserCtx } from '#server/context.ts'
import { cancelDeployment, createDeployment, createToken, getDeployment, listDeployments, listEvents } from './index.ts'
import { claim } from './queue/claim.ts'
import { RUNNING_PER_USER_MAX, RUNNING_TOTAL_MAX } from './queue/limits.ts'
import { newDroplet, newTemplate, newUser, type TestBase, testBase } from './testing-setup.ts'

let database: TestDatabase
let bench: TestBase
let ctx: UserCtx
let template: string

beforeAll(async () => {
  database = await testDatabase()
  bench = testBase(database.url)
  ctx = await newUser(bench.base)
  template = await newTemplate(bench.base, {
    environmentVariables: [
      { name: 'KEY', description: '', isRequired: false, isSecret: true },
      { name: 'MODE', description: '', isRequired: false, isSecret: false, default: 'fast' },
    ],
  })
})
afterAll(async () => {
  await bench?.end()
  await database?.end()
})

describe('create', () => {
  test('writes a queued deployment, six pending steps and the first event', async () => {
    const { deploymentId } = await createDeployment(ctx, { template, name: 'Mine' })
    const view = await getDeployment(ctx, { deploymentId })
    expect(view).toMatchObject({ name: 'Mine', state: 'queued', endpoint: null, attempt: 1, error: null, lastEvent: 1 })
    expect(view.steps.map((step) => step.status)).toEqual(Array(6).fill('pending'))
    const { events } = await listEvents(ctx, { deploymentId })
    expect(events).toMatchObject([{ n: 1, type: 'state', data: { from: null, to: 'queued' } }])
  })

  test('without a name, each one of a template is numbered after the last that stands', async () => {
    const keyed = await newTemplate(bench.base)
    const named = async (name?: string) => {
      const { deploymentId } = await createDeployment(ctx, { template: keyed, ...(name && { name }) })
      return { deploymentId, name: (await getDeployment(ctx, { deploymentId })).name }
    }
    const [first, second, third] = [await named(), await named(), await named()]
    expect([first.name, second.name, third.name]).toEqual([keyed, `${keyed} 2`, `${keyed} 3`])
    expect((await named(keyed)).name).toBe(keyed)
    expect((await named(`${keyed} for tests`)).name).toBe(`${keyed} for tests`)
    await bench.sql`update deployments set state = 'deleted' where id = ${second.deploymentId}`
    expect((await named()).name).toBe(`${keyed} 4`)
    await bench.sql`update deployments set state = 'deleted' where name like ${`${keyed} %`}`
    expect((await named()).name).toBe(`${keyed} 2`)
    await bench.sql`update deployments set state = 'deleted' where name like ${`${keyed}%`}`
    expect((await named()).name).toBe(keyed)
    const { deploymentId } = await createDeployment(await newUser(bench.base), { template: keyed })
    const [other] = await bench.sql`select name from deployments where id = ${deploymentId}`
    expect(other?.name).toBe(keyed)
  })

  test('I3: twenty clicks with one key are one deployment', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => createDeployment(ctx, { template, idempotencyKey: 'click-1' })),
    )
    expect(new Set(answers.map((answer) => answer.deploymentId)).size).toBe(1)
  })

  test('a key is free again after 24 hours, and belongs to its user', async () => {
    const first = await createDeployment(ctx, { template, idempotencyKey: 'daily' })
    const other = await newUser(bench.base)
    const theirs = await createDeployment(other, { template, idempotencyKey: 'daily' })
    expect(theirs.deploymentId).not.toBe(first.deploymentId)
    await bench.sql`update deployments set created_at = now() - interval '25 hours' where id = ${first.deploymentId}`
    const next = await Promise.all([
      createDeployment(ctx, { template, idempotencyKey: 'daily' }),
      createDeployment(ctx, { template, idempotencyKey: 'daily' }),
    ])
    expect(new Set(next.map((answer) => answer.deploymentId)).size).toBe(1)
    expect(next[0]?.deploymentId).not.toBe(first.deploymentId)
  })

  test('I6: a secret is nowhere in the database as it is', async () => {
    const { deploymentId } = await createDeployment(ctx, { template, variables: { KEY: 'canary-5f1d' } })
    for (const { table_name } of await bench.sql<{ table_name: string }[]>`
      select table_name from information_schema.tables where table_schema = 'public'`) {
      const found = await bench.sql.unsafe(`select 1 from "${table_name}" t where t::text like '%canary-5f1d%'`)
      expect([table_name, found.length]).toEqual([table_name, 0])
    }
    const view = await getDeployment(ctx, { deploymentId })
    expect(JSON.stringify(view)).not.toContain('canary-5f1d')
  })

  test.each([
    ['an unknown template', { template: 'no-such' }, 'NOT_FOUND'],
    ['an unknown version', { version: 99 }, 'NOT_FOUND'],
    ['an unknown variable', { variables: { OTHER: 'x' } }, 'INVALID_INPUT'],
    ['a droplet that is nobody’s', { dropletId: '018f0000-0000-7000-8000-000000000000' }, 'NOT_FOUND'],
  ])('%s is refused', async (_what, input, code) => {
    await expect(createDeployment(ctx, { template, ...input })).rejects.toMatchObject({ code })
  })

  test('I7: another user’s droplet, deployment and tokens are as good as missing', async () => {
    const other = await newUser(bench.base)
    const dropletId = await newDroplet(other)
    await expect(createDeployment(ctx, { template, dropletId })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const { deploymentId } = await createDeployment(other, { template })
    await expect(getDeployment(ctx, { deploymentId })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(cancelDeployment(ctx, { deploymentId })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(createToken(ctx, { deploymentId })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await listDeployments(ctx, { ids: [deploymentId] })).toEqual([])
  })

  test('a cancel of what is still queued ends it at once', async () => {
    const { deploymentId } = await createDeployment(ctx, { template })
    expect(await cancelDeployment(ctx, { deploymentId })).toEqual({ state: 'cancelled' })
    expect(await cancelDeployment(ctx, { deploymentId })).toEqual({ state: 'cancelled' })
    const view = await getDeployment(ctx, { deploymentId })
    expect(view.steps.map((step) => step.status)).toEqual(Array(6).fill('skipped'))
  })

  test('costs two statements, the template and everything it writes; one behind them wakes the workers', async () => {
    bench.statements.length = 0
    await createDeployment(ctx, { template, variables: { MODE: 'slow' } })
    const [found, written, ...behind] = bench.statements.map((statement) => statement.trim())
    expect(found).toMatch(/^select .*\sfrom tool_catalog/s)
    expect(written).toMatch(/^with made as/)
    for (const statement of behind) expect(statement).toMatch(/^select pg_notify/)
  })
})

describe('the queue', () => {
  const system = () => ({ ...bench.base, actor: { kind: 'system' as const, part: 'test' } })

  test('takes by priority, then the user with fewest running, then age, within its limits', async () => {
    await bench.sql`update deployments set state = 'cancelled' where state = 'queued'`
    const urgent = await newTemplate(bench.base)
    await bench.sql`update tool_catalog set deployment_priority = 9 where slug = ${urgent}`
    const greedy = await newUser(bench.base)
    const modest = await newUser(bench.base)
    const greedyIds: string[] = []
    for (let nth = 0; nth < RUNNING_PER_USER_MAX + 5; nth++)
      greedyIds.push((await createDeployment(greedy, { template })).deploymentId)
    const modestIds = [
      (await createDeployment(modest, { template })).deploymentId,
      (await createDeployment(modest, { template })).deploymentId,
    ]
    const first = (await createDeployment(modest, { template: urgent })).deploymentId

    const claimed = (await claim(system(), 'w1')).map(({ work }) => work.deploymentId)
    expect(claimed[0]).toBe(first)
    // Their first one has nothing running before it; the other user's urgent one counts against them.
    expect(claimed[1]).toBe(greedyIds[0])
    expect(claimed.indexOf(modestIds[0] ?? '')).toBeLessThan(claimed.indexOf(greedyIds[2] ?? ''))
    expect(claimed.filter((id) => greedyIds.includes(id))).toEqual(greedyIds.slice(0, RUNNING_PER_USER_MAX))
    expect(claimed.length).toBeLessThanOrEqual(RUNNING_TOTAL_MAX)
    expect(await claim(system(), 'w2')).toEqual([])
  })

  test('I9: what no worker took in time is told so, and a redeploy goes back to what serves', async () => {
    await bench.sql`update deployments set state = 'cancelled', lease_owner = null where state in ('queued', 'deploying')`
    const late = (await createDeployment(ctx, { template })).deploymentId
    const redeploy = (await createDeployment(ctx, { template })).deploymentId
    const fresh = (await createDeployment(ctx, { template })).deploymentId
    await bench.sql`update deployments set deadline_at = now() - interval '1 s' where id in (${late}, ${redeploy})`
    await bench.sql`update deployments set serving_attempt = 1, attempt = 2 where id = ${redeploy}`
    expect((await claim(system(), 'w1')).map(({ work }) => work.deploymentId)).toEqual([fresh])
    const view = await getDeployment(ctx, { deploymentId: late })
    expect(view).toMatchObject({ state: 'failed', error: { code: 'STEP_TIMEOUT', step: null } })
    expect(view.steps.map((step) => step.status)).toEqual(Array(6).fill('skipped'))
    expect((await getDeployment(ctx, { deploymentId: redeploy })).state).toBe('healthy')
  })

  test('two workers that claim at once share the work without taking anything twice', async () => {
    await bench.sql`update deployments set state = 'cancelled', lease_owner = null where state in ('queued', 'deploying')`
    for (let user = 0; user < 4; user++) {
      const one = await newUser(bench.base)
      for (let nth = 0; nth < 8; nth++) await createDeployment(one, { template })
    }
    const claims = await Promise.all(['w1', 'w2', 'w3'].map((worker) => claim(system(), worker)))
    const ids = claims.flat().map(({ work }) => work.deploymentId)
    expect(ids).toHaveLength(RUNNING_TOTAL_MAX)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
