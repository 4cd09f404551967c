import { describe, expect, test } from 'vitest'
import type { ToolSummary } from '#db/schema/deployments.ts'
import type { EnvironmentVariable } from '#db/template-config.ts'
import type { DryRunResult } from '#server/deployments/index.ts'
import { dryRun, namedIn, standIns } from './dry-run.ts'
import { applyPatch } from './patch.ts'
import { content, image, withVariables } from './testing.ts'
import { declared, formats, placeholders } from './variables.ts'

describe('what a server needs is declared', () => {
  test('a variable that a dry run asked for is declared with a click', () => {
    const found = declared(content(), image(), ['WEATHER_API_KEY'])
    expect(found).toMatchObject({
      verdict: 'fail',
      summary: 'It needs WEATHER_API_KEY, which the template does not declare.',
    })
    const patched = applyPatch(content(), found.fix?.patch ?? [])
    expect(patched.config.environmentVariables).toMatchObject([
      { name: 'WEATHER_API_KEY', isRequired: true, isSecret: true },
    ])
    expect(declared(patched, image(), ['WEATHER_API_KEY']).verdict).toBe('pass')
  })

  test('what the image leaves empty can be offered; what a system sets can’t', () => {
    const seen = image({ env: ['CITY=', 'PATH=', 'NODE_ENV=', 'PYTHONPATH=', 'HTTP_PROXY=', 'MODE=fast'] })
    const found = declared(content(), seen, [])
    expect(found).toMatchObject({ verdict: 'warn', evidence: ['CITY: the image leaves it empty for somebody to set'] })
    const patched = applyPatch(content(), found.fix?.patch ?? [])
    expect(patched.config.environmentVariables).toMatchObject([{ name: 'CITY', isRequired: false }])
    expect(declared(patched, seen, []).verdict).toBe('pass')
  })

  test('R8: a name of a secret is marked as one, and its default leaves with that', () => {
    const template = withVariables({ name: 'CITY' }, { name: 'API_TOKEN', default: 'canary-value' })
    const found = declared(template, image(), [])
    expect(found.verdict).toBe('warn')
    expect(JSON.stringify(found)).not.toContain('canary')
    const patched = applyPatch(template, found.fix?.patch ?? [])
    expect(patched.config.environmentVariables[1]).toMatchObject({
      name: 'API_TOKEN',
      isSecret: true,
      isRequired: true,
    })
    expect(declared(patched, image(), []).verdict).toBe('pass')
  })

  test('patches of several findings don’t overwrite each other', () => {
    const template = withVariables({ name: 'API_TOKEN' })
    const found = declared(template, image({ env: ['CITY=', 'LANGUAGE_OF_IT='] }), ['REGION_CODE'])
    const names = applyPatch(template, found.fix?.patch ?? []).config.environmentVariables.map(({ name }) => name)
    expect(names).toEqual(['API_TOKEN', 'REGION_CODE', 'CITY', 'LANGUAGE_OF_IT'])
  })
})

describe('defaults', () => {
  test.each([
    ['a number', { format: 'number', default: '8080' }, 'pass'],
    ['no number', { format: 'number', default: 'many' }, 'fail'],
    ['no boolean', { format: 'boolean', default: 'yes' }, 'fail'],
    ['no absolute path', { format: 'filepath', default: 'data' }, 'fail'],
    ['a choice', { choices: ['a', 'b'], default: 'a' }, 'pass'],
    ['no choice', { choices: ['a', 'b'], default: 'c' }, 'fail'],
    ['none', {}, 'pass'],
  ] satisfies [string, Partial<EnvironmentVariable>, string][])('%s', (_, more, verdict) => {
    const template = withVariables({ name: 'MODE', ...more })
    const found = formats(template)
    expect(found.verdict).toBe(verdict)
    expect(formats(applyPatch(template, found.fix?.patch ?? [])).verdict).toBe('pass')
  })

  test('R8: a wrong default is not repeated: it may be a secret', () => {
    expect(JSON.stringify(formats(withVariables({ name: 'PIN', format: 'number', default: 'canary' })))).not.toContain(
      'canary',
    )
  })

  test('twice declared, and an argument for nothing, are told', () => {
    expect(formats(withVariables({ name: 'A' }, { name: 'A' })).summary).toBe('A: declared twice.')
    expect(formats(content({ arguments: [{ onlyWith: 'CITY', values: ['--city', '{CITY}'] }] })).verdict).toBe('fail')
    expect(formats(content({ arguments: ['--city={CITY}'] })).summary).toBe('{CITY} stands for no variable.')
  })

  test('a placeholder is removed and asked for', () => {
    const template = withVariables(
      { name: 'API_URL', default: '<your-url>' },
      { name: 'MODE', default: 'example', choices: ['example'] },
    )
    const found = placeholders(template)
    expect(found).toMatchObject({ verdict: 'fail', evidence: ['API_URL: <your-url>'] })
    const patched = applyPatch(template, found.fix?.patch ?? [])
    expect(patched.config.environmentVariables[0]).toEqual({
      name: 'API_URL',
      description: '',
      isRequired: true,
      isSecret: false,
    })
    expect(placeholders(patched).verdict).toBe('pass')
  })
})

describe('a dry run', () => {
  test('gets harmless values of the right form for what only a person has', () => {
    const required = { isRequired: true }
    const template = withVariables(
      { name: 'API_KEY', ...required, isSecret: true },
      { name: 'PORT_NUMBER', ...required, format: 'number' },
      { name: 'VERBOSE', ...required, format: 'boolean' },
      { name: 'MODE', ...required, choices: ['fast', 'slow'] },
      { name: 'BASE_URL', ...required },
      { name: 'GIVEN', ...required, default: 'x' },
      { name: 'MADE', ...required, generate: true },
      { name: 'OPTIONAL' },
    )
    expect(standIns(template)).toEqual({
      API_KEY: 'berth-dry-run-no-real-secret',
      PORT_NUMBER: '1',
      VERBOSE: 'false',
      MODE: 'fast',
      BASE_URL: 'https://example.com',
    })
  })

  test.each([
    ['Error: WEATHER_API_KEY environment variable is required', ['WEATHER_API_KEY']],
    ["KeyError: 'NOTION_TOKEN'", ['NOTION_TOKEN']],
    ['Please set GITHUB_PERSONAL_ACCESS_TOKEN', ['GITHUB_PERSONAL_ACCESS_TOKEN']],
    ['missing: city', []],
    ['Error: CITY is required', ['CITY']],
    ['ERROR: HTTP 401 required', []],
    ['ERR_MODULE_NOT_FOUND: package is missing', []],
    ['listening, NODE_ENV is undefined', []],
    ['connected with API_KEY', []],
    ['Missing required variables:\n  - SLACK_BOT_TOKEN\n  - SLACK_TEAM_ID', ['SLACK_BOT_TOKEN']],
  ])('%s names %j', (text, names) => {
    expect(namedIn(text.split('\n'), withVariables({ name: 'CITY' })).slice(0, 1)).toEqual(names.slice(0, 1))
  })

  const failed = (logTail: string[], code = 'CONTAINER_EXITED') =>
    ({ ok: false, step: 'health-check', code, message: 'The container ended.', logTail }) as const

  test('that names an undeclared variable fails; the fix declares it', () => {
    const log = ['Error: WEATHER_API_KEY is required']
    const found = dryRun(content(), failed(log), namedIn(log, content()))
    expect(found).toMatchObject({ verdict: 'fail', summary: 'It did not start: it asks for WEATHER_API_KEY.' })
    expect(found.evidence).toContain('Log: Error: WEATHER_API_KEY is required')
    const patched = applyPatch(content(), found.fix?.patch ?? [])
    expect(dryRun(patched, failed(log), namedIn(log, patched)).verdict).toBe('warn')
  })

  test('that names an optional variable makes it required', () => {
    const template = withVariables({ name: 'CITY' })
    const found = dryRun(template, failed(['CITY must be set']), ['CITY'])
    expect(applyPatch(template, found.fix?.patch ?? []).config.environmentVariables[0]?.isRequired).toBe(true)
  })

  test('that refuses a stand-in for what is required anyway only warns', () => {
    const template = withVariables({ name: 'API_KEY', isRequired: true, isSecret: true })
    expect(dryRun(template, failed(['API_KEY is not set to a valid key']), ['API_KEY']).verdict).toBe('warn')
  })

  test.each(['NO_PLACEMENT', 'CLOUD_ACCOUNT_MISSING', 'CLOUD_UNAVAILABLE', 'SSH_UNREACHABLE', 'IMAGE_PULL_FAILED'])(
    'R20: %s says nothing about the template',
    (code) => {
      expect(dryRun(content(), failed([], code), []).verdict).toBe('skipped')
    },
  )

  test('says whether there is no room or no droplet at all', () => {
    const found = (hasDroplet: boolean) => dryRun(content(), failed([], 'NO_PLACEMENT'), [], hasDroplet).summary
    expect(found(true)).toContain('no droplet of yours has room')
    expect(found(false)).toContain('you have no droplet yet')
  })

  test('that lists tools passes', () => {
    const result = (tools: ToolSummary[]): DryRunResult => ({
      ...{
        ok: true,
        startMs: 1234,
        protocolVersion: '2025-11-25',
        serverInfo: { name: 'weather', version: '1' },
        tools,
      },
    })
    const found = dryRun(content(), result([{ name: 'forecast' }]), [])
    expect(found).toMatchObject({ verdict: 'pass', summary: 'It started and lists 1 tool.' })
    expect(found.evidence).toEqual(['Server: weather 1', 'Protocol: 2025-11-25', 'Started in 1.2 s', 'Tool: forecast'])
    expect(dryRun(content(), result([]), []).verdict).toBe('warn')
  })
})

test('R8: what mends a default never carries the value that the template fixes', () => {
  const template = withVariables({ name: 'PIN', format: 'number', default: 'no', value: 'canary', isSecret: true })
  expect(formats(template).verdict).toBe('fail')
  expect(JSON.stringify(formats(template))).not.toContain('canary')
})

test('R5: an image’s own names become variables of a template only where a template takes them', () => {
  const env = ['GOOD=', 'BAD-NAME=', '=', `${'A'.repeat(200)}=`, 'B\nC=']
  const names = declared(content(), image({ env }), []).fix?.patch?.map(({ value }) => (value as { name: string }).name)
  expect(names).toEqual(['GOOD'])
})
