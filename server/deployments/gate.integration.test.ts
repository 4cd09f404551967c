/** Which versions of a template may begin an attempt, and what their state says about what runs already. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import {
  createDeployment,
  getDeployment,
  listDeployments,
  redeployDeployment,
  startDeployment,
  stopDeployment,
} from './index.ts'
import type { DeploymentsDeps } from './ports.ts'
import { type SagaBench, sagaBench } from './testing-bench.ts'
import { newDroplet, newTemplate, newUser, untilAtRest, versionIdOf } from './testing-setup.ts'
import { things } from './testing-world.ts'

let bench: SagaBench
let ctx: UserCtx
let check: DeploymentsDeps['ensureValidated'] = async () => ({ verdict: 'pass', failures: [] })

beforeAll(async () => {
  bench = await sagaBench({ deps: () => ({ ensureValidated: (...args) => check(...args) }) })
  ctx = await newUser(bench.base)
  await newDroplet(ctx)
})
afterAll(() => bench?.end())

async function running(): Promise<{ template: string; id: string }> {
  const template = await newTemplate(bench.base)
  const { deploymentId: id } = await createDeployment(ctx, { template })
  expect((await untilAtRest(bench.sql, id)).state).toBe('healthy')
  return { template, id }
}

const setStatus = async (template: string, status: string, note = '') => {
  await bench.sql`update template_versions set status = ${status}, note = ${note} where id = ${await versionIdOf(bench.sql, template)}`
}

describe('a new deployment', () => {
  test.each([
    ['draft', null, 'NOT_FOUND'],
    ['withdrawn', new Date(), 'TEMPLATE_REFUSED'],
  ] as const)('of a %s version is refused', async (status, publishedAt, code) => {
    const template = await newTemplate(bench.base, {}, { status, publishedAt })
    await expect(createDeployment(ctx, { template })).rejects.toMatchObject({ code })
    await expect(createDeployment(ctx, { template, version: 1 })).rejects.toMatchObject({ code })
  })

  test('R10: of what was withdrawn before it was ever published is refused as what never existed', async () => {
    const refusal = (input: { template: string; version?: number }) =>
      createDeployment(ctx, input).then(
        () => null,
        ({ code, message, field, action }: BerthError) => ({ code, message, field, action }),
      )
    const template = await newTemplate(bench.base, {}, { status: 'withdrawn' })
    expect(await refusal({ template })).toEqual(await refusal({ template: 'never-existed' }))
    expect(await refusal({ template, version: 1 })).toEqual(await refusal({ template: 'never-existed', version: 1 }))
    expect(await refusal({ template })).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('of what its registry deleted is refused with what the registry says', async () => {
    const template = await newTemplate(bench.base)
    await bench.sql`update tool_catalog set upstream_status = 'deleted', upstream_message = 'steals keys' where slug = ${template}`
    await expect(createDeployment(ctx, { template })).rejects.toMatchObject({
      code: 'TEMPLATE_REFUSED',
      message: expect.stringContaining('steals keys'),
    })
  })

  test('of a deprecated version works, and says so', async () => {
    const template = await newTemplate(bench.base, {}, { status: 'deprecated', note: 'Use the other one.' })
    const { deploymentId } = await createDeployment(ctx, { template })
    expect((await untilAtRest(bench.sql, deploymentId)).state).toBe('healthy')
    const warnings = [{ kind: 'deprecated', message: expect.stringContaining('Use the other one.') }]
    expect(await getDeployment(ctx, { deploymentId })).toMatchObject({ warnings })
    expect(await listDeployments(ctx, { ids: [deploymentId] })).toMatchObject([{ warnings }])
  })

  test('whose version is withdrawn while it waits is refused when a worker begins', async () => {
    const template = await newTemplate(bench.base)
    await bench.sql`create function withdrawn_meanwhile() returns trigger language plpgsql as $$ begin
      update template_versions set status = 'withdrawn' where id = new.template_version_id; return new; end $$`
    await bench.sql`create trigger withdrawn_meanwhile before insert on deployments for each row
      execute function withdrawn_meanwhile()`
    const { deploymentId } = await createDeployment(ctx, { template })
    await bench.sql`drop trigger withdrawn_meanwhile on deployments`
    const rest = await untilAtRest(bench.sql, deploymentId)
    expect(rest).toMatchObject({ state: 'failed', error: { code: 'TEMPLATE_REFUSED', step: 'analysis' } })
  })
})

describe('what runs already', () => {
  test('goes on when its version is withdrawn, with a warning; it is never begun again', async () => {
    const { template, id } = await running()
    await setStatus(template, 'withdrawn', 'It leaks.')
    expect(await getDeployment(ctx, { deploymentId: id })).toMatchObject({
      state: 'healthy',
      warnings: [{ kind: 'withdrawn', message: expect.stringContaining('It leaks.') }],
    })
    await expect(redeployDeployment(ctx, { deploymentId: id })).rejects.toMatchObject({ code: 'TEMPLATE_REFUSED' })
    await stopDeployment(ctx, { deploymentId: id })
    await untilAtRest(bench.sql, id)
    await expect(startDeployment(ctx, { deploymentId: id })).rejects.toMatchObject({ code: 'TEMPLATE_REFUSED' })
  })

  test('is warned at once when its registry deletes or deprecates it', async () => {
    const { template, id } = await running()
    for (const status of ['deleted', 'deprecated']) {
      await bench.sql`update tool_catalog set upstream_status = ${status} where slug = ${template}`
      expect(await getDeployment(ctx, { deploymentId: id })).toMatchObject({
        warnings: [{ kind: `upstream-${status}` }],
      })
    }
  })
})

describe('the checks of a template', () => {
  async function deploy() {
    const { deploymentId } = await createDeployment(ctx, { template: await newTemplate(bench.base) })
    await untilAtRest(bench.sql, deploymentId)
    return getDeployment(ctx, { deploymentId })
  }

  test('refuse a deployment when one fails, with its finding and its fix', async () => {
    const failures = [{ title: 'Signature', summary: 'Nobody signed it.', fix: { text: 'Choose a signed image.' } }]
    check = async () => ({ verdict: 'fail', failures })
    expect(await deploy()).toMatchObject({
      state: 'failed',
      error: {
        code: 'TEMPLATE_REFUSED',
        step: 'analysis',
        message: 'Signature: Nobody signed it.',
        action: 'Choose a signed image.',
      },
    })
  })

  test('R20: hold up nothing when they can’t be run, and let a warning pass', async () => {
    check = async () => {
      throw new BerthError('REGISTRY_UNAVAILABLE', 'down')
    }
    expect(await deploy()).toMatchObject({ state: 'healthy' })
    check = async () => ({ verdict: 'warn', failures: [] })
    expect(await deploy()).toMatchObject({ state: 'healthy' })
  })
})

test('what runs is the image that was validated, wherever its tag points', async () => {
  const imageDigest = `sha256:${'a'.repeat(64)}`
  const template = await newTemplate(bench.base, {}, { imageDigest })
  const { deploymentId } = await createDeployment(ctx, { template })
  expect((await untilAtRest(bench.sql, deploymentId)).state).toBe('healthy')
  expect(await things(bench.sql, `%${template}%`)).toEqual([`image registry.test/mcp/${template}@${imageDigest}`])
})
