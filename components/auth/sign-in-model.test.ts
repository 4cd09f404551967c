import { describe, expect, it } from 'vitest'
import { refusalWords, safeNext } from './sign-in-model.ts'

describe('after signing in', () => {
  it.each([
    ['/deployments/1?tab=logs', '/deployments/1?tab=logs'],
    ['https://evil.example/', '/marketplace'],
    ['//evil.example', '/marketplace'],
    ['/\\evil.example', '/marketplace'],
    ['/\n/evil.example', '/marketplace'],
    ['javascript:alert(1)', '/marketplace'],
    ['', '/marketplace'],
    [null, '/marketplace'],
  ])('%j leads to %s, never to another site', (next, path) => expect(safeNext(next)).toBe(path))
})

describe('a refused sign-in', () => {
  it('does not tell a wrong e-mail from a wrong password', () =>
    expect(refusalWords('CredentialsSignin')).toBe(
      'The e-mail or the password is wrong. If you forgot it, ask an admin for a reset link.',
    ))
  it('says how long to wait', () => {
    expect(refusalWords('TOO_MANY_ATTEMPTS:42')).toBe('Too many attempts. Try again in 42 s.')
    expect(refusalWords('TOO_MANY_ATTEMPTS:900')).toBe('Too many attempts. Try again in 15 min.')
  })
  it('has words for what it does not know', () => expect(refusalWords('odd')).toMatch(/Try again/))
})
