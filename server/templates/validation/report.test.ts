import { expect, test } from 'vitest'
import type { Base } from '#server/context.ts'
import { pass } from './checks.ts'
import { createReport } from './report.ts'

const base = { db: { execute: async () => [] }, log: { warn: () => {} } } as unknown as Base
const report = () => createReport(base, 'id', ['image-size'], new AbortController().signal)
const storable = (value: unknown) => !/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i.test(JSON.stringify(value))

test('R3: no text of an image makes a finding that the database refuses', async () => {
  const made = report()
  const lines = ['\ud800', '\0', `${'x'.repeat(499)}🔥`, `${'🔥'.repeat(400)}`, ` ${'🔥'.repeat(400)}`]
  for (const line of lines) await made.run('image-size', () => ({ ...pass(line, [line]), fix: { text: line } }))
  expect(made.checks[0]?.summary).toHaveLength(499)
  for (const line of lines) {
    await made.run('image-size', () => ({ ...pass(line, [line]), fix: { text: line } }))
    expect(storable(made.checks)).toBe(true)
  }
})

test('R8: a secret that looks like JSON is blanked in the tools, and keeps nothing else from being told', () => {
  const made = report()
  const secret = '","description":"'
  made.hide([secret, 'name'])
  made.know({ tools: [{ name: 'forecast', description: `It knows ${secret}.` }, { name: 'x' }] })
  expect(made.facts.tools).toEqual([{ name: 'forecast', description: 'It knows [redacted].' }, { name: 'x' }])
})
