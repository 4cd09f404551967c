import { expect, test } from 'vitest'
import { testDatabase } from '#db/testing.ts'
import { createLog } from '#server/observability/log.ts'
import { startWorkflows } from './engine.ts'

test('workflows that ended are deleted after a while; those under way stay', async () => {
  const database = await testDatabase()
  let go = () => {}
  const gate = new Promise<void>((resolve) => {
    go = resolve
  })
  const workflows = await startWorkflows<{ nth: number }>({
    databaseUrl: database.url,
    executorId: 'one',
    log: createLog('silent'),
    keepFinishedMs: 0,
    run: async (id) => (id === 'slow' ? gate : undefined),
  })
  try {
    for (const id of ['a', 'b', 'slow']) await workflows.start(id, { nth: 1 })
    await expect.poll(async () => (await workflows.find('b'))?.finished).toBe(true)
    await expect.poll(async () => (await workflows.find('a'))?.finished).toBe(true)
    // Completion times are whole milliseconds.
    await new Promise((resolve) => setTimeout(resolve, 5))
    await workflows.forgetFinished()
    expect(await workflows.find('a')).toBeNull()
    expect(await workflows.find('b')).toBeNull()
    expect(await workflows.find('slow')).toMatchObject({ finished: false })
  } finally {
    go()
    await workflows.stop()
    await database.end()
  }
})
