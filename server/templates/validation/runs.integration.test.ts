import { eq } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { workers } from '#db/schema/deployments.ts'
import { templateValidations, templateVersions, toolCatalog } from '#db/schema/templates.ts'
import { createCaller } from '#server/api/root.ts'
import type { LivePayload } from '#server/api/views.ts'
import type { ValidationView } from '#server/api/views-templates.ts'
import type { Person } from '#server/testing/stack.ts'
import { housekeepingTx } from '#server/tx.ts'
import { startValidationSchedule } from './schedule.ts'
import { planted, reportOf, type ValidationWorld, validationWorld, works } from './testing-world.ts'
import { createValidator } from './validator.ts'

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

describe('live', () => {
  async function* follow(person: Person, role: 'admin' | 'user', validationId: string): AsyncGenerator<LivePayload> {
    const leaving = new AbortController()
    const actor = {
      kind: 'user' as const,
      userId: person.userId,
      role,
      sessionId: person.sessionId,
      email: '',
      name: '',
    }
    const caller = createCaller(
      { base: stack.base, services: stack.services, actor, refused: null, request: { ip: '', userAgent: '' } },
      { signal: leaving.signal },
    )
    const stream = await caller.live.stream({ topics: [{ kind: 'validation', id: validationId }] })
    try {
      for await (const [, data] of stream as unknown as AsyncIterable<[string, LivePayload]>) yield data
    } finally {
      leaving.abort()
    }
  }

  test('an admin sees each check move, then the verdict', async () => {
    world.serve()
    let letGo = () => {}
    const gate = new Promise<void>((resolve) => {
      letGo = resolve
    })
    world.behave = async (input) => {
      await gate
      return works(input)
    }
    const { versionId } = await planted(stack.base, world.imageOf('weather'))
    const { validationId } = await stack.services.validator.start({
      ...{ versionId, trigger: 'manual', userId: admin.userId, dryRun: true },
    })
    let seen: ValidationView | undefined
    const states = new Set<string>()
    for await (const payload of follow(admin, 'admin', validationId)) {
      if (payload.topic !== 'validation') throw new Error(payload.topic)
      seen = payload.validation
      const dry = seen.checks.find(({ id }) => id === 'dry-run')
      states.add(dry?.state ?? '')
      if (dry?.state === 'running' && seen.checks.filter(({ state }) => state === 'done').length >= 18) letGo()
      if (seen.endedAt) break
    }
    expect(states.has('running') && states.has('done')).toBe(true)
    expect(seen).toMatchObject({ verdict: 'warn', trigger: 'manual', version: 1 })
  })

  test('R10: nobody else does', async () => {
    world.serve()
    const { validationId } = await world.validate(world.imageOf('weather'))
    const person = await stack.person()
    const first = await follow(person, 'user', validationId).next()
    expect(first.value).toMatchObject({ topic: 'error', code: 'NOT_ALLOWED' })
  })
})

describe('I9: no run stays open', () => {
  const schedule = () =>
    startValidationSchedule({ ...stack, validator: stack.services.validator, elected: async () => true })

  test('what a dead process ran is ended as interrupted, and so is what a stop cuts off', async () => {
    const { versionId } = await planted(stack.base, world.imageOf('weather'))
    await stack.base.db.insert(workers).values({ id: 'dead-worker', role: 'all', heartbeatAt: new Date(0) })
    world.serve()
    world.behave = () => new Promise(() => {})
    const dying = createValidator({
      ...{ base: stack.base, workerId: 'dead-worker' },
      deps: {
        images: { inspect: () => new Promise(() => {}) },
        signature: () => new Promise(() => {}),
        scan: () => new Promise(() => {}),
        offer: async () => null,
        resolvePackage: () => new Promise(() => {}),
        dryRun: { start: () => new Promise(() => {}), result: () => new Promise(() => {}) },
      },
    })
    const { validationId } = await dying.start({ versionId, trigger: 'save', userId: null, dryRun: false })
    const turns = schedule()
    await turns.now()
    await turns.stop()
    const row = await reportOf(stack.base, validationId)
    expect(row).toMatchObject({ verdict: 'skipped' })
    expect(row.endedAt).not.toBeNull()
    expect(row.check('image-manifest')).toMatchObject({ state: 'waiting', verdict: null })
  })

  test('a published version that nobody looked at for a day is looked at again, one that was is not', async () => {
    world.serve()
    const fresh = await world.validate(world.imageOf('weather'))
    await housekeepingTx(stack.base.db, (tx) => tx.update(toolCatalog).set({ status: 'withdrawn' }))
    await stack.base.db.update(templateVersions).set({ status: 'withdrawn' })
    const old = await world.validate(world.imageOf('weather'))
    await stack.base.db
      .update(templateValidations)
      .set({ endedAt: new Date(Date.now() - 25 * 3600_000) })
      .where(eq(templateValidations.templateVersionId, old.versionId))
    const turns = schedule()
    await turns.now()
    await stack.services.validator.idle()
    await turns.stop()
    const rows = await stack.base.db
      .select({ version: templateValidations.templateVersionId, verdict: templateValidations.verdict })
      .from(templateValidations)
      .where(eq(templateValidations.trigger, 'schedule'))
    expect(rows).toEqual([{ version: old.versionId, verdict: 'warn' }])
    expect(fresh.report.verdict).toBe('warn')
  })
})
