import { describe, expect, test } from 'vitest'
import { environmentVariable } from '#db/template-config.ts'
import { BerthError } from '#server/errors.ts'
import { redactor, resolveVariables } from './variables.ts'

const declared = [
  environmentVariable.parse({ name: 'API_KEY', isRequired: true, isSecret: true }),
  environmentVariable.parse({ name: 'MODE', choices: ['fast', 'slow'], default: 'fast' }),
  environmentVariable.parse({ name: 'NOTE' }),
]

function fieldOf(given: Record<string, string>): string | undefined {
  try {
    resolveVariables(declared, given)
    return undefined
  } catch (error) {
    if (!(error instanceof BerthError)) throw error
    expect(error.code).toBe('INVALID_INPUT')
    for (const value of Object.values(given)) if (value.length > 3) expect(error.message).not.toContain(value)
    return error.field
  }
}

describe('the environment of a container', () => {
  test('takes defaults for what is not given', () => {
    expect(resolveVariables(declared, { API_KEY: 'k' })).toEqual({ API_KEY: 'k', MODE: 'fast' })
  })
  test('an empty value asks for the default', () => {
    expect(resolveVariables(declared, { API_KEY: 'k', MODE: '', NOTE: '' })).toMatchObject({ MODE: 'fast', NOTE: '' })
  })
  test.each([
    ['a required one is missing', {}, 'variables.API_KEY'],
    ['a required one is empty', { API_KEY: '' }, 'variables.API_KEY'],
    ['the value is not one of the choices', { API_KEY: 'k', MODE: 'loud' }, 'variables.MODE'],
    ['the template does not know the name', { API_KEY: 'k', LD_PRELOAD: '/tmp/x.so' }, 'variables.LD_PRELOAD'],
    ['R5: the name smuggles a second variable', { API_KEY: 'k', 'A=1\nB': 'value' }, 'variables.name'],
    ['R5: the name is of the prototype', { API_KEY: 'k', __proto_: 'value' }, 'variables.__proto_'],
    ['R3: the value holds NUL', { API_KEY: 'abcd\0efgh' }, 'variables.API_KEY'],
  ])('is refused when %s', (_why, given, field) => {
    expect(fieldOf(given as Record<string, string>)).toBe(field)
  })
  test('an inherited property is not a given value', () => {
    const odd = [environmentVariable.parse({ name: 'constructor', isRequired: true })]
    expect(() => resolveVariables(odd, {})).toThrow('constructor is required')
  })
})

test('R8: a log line shows no secret, raw or inside JSON, and keeps what is not secret', () => {
  const redact = redactor(declared, { API_KEY: 'k"ey-1234', MODE: 'fast', NOTE: 'visible' })
  expect(redact('API_KEY=k"ey-1234 MODE=fast')).toBe('API_KEY=[redacted] MODE=fast')
  expect(redact(JSON.stringify({ API_KEY: 'k"ey-1234', NOTE: 'visible' }))).toBe(
    '{"API_KEY":"[redacted]","NOTE":"visible"}',
  )
})

describe('values of other kinds', () => {
  const kinds = [
    environmentVariable.parse({ name: 'PORT', format: 'number' }),
    environmentVariable.parse({ name: 'DEBUG', format: 'boolean' }),
    environmentVariable.parse({ name: 'SECRET', isRequired: true, generate: true, default: 'changeme' }),
    environmentVariable.parse({ name: 'FIXED', value: 'on:{PORT}' }),
  ]
  test.each([
    ['PORT', '8080', true],
    ['PORT', '-0.5e3', true],
    ['PORT', '0x10', false],
    ['PORT', ' 1', false],
    ['PORT', 'Infinity', false],
    ['DEBUG', 'true', true],
    ['DEBUG', 'yes', false],
    ['FIXED', 'mine', false],
  ])('%s=%s is accepted: %s', (name, value, accepted) => {
    const resolve = () => resolveVariables(kinds, { [name]: value })
    if (accepted) expect(resolve()[name]).toBe(value)
    else expect(resolve).toThrow(name)
  })
  test('R11: a secret is made when none is given, a new one each time, whatever the default; a given one stays', () => {
    const [first, second] = [resolveVariables(kinds, {}), resolveVariables(kinds, {})]
    expect(first.SECRET).toMatch(/^[0-9a-f]{64}$/)
    expect(second.SECRET).not.toBe(first.SECRET)
    expect(resolveVariables(kinds, first)).toEqual(first)
    expect(first).not.toHaveProperty('FIXED')
  })
  test('R8: generated secrets and what is composed of a secret are blanked in logs', () => {
    const composed = [
      ...declared,
      environmentVariable.parse({ name: 'AUTH', isSecret: true, value: 'Bearer {API_KEY}' }),
      environmentVariable.parse({ name: 'SIGNING', generate: true }),
    ]
    const redact = redactor(composed, { API_KEY: 'k3y-1234', SIGNING: 'f00dfeed' })
    expect(redact('k3y-1234 / Bearer k3y-1234 / f00dfeed')).toBe('[redacted] / [redacted] / [redacted]')
  })
})
