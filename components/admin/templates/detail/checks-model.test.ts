import { describe, expect, it } from 'vitest'
import type { Check } from '#db/template-validation.ts'
import type { ValidationView } from '#server/api/views-templates.ts'
import {
  checkState,
  countVerdicts,
  countWords,
  failing,
  fixable,
  groupChecks,
  notTried,
  opensItself,
  publishBlock,
  runState,
} from './checks-model.ts'

const check = (over: Partial<Check> = {}): Check => ({
  id: 'image-manifest',
  group: 'image',
  title: 'The image is there',
  state: 'done',
  verdict: 'pass',
  summary: 'Found.',
  evidence: [],
  fix: null,
  durationMs: 12,
  ...over,
})

const checks = [
  check(),
  check({ id: 'security-user', group: 'security', verdict: 'fail', fix: { text: 'Rebuild it with USER.' } }),
  check({
    id: 'resources-memory',
    group: 'resources',
    verdict: 'warn',
    fix: { text: 'Use 256 MB.', patch: [{ path: ['config', 'resources', 'memoryBytes'], value: 2 ** 28 }] },
  }),
  check({ id: 'security-vulnerabilities', group: 'security', verdict: 'skipped' }),
  check({ id: 'dry-run', group: 'dependencies', state: 'running', verdict: null }),
]

const run = (over: Partial<ValidationView> = {}): ValidationView => ({
  id: '00000000-0000-7000-8000-000000000001',
  slug: 'weather',
  version: 1,
  trigger: 'save',
  verdict: null,
  checks,
  facts: {
    digest: null,
    compressedBytes: null,
    layers: null,
    platforms: [],
    user: null,
    exposedPorts: [],
    createdAt: null,
    tools: null,
    protocolVersion: null,
    startMs: null,
  },
  startedAt: new Date(0),
  endedAt: null,
  ...over,
})

describe('the checklist', () => {
  it('stands in the order of the report, by group, with what each group found', () => {
    expect(groupChecks(checks).map(({ group, counts }) => `${group}: ${countWords(counts)}`)).toEqual([
      'image: 1 passed',
      'resources: 1 warning',
      'security: 1 failed, 1 not checked',
      'dependencies: ',
    ])
    expect(countVerdicts(checks)).toEqual({ pass: 1, warn: 1, fail: 1, skipped: 1 })
  })

  it('opens what asks for a person, and only once it is known', () => {
    expect(checks.filter(opensItself).map(({ id }) => id)).toEqual(['security-user', 'resources-memory'])
    expect(checks.map(checkState)).toEqual(['pass', 'fail', 'warn', 'skipped', 'running'])
  })

  it('offers one click only where a patch can do it', () => {
    expect(fixable(checks).map(({ id }) => id)).toEqual(['resources-memory'])
  })

  it('knows when nobody tried whether the server starts', () => {
    expect(notTried(checks)).toBe(false)
    expect(notTried([check({ id: 'dry-run', group: 'dependencies', verdict: 'skipped' })])).toBe(true)
  })

  it('holds publishing back until the checks ended, and then names what fails', () => {
    expect(publishBlock(null)).toMatch(/not run/)
    expect(publishBlock(run())).toMatch(/under way/)
    expect(publishBlock(run({ endedAt: new Date(1), verdict: 'fail' }))).toMatch(/interrupted/)
    const ended = run({ endedAt: new Date(1), verdict: 'fail', checks: checks.filter((each) => each.state === 'done') })
    expect(publishBlock(ended)).toBeNull()
    expect(failing(ended).map(({ id }) => id)).toEqual(['security-user'])
    expect([runState(null), runState(run()), runState(ended)]).toEqual(['none', 'running', 'fail'])
  })
})
