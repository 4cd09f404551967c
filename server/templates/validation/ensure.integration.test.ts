import { eq, sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { templateValidations } from '#db/schema/templates.ts'
import { checksFor } from './checks.ts'
import { interruptValidation, openValidation } from './store.ts'
import { planted, type ValidationWorld, validationWorld } from './testing-world.ts'

let world: ValidationWorld
let stack: ValidationWorld['stack']
let admin: ValidationWorld['admin']

beforeAll(async () => {
  world = await validationWorld()
  ;({ stack, admin } = world)
})
afterAll(() => world?.end())
beforeEach(() => world.reset())
afterEach(() => stack.services.validator.idle())

describe('R20: a registry that is down', () => {
  test('fails nothing, and takes nothing away that was known', async () => {
    world.serve()
    const { versionId, templateId } = await world.validate(world.imageOf('weather'))
    const before = [await world.versionRow(versionId), await world.headRow(templateId)]
    world.registry.break()
    const { report } = await world.validateAgain(versionId)
    expect(report.check('image-manifest').verdict).toBe('skipped')
    expect(report.verdict).not.toBe('fail')
    expect([await world.versionRow(versionId), await world.headRow(templateId)]).toEqual(before)
  })

  test('holds up no deployment', async () => {
    world.registry.break()
    const { versionId } = await planted(stack.base, world.imageOf('weather'))
    const signal = AbortSignal.timeout(30_000)
    expect(await stack.services.validator.ensure({ versionId }, { signal })).toEqual({ verdict: 'pass', failures: [] })
  })
})

describe('before a deployment', () => {
  const ensure = (versionId: string) =>
    stack.services.validator.ensure({ versionId }, { signal: AbortSignal.timeout(30_000) })
  const runs = (versionId: string) =>
    stack.base.db.$count(templateValidations, eq(templateValidations.templateVersionId, versionId))
  const age = (versionId: string) =>
    stack.base.db
      .update(templateValidations)
      .set({ endedAt: new Date(Date.now() - 25 * 3600_000), startedAt: new Date(Date.now() - 26 * 3600_000) })
      .where(eq(templateValidations.templateVersionId, versionId))

  test('what was looked at today is believed; after a day image and security are looked at again', async () => {
    world.serve()
    const { versionId } = await world.validate(world.imageOf('weather'))
    await ensure(versionId)
    expect(await runs(versionId)).toBe(1)
    await age(versionId)
    world.serve({ Entrypoint: ['/usr/sbin/sshd'] })
    const found = await ensure(versionId)
    expect(found.verdict).toBe('fail')
    expect(found.failures.map(({ id }) => id)).toEqual(['security-entrypoint'])
    expect(await runs(versionId)).toBe(2)
    const [newest] = await stack.base.db
      .select()
      .from(templateValidations)
      .where(sql`${templateValidations.templateVersionId} = ${versionId} and trigger = 'deployment'`)
    const dry = newest?.checks.find(({ id }) => id === 'dry-run')
    expect(dry?.summary).toMatch(/^As of \d{4}-\d\d-\d\d: It started and lists 1 tool\.$/)
    expect(newest?.facts.tools).toEqual([{ name: 'forecast' }])
    expect(world.tried).toHaveLength(1)
  })

  test('R9: a run that was cut short says nothing: the checks run again, and a later orphan takes nothing away', async () => {
    world.serve({ Entrypoint: ['/usr/sbin/sshd'] })
    const { versionId } = await planted(stack.base, world.imageOf('weather'))
    const orphan = async (startedAt: Date) => {
      const ids = checksFor(world.imageOf('weather').config)
      const id = await openValidation(stack.base, {
        ...{ versionId, trigger: 'manual', userId: null, workerId: 'dead-worker', ids },
      })
      await stack.base.db.update(templateValidations).set({ startedAt }).where(eq(templateValidations.id, id))
      await interruptValidation(stack.base, id, 'dead-worker')
    }
    await orphan(new Date())
    expect((await ensure(versionId)).verdict).toBe('fail')
    // Begun by another process after the run that is asked for here, and dead before it ended.
    await orphan(new Date(Date.now() + 3600_000))
    const found = await ensure(versionId)
    expect(found.failures.map(({ id }) => id)).toEqual(['security-entrypoint'])
  })

  test('R9: a run that somebody took for dead while it went on is begun again', async () => {
    world.serve({ Entrypoint: ['/usr/sbin/sshd'] })
    const { versionId } = await planted(stack.base, world.imageOf('weather'))
    let cut = 0
    world.registry.onRequest(async () => {
      if (cut++ > 0) return
      await stack.sql`update template_validations set ended_at = now(), verdict = 'skipped'
        where template_version_id = ${versionId} and ended_at is null`
    })
    expect((await ensure(versionId)).verdict).toBe('fail')
    expect(await runs(versionId)).toBe(2)
  })

  test('many at once are one run', async () => {
    world.serve()
    const { versionId } = await planted(stack.base, world.imageOf('weather'))
    await Promise.all(Array.from({ length: 10 }, () => ensure(versionId)))
    expect(await runs(versionId)).toBe(1)
  })

  test('what an admin accepted when publishing refuses nobody', async () => {
    world.serve({ Entrypoint: ['/usr/sbin/sshd'] })
    const made = await world.validate(world.imageOf('weather'))
    expect((await ensure(made.versionId)).verdict).toBe('fail')
    const published = await stack.call(
      'admin.templates.publish',
      { slug: made.slug, version: 1, accept: { checks: ['security-entrypoint'], reason: 'We know it.' } },
      { method: 'POST', token: admin.apiToken },
    )
    expect(published.error).toBeNull()
    expect(await ensure(made.versionId)).toEqual({ verdict: 'pass', failures: [] })
  })
})
