/** What a new deployment begins with, what it may use again, and what that is measured by. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '#db/testing.ts'
import type { UserCtx } from '#server/context.ts'
import type { EnginePool } from '#server/engine/port.ts'
import { startUsageSampler } from './health/usage.ts'
import { startHousekeeping } from './housekeeping.ts'
import { createDeployment, listDeployments, templateDefaults } from './index.ts'
import { newDroplet, newTemplate, newUser, type TestBase, testBase, versionIdOf } from './testing-setup.ts'
import { openVariables } from './variables.ts'

const MIB = 2 ** 20

let database: TestDatabase
let bench: TestBase
let ctx: UserCtx
let template: string
const declared = [
  { name: 'API_KEY', description: '', isRequired: true, isSecret: true },
  { name: 'HOST', description: '', isRequired: false, isSecret: false },
  { name: 'MODE', description: '', isRequired: false, isSecret: false, default: 'fast', choices: ['fast', 'slow'] },
  { name: 'SIGNING', description: '', isRequired: true, isSecret: true, generate: true },
  { name: 'URL', description: '', isRequired: false, isSecret: false, value: 'https://{HOST}' },
]

beforeAll(async () => {
  database = await testDatabase()
  bench = testBase(database.url)
  ctx = await newUser(bench.base)
  template = await newTemplate(bench.base, { environmentVariables: declared })
})
afterAll(async () => {
  await bench?.end()
  await database?.end()
})

const given = { API_KEY: 'canary-77aa', HOST: 'db.test', MODE: 'slow' }
const system = () => ({ ...bench.base, actor: { kind: 'system' as const, part: 'test' } })

async function storedOf(deploymentId: string): Promise<Record<string, string>> {
  const [row] = await bench.sql`select variables from deployments where id = ${deploymentId}`
  return openVariables(bench.base.vault, deploymentId, row?.variables as Parameters<typeof openVariables>[2])
}

describe('defaults', () => {
  test('of a first deployment come from the template', async () => {
    const newcomer = await newUser(bench.base)
    expect(await templateDefaults(newcomer, { template })).toEqual({
      variables: {
        API_KEY: { from: 'default' },
        HOST: { from: 'default' },
        MODE: { from: 'default', value: 'fast' },
        SIGNING: { from: 'generated' },
      },
      region: null,
      resources: { memoryBytes: 128 * MIB, cpuMillis: 100, basis: null },
    })
  })

  test('I6, I7: name what this person gave before, without a secret’s value, and nothing of others', async () => {
    const { deploymentId } = await createDeployment(ctx, { template, variables: given, name: 'First' })
    const view = await templateDefaults(ctx, { template })
    const saved = { from: 'saved', deploymentId, deploymentName: 'First', sameTemplate: true }
    expect(view.variables).toEqual({
      API_KEY: saved,
      HOST: { ...saved, value: 'db.test' },
      MODE: { ...saved, value: 'slow' },
      SIGNING: { from: 'generated' },
    })
    expect(JSON.stringify(view)).not.toContain('canary-77aa')
    const stranger = await newUser(bench.base)
    expect((await templateDefaults(stranger, { template })).variables.HOST).toEqual({ from: 'default' })
  })

  test('take a value of another template by its name, unless a secret would be shown or it does not fit', async () => {
    const other = await newTemplate(bench.base, {
      environmentVariables: [
        { name: 'API_KEY', description: '', isRequired: false, isSecret: false },
        { name: 'HOST', description: '', isRequired: false, isSecret: false, format: 'number' },
        { name: 'MODE', description: '', isRequired: false, isSecret: false, default: 'calm' },
      ],
    })
    expect((await templateDefaults(ctx, { template: other })).variables).toEqual({
      API_KEY: { from: 'default' },
      HOST: { from: 'default' },
      MODE: { from: 'default', value: 'calm' },
    })
    const third = await newTemplate(bench.base, {
      environmentVariables: [{ name: 'API_KEY', description: '', isRequired: true, isSecret: true }],
    })
    expect((await templateDefaults(ctx, { template: third })).variables.API_KEY).toMatchObject({
      from: 'saved',
      sameTemplate: false,
    })
  })

  test('name the region of the fleet, where the template allows it', async () => {
    const owner = await newUser(bench.base)
    await newDroplet(owner)
    expect((await templateDefaults(owner, { template })).region).toEqual({
      slug: 'nyc3',
      reason: 'Your droplet is there.',
    })
    const bound = await newTemplate(bench.base)
    await bench.sql`update tool_catalog set auto_deploy_criteria = '{"regions": ["fra1"]}' where slug = ${bound}`
    expect((await templateDefaults(owner, { template: bound })).region).toMatchObject({ slug: 'fra1' })
  })

  test('are sized by what containers of the template used', async () => {
    const measured = await newTemplate(bench.base)
    const { deploymentId } = await createDeployment(ctx, { template: measured })
    await bench.sql`insert into usage_samples
      select ${deploymentId}, now() - n * interval '1 minute', ${40 * MIB} + n, 10 from generate_series(1, 40) n`
    const { resources } = await templateDefaults(ctx, { template: measured })
    expect(resources).toMatchObject({ memoryBytes: 64 * MIB, cpuMillis: 100, basis: { deployments: 1, samples: 40 } })
  })

  test.each(['draft', 'withdrawn'] as const)('of a %s template are not there', async (status) => {
    const hidden = await newTemplate(bench.base, {}, { status })
    await expect(templateDefaults(ctx, { template: hidden })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('a new deployment', () => {
  test('uses the values that it is told to use again; a given one wins, a secret is made anew', async () => {
    const { deploymentId: first } = await createDeployment(ctx, { template, variables: given })
    const { deploymentId } = await createDeployment(ctx, {
      template,
      reuse: { API_KEY: first, HOST: first, MODE: first },
      variables: { MODE: 'fast', API_KEY: '' },
    })
    const [before, after] = [await storedOf(first), await storedOf(deploymentId)]
    expect(after).toMatchObject({ API_KEY: 'canary-77aa', HOST: 'db.test', MODE: 'fast' })
    expect(after.SIGNING).not.toBe(before.SIGNING)
  })

  test('uses nothing again by itself', async () => {
    await expect(createDeployment(ctx, { template })).rejects.toMatchObject({ field: 'variables.API_KEY' })
  })

  test('I7: another’s deployment, or a dry run, is as good as missing', async () => {
    const { deploymentId } = await createDeployment(ctx, { template, variables: given })
    const stranger = await newUser(bench.base)
    const reuse = { API_KEY: deploymentId }
    await expect(createDeployment(stranger, { template, reuse })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await bench.sql`update deployments set purpose = 'dry-run' where id = ${deploymentId}`
    await expect(createDeployment(ctx, { template, reuse })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('R8: does not take a secret for a variable that is none', async () => {
    const { deploymentId } = await createDeployment(ctx, { template, variables: given })
    const open = await newTemplate(bench.base, {
      environmentVariables: [{ name: 'API_KEY', description: '', isRequired: false, isSecret: false }],
    })
    await expect(createDeployment(ctx, { template: open, reuse: { API_KEY: deploymentId } })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      field: 'reuse.API_KEY',
    })
  })

  test('shows the memory that it was given in place of the template’s', async () => {
    const { deploymentId } = await createDeployment(ctx, {
      template,
      variables: given,
      resources: { memoryBytes: 512 * MIB },
    })
    expect(await listDeployments(ctx, { ids: [deploymentId] })).toMatchObject([{ memoryBytes: 512 * MIB }])
  })
})

test('a round samples each serving container once, and one that does not answer holds up no other', async () => {
  const owner = await newUser(bench.base)
  const dropletId = await newDroplet(owner)
  const ids = await Promise.all([1, 2, 3].map(() => createDeployment(owner, { template, variables: given })))
  for (const { deploymentId: id } of ids)
    await bench.sql`update deployments set state = 'healthy', droplet_id = ${dropletId}, container_id = ${id} where id = ${id}`
  const silent = ids[1]?.deploymentId
  const stats = async (id: string) => {
    if (id === silent) throw new Error('no answer')
    return { at: new Date(), memoryBytes: 50 * MIB, memoryLimitBytes: 128 * MIB, cpuMillis: 7, pids: 3 }
  }
  const engines = { engine: async () => ({ stats }) } as unknown as EnginePool
  const sampler = startUsageSampler({ ctx: system(), deps: { engines }, elected: async () => true })
  await sampler.now()
  await sampler.stop()
  const rows = await bench.sql<{ id: string; memory: number }[]>`
    select deployment_id as id, memory_bytes::int as memory from usage_samples
    where deployment_id = any(${ids.map((d) => d.deploymentId)})`
  expect(rows.map((row) => row.id).sort()).toEqual(
    ids
      .map((d) => d.deploymentId)
      .filter((id) => id !== silent)
      .sort(),
  )
  expect(rows.every((row) => row.memory === 50 * MIB)).toBe(true)
})

test('samples go after a week, dry runs a day after they ended with nothing left', async () => {
  const { deploymentId } = await createDeployment(ctx, { template, variables: given })
  await bench.sql`insert into usage_samples values
    (${deploymentId}, now() - interval '8 days', 1, 1), (${deploymentId}, now() - interval '6 days', 1, 1)`
  const versionId = await versionIdOf(bench.sql, template)
  const insert = async (state: string, age: string, leftovers: string[] = []) => {
    const [row] = await bench.sql<{ id: string }[]>`
      insert into deployments (id, user_id, template_id, template_version_id, purpose, name, priority, variables, state,
        updated_at, error)
      select gen_random_uuid(), ${ctx.actor.userId}, template_id, id, 'dry-run', 'x', 1, '{}', ${state},
        now() - ${age}::interval, ${JSON.stringify({ leftovers })}::jsonb
      from template_versions where id = ${versionId} returning id`
    return row?.id ?? ''
  }
  const old = await insert('cancelled', '2 days')
  const kept = [
    await insert('cancelled', '1 hour'),
    await insert('undoing', '2 days'),
    await insert('failed', '2 days', ['container.remove x']),
  ]
  const housekeeping = startHousekeeping({ ctx: system(), elected: async () => true })
  await housekeeping.now()
  await housekeeping.stop()
  expect(await bench.sql`select 1 from usage_samples where deployment_id = ${deploymentId}`).toHaveLength(1)
  expect(await bench.sql`select 1 from deployments where id = ${old}`).toHaveLength(0)
  expect(await bench.sql`select 1 from deployments where id = any(${kept})`).toHaveLength(3)
})
