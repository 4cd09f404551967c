import { expect, it } from 'vitest'
import { timeline } from './timeline-model.ts'

const at = new Date('2026-01-02T00:00:00.000Z')

it('tells the life of a deployment newest first, without the many reports of progress', () => {
  const lines = timeline([
    { type: 'state', data: { from: null, to: 'queued' }, n: 1, at, attempt: 1 },
    { type: 'step.progress', data: { step: 'image-pull', message: '10 MB' }, n: 2, at, attempt: 1 },
    { type: 'step.succeeded', data: { step: 'image-pull', message: 'Pulled', durationMs: 1400 }, n: 3, at, attempt: 1 },
    { type: 'tools.listed', data: { count: 9, era: 'session', protocolVersion: '2025-11-25' }, n: 4, at, attempt: 1 },
    { type: 'state', data: { from: 'deploying', to: 'healthy' }, n: 5, at, attempt: 1 },
  ])
  expect(lines.map((line) => `${line.n} ${line.title}${line.detail && ` (${line.detail})`}`)).toMatchInlineSnapshot(`
    [
      "5 Healthy",
      "4 The server lists 9 tools (MCP 2025-11-25)",
      "3 Pulling image took 1.4 s (Pulled)",
      "1 Created",
    ]
  `)
})
